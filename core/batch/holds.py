"""What keeps a batch from going on by itself, and which events put it on hold or free it."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from core.batch import adopted_events as a
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


#: What each event that stops a batch holds it for; a failure stops it unless another attempt follows.
_REASONS: dict[type[object], Hold] = {
    e.SubmissionRefused: Hold.REFUSED,
    e.SubmissionQuarantined: Hold.QUARANTINED,
    a.JobSighted: Hold.QUARANTINED,
    e.SubmissionHeld: Hold.BUDGET,
    e.CancelRequested: Hold.CANCELLED,
    e.BatchPaused: Hold.PAUSED,
}
#: Events that put a batch on hold; no other one can while nothing holds it.
_HOLDING = frozenset({*_REASONS, e.BatchFailed})
#: What happens to a batch without taking back what a person wanted.
_PASSING = (
    e.BatchPlanned
    | e.BatchWithdrawn
    | e.BatchWritten
    | e.SubmissionDeferred
    | e.BatchSubmitted
    | e.BatchFailed
    | a.JobAdopted
)
#: What is learnt of an adopted batch, and pairs that leave a batch: neither puts it on hold or frees it.
_BESIDE = (
    a.AdoptedFileRead
    | a.JobClaimed
    | a.FormClaimed
    | e.PairsHandedOver
    | e.PairsGivenUp
    | e.FileUploaded
    | e.SubmissionUnclear
    | e.BatchProcessing
    | e.CancelSent
    | e.DoubleFound
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
    if type(event) in _REASONS:
        return _REASONS[type(event)]
    if isinstance(event, e.BatchFailed) and not event.again:
        return Hold.CANCELLED if hold is Hold.CANCELLED else Hold.FAILED
    if isinstance(event, a.ClaimSettled):
        return None if hold is Hold.QUARANTINED else hold
    if isinstance(event, _BESIDE) or (isinstance(event, _PASSING) and hold in WANTED):
        return hold
    return None
