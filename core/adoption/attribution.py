"""Whose answer it is: from the id that an answer came with to the one pair in the ledger, or a reason why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.adoption.collisions import listed
from core.adoption.findings import shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.adoption.pair_ids import AdoptedIds


class Owner(msgspec.Struct, frozen=True, gc=False):
    """The pair that an answer belongs to: its ledger id and its batch."""

    ledger_id: str
    number: int


class Nobody(msgspec.Struct, frozen=True, gc=False):
    """Why an answer belongs to no one pair: a code, and a clause with what to do next."""

    code: str
    reason: str


class Attribution:
    """Finds the owner of an answer among adopted pairs, and remembers which pairs have been answered."""

    def __init__(self, adopted: Iterable[AdoptedIds]) -> None:
        """Look among the pairs of these batches; memory is a few words a pair."""
        self._batches = {batch.number: batch for batch in adopted}
        self._named: dict[str, list[Owner]] = {}
        for batch in self._batches.values():
            for ledger_id, original in zip(batch.range, batch.originals, strict=False):
                self._named.setdefault(original, []).append(Owner(ledger_id, batch.number))
        self._sources = {batch.source: batch for batch in self._batches.values()}
        self._answered: dict[str, str] = {}

    def owner(self, original: str, number: int | None) -> Owner | Nobody:
        """Return whose id this is within batch `number`, or among all batches where none is named (None)."""
        by_ledger = self._sources.get(original.rpartition("-")[0])
        if by_ledger is not None and by_ledger.ordinal_of(original) and number in {None, by_ledger.number}:
            return Owner(original, by_ledger.number)
        if number is not None and number not in self._batches:
            return Nobody("batch-unknown", f"batch {number} is not adopted; adopt its tracking file first")
        owners = self._named.get(original, []) if original else []
        if number is not None:
            owners = [owner for owner in owners if owner.number == number]
        if len(owners) == 1:
            return owners[0]
        return self._nobody(original, number, owners)

    def answered(self, ledger_id: str, where: str) -> str | None:
        """Record that a pair is answered at `where`; return where it was answered before, None if it was not."""
        earlier = self._answered.get(ledger_id)
        self._answered.setdefault(ledger_id, where)
        return earlier

    def _nobody(self, original: str, number: int | None, owners: list[Owner]) -> Nobody:
        name = shown(original)
        if not owners and number is not None:
            if not self._batches[number].originals:
                return Nobody(
                    "ids-unknown", f"batch {number} is adopted without its file; give its file to know its ids"
                )
            return Nobody("id-unknown", f"batch {number} has no pair {name}; name the right batch")
        if not owners:
            return Nobody(
                "id-unknown", f"no adopted batch is known to have a pair {name}; name the batch, or give its file"
            )
        if number is not None:
            return Nobody(
                "id-ambiguous", f"{len(owners)} pairs of batch {number} came with the id {name}; run them again"
            )
        batches = listed(owner.number for owner in owners)
        return Nobody("id-ambiguous", f"the id {name} is that of pairs in batches {batches}; name the batch")
