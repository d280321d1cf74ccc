"""What keeps a batch from going on by itself, and which events put it on hold or free it."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from core.batch import events as e

if TYPE_CHECKING:
    from core.batch.events import BatchEvent


class Hold(Enum):
    """Why a batch stands still; the values are the words people and files read."""

    REFUSED = "refused"
    QUARANTINED = "quarantined"
    BUDGET = "over budget"
    FAILED = "failed"
    CANCELLED = "cancelled"
    PAUSED = "paused"


#: Events that put a batch on hold; no other one can while nothing holds it.
_HOLDING = frozenset(
    {
        e.SubmissionRefused,
        e.SubmissionQuarantined,
        e.SubmissionHeld,
        e.CancelRequested,
        e.BatchPaused,
        e.BatchFailed,
    }
)

#: A person wanted it so; the rest are troubles that ask for one.
WANTED = frozenset({Hold.CANCELLED, Hold.PAUSED})


def hold_after(hold: Hold | None, event: BatchEvent) -> Hold | None:
    """Return what holds the batch after `event`; of two reasons the graver stands.

    What a person wanted outlives a new plan, a new file and the end of an attempt, until `retry` or `resume`
    takes it back; a result that is there to fetch needs no hold any more.
    """
    if hold is None and type(event) not in _HOLDING:
        return None
    match event:
        case e.SubmissionRefused():
            return Hold.REFUSED
        case e.SubmissionQuarantined():
            return Hold.QUARANTINED
        case e.SubmissionHeld():
            return Hold.BUDGET
        case e.CancelRequested():
            return Hold.CANCELLED
        case e.BatchPaused():
            return Hold.PAUSED
        case e.BatchFailed(again=False):
            return Hold.CANCELLED if hold is Hold.CANCELLED else Hold.FAILED
        case (
            e.BatchPlanned()
            | e.BatchWithdrawn()
            | e.BatchWritten()
            | e.SubmissionDeferred()
            | e.BatchSubmitted()
            | e.BatchFailed()
        ) if hold in WANTED:
            return hold
        case e.FileUploaded() | e.SubmissionUnclear() | e.BatchProcessing() | e.CancelSent() | e.DoubleFound():
            return hold
        case _:
            return None
