"""How many batches stand where, and since when jobs are under way: folded along with the books, event by event."""

from __future__ import annotations

from collections import Counter
from datetime import datetime  # noqa: TC003 - msgspec reads the annotations at run time
from typing import TYPE_CHECKING

import msgspec

from core.batch.lifecycle import Status

if TYPE_CHECKING:
    from core.batch.state import Batch

#: A batch in one of these has a job that has not ended, as far as the ledger knows.
UNDER_WAY = frozenset({Status.SUBMITTED, Status.PROCESSING})


class Standing(msgspec.Struct, frozen=True):
    """The ledger at one position, counted: batches by status and by what holds them, repairs and judges included.

    `oldest_job_at` is when the job that is under way longest was created, None without one. US dollars at the
    model table's prices: `spent_usd` for what came home, `reserved_usd` as expected of jobs under way.
    """

    position: int = 0
    batches: dict[str, int] = {}
    holds: dict[str, int] = {}
    oldest_job_at: datetime | None = None
    spent_usd: float = 0.0
    reserved_usd: float = 0.0


class Tally:
    """Counts by status and hold, and the beginnings of the jobs under way; closed batches cost no memory."""

    def __init__(self) -> None:
        """Begin with nothing counted."""
        self._statuses: Counter[str] = Counter()
        self._holds: Counter[str] = Counter()
        self._jobs: dict[int, datetime] = {}

    def fold(self, before: Batch, after: Batch, at: datetime | None) -> None:
        """Take in one event of a batch, by the batch before and after it; `at` is the event's own time."""
        if before.status is not after.status:
            self._move(self._statuses, _named(before), _named(after))
        if before.hold is not after.hold:
            self._move(
                self._holds,
                before.hold.value if before.hold else None,
                after.hold.value if after.hold else None,
            )
        if after.status not in UNDER_WAY:
            self._jobs.pop(after.number, None)
        elif at is not None and before.status not in UNDER_WAY:
            self._jobs[after.number] = at

    @staticmethod
    def _move(counts: Counter[str], out_of: str | None, into: str | None) -> None:
        if out_of is not None:
            counts[out_of] -= 1
        if into is not None:
            counts[into] += 1

    def standing(self, position: int, spent_usd: float, reserved_usd: float) -> Standing:
        """Return what is counted up to `position`, beside what the purse says."""
        return Standing(
            position=position,
            batches={status: count for status, count in sorted(self._statuses.items()) if count},
            holds={hold: count for hold, count in sorted(self._holds.items()) if count},
            oldest_job_at=min(self._jobs.values(), default=None),
            spent_usd=spent_usd,
            reserved_usd=reserved_usd,
        )


def _named(batch: Batch) -> str | None:
    return None if batch.status is Status.UNPLANNED else batch.status.value
