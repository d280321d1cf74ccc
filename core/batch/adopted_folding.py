"""What each event about an adopted batch, or a job found at the provider, makes of the batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from core.batch import adopted_events as a
from core.batch.adoption import Adoption
from core.batch.holds import hold_after
from core.batch.lifecycle import Status
from core.batch.parts import Unrefined
from core.batch.state import Batch
from core.pairs import ids

if TYPE_CHECKING:
    from collections.abc import Callable

replace = msgspec.structs.replace

MISSING = "missing"
#: The verdict's reason for pairs that results on disk do not hold.
NOT_TAKEN = "the results that were taken over do not hold it"


def lost(batch: Batch, reason: str) -> tuple[Unrefined, ...]:
    """Return all pairs of a batch as missing, for one reason."""
    return tuple(Unrefined(pair_id, MISSING, reason) for pair_id in ids(batch.ranges))


def _adopted(batch: Batch, event: a.BatchAdopted) -> Batch:
    return Batch(
        number=event.number,
        status=Status.ADOPTED,
        version=batch.version + 1,
        wave=event.wave,
        title=f"adopted batch {event.number}",
        ranges=event.ranges,
        adoption=Adoption(claimed=event, originals=event.originals),
    )


def _with(batch: Batch, **changes: Any) -> Batch:  # noqa: ANN401 - the fields of Adoption
    """Return the batch with other facts about its adoption."""
    adoption = replace(batch.adoption, **changes) if batch.adoption else None
    return replace(batch, version=batch.version + 1, adoption=adoption)


def _file_read(batch: Batch, event: a.AdoptedFileRead) -> Batch:
    read = _with(
        batch,
        file_path=event.path,
        file_sha256=event.sha256,
        form=event.form,
        originals=event.originals,
        question_characters=event.question_characters,
        answer_characters=event.answer_characters,
    )
    read = replace(read, ranges=event.ranges, requests=event.requests)
    lost_whole = batch.status is Status.FAILED and not batch.parted
    return replace(read, missing=lost(read, batch.hold_reason)) if lost_whole else read


def _job_claimed(batch: Batch, event: a.JobClaimed) -> Batch:
    return _with(batch, claims=(*batch.adoption.claims, event) if batch.adoption else ())


def _form_claimed(batch: Batch, event: a.FormClaimed) -> Batch:
    return _with(batch, forms=(*batch.adoption.forms, event) if batch.adoption else ())


def _settled(batch: Batch, event: a.ClaimSettled) -> Batch:
    return replace(_with(batch, settled=event), hold=hold_after(batch.hold, event))


def _sighted(batch: Batch, event: a.JobSighted) -> Batch:
    return replace(
        batch,
        version=batch.version + 1,
        sighted=(*batch.sighted, event.job_name),
        hold=hold_after(batch.hold, event),
        hold_reason=event.reason,
    )


def _job_adopted(batch: Batch, event: a.JobAdopted) -> Batch:
    return replace(
        batch,
        version=batch.version + 1,
        status=Status.SUBMITTED,
        job_name=event.job_name,
        display_name=event.display_name,
        attempt=event.attempt,
        model=batch.model or event.model,
        spent=True,
        jobs=batch.jobs + 1,
        due=event.due,
        deferrals=0,
        next_try_at=None,
        hold=hold_after(batch.hold, event),
        cancel_sent=False,
        cause="",
        missing=(),
    )


def _refined(batch: Batch, event: a.RefinedAdopted) -> Batch:
    """Return the batch with more pairs at home; those that no result holds are missing."""
    came = set(ids(event.ranges))
    waiting = batch.missing if batch.read or batch.parted else lost(batch, NOT_TAKEN)
    return replace(
        batch,
        version=batch.version + 1,
        status=Status.DOWNLOADED,
        read=True,
        refined_path=event.path,
        refined=batch.refined + len(came),
        missing=tuple(pair for pair in waiting if pair.pair_id not in came),
        cause="",
        hold=hold_after(batch.hold, event),
    )


#: One function an event, as in `core.batch.folding`.
ADOPTED_FOLDS: dict[type[Any], Callable[[Batch, Any], Batch]] = {
    a.BatchAdopted: _adopted,
    a.AdoptedFileRead: _file_read,
    a.JobClaimed: _job_claimed,
    a.FormClaimed: _form_claimed,
    a.ClaimSettled: _settled,
    a.JobSighted: _sighted,
    a.JobAdopted: _job_adopted,
    a.RefinedAdopted: _refined,
}
