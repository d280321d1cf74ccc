"""The pair balance: every staged pair is in exactly one place, in every wave and in all.

staged = excluded + planned + in flight + refined + missing + given up
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.batch.lifecycle import Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.projections.rows import BatchRow, WaveRow


class Balance(msgspec.Struct, frozen=True):
    """Pair counts; `planned` is planned and not sent, `missing` awaits repair."""

    staged: int = 0
    excluded: int = 0
    planned: int = 0
    in_flight: int = 0
    refined: int = 0
    missing: int = 0
    given_up: int = 0

    @property
    def difference(self) -> int:
        """Staged pairs minus those accounted for; anything but 0 is an error of the program."""
        places: list[int] = [getattr(self, name) for name in self.__struct_fields__[1:]]
        return self.staged - sum(places)

    def __add__(self, other: Balance) -> Balance:
        """Return the sum, place by place."""
        return Balance(*(getattr(self, name) + getattr(other, name) for name in self.__struct_fields__))


def place_of(row: BatchRow) -> str:
    """Return where a batch's pairs stand as long as they have no verdicts of their own.

    A submission that was started counts as in flight until it is known that no job came of it, and so does a batch
    that an older process may have sent; a failed batch's pairs are missing, since its job brings nothing home.
    """
    if row.status in {Status.PLANNED.value, Status.WRITTEN.value}:
        return "in_flight" if row.started_at else "planned"
    if row.status == Status.FAILED.value:
        return "missing"
    return "in_flight"


def batch_balance(row: BatchRow) -> Balance:
    """Return one batch's share of its wave's balance (staged and excluded are the wave's own).

    Pairs that a repair has taken over are in its share and no longer in the batch's; a batch that judges has none.
    """
    if row.status == Status.WITHDRAWN.value or not row.refines:
        return Balance()
    if row.read_at or row.status == Status.FAILED.value:
        return Balance(refined=row.refined, missing=row.missing_now, given_up=row.given_up)
    return msgspec.structs.replace(Balance(), **{place_of(row): row.pairs})


def balances(waves: Iterable[WaveRow], batches: Iterable[BatchRow]) -> dict[int, Balance]:
    """Return the balance of every wave, by number."""
    found = {row.wave: Balance(staged=row.staged, excluded=row.excluded) for row in waves}
    for row in batches:
        if row.refines:
            found[row.wave] = found.get(row.wave, Balance()) + batch_balance(row)
    return dict(sorted(found.items()))


def total(by_wave: dict[int, Balance]) -> Balance:
    """Return the balance of the whole ledger."""
    return sum(by_wave.values(), Balance())
