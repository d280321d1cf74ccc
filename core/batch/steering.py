"""Judges what people ask of a batch: retry, cancel, pause and resume, and what of it may be given up."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from core.batch import commands as c
from core.batch import events as e
from core.batch.holds import Hold
from core.batch.lifecycle import Status, Trigger, follow
from core.batch.numbers import EMBED, ERRAND, kind_of, label
from core.errors import RefusedError

if TYPE_CHECKING:
    from core.batch.events import BatchEvent
    from core.batch.state import Batch

#: Statuses of a batch that may still be sent, or whose job runs.
STEERABLE = frozenset({Status.PLANNED, Status.WRITTEN, Status.SUBMITTED, Status.PROCESSING, Status.FAILED})

#: Statuses of a batch whose job the provider works on, or whose result is still to be fetched.
UNDER_WAY = frozenset({Status.SUBMITTED, Status.PROCESSING, Status.SUCCEEDED})

Steering = c.RetryBatch | c.CancelBatch | c.RecordCancelSent | c.PauseBatch | c.ResumeBatch


def steer(batch: Batch, command: Steering) -> list[BatchEvent]:
    """Return the events of a person's wish; an empty list when it is so already.

    Raises RefusedError for a wish that cannot be met as the batch stands.
    """
    match command:
        case c.RetryBatch():
            return _retry(batch, command)
        case c.CancelBatch():
            return _cancel(batch, command)
        case c.RecordCancelSent(job_name=job_name, at=at):
            known = batch.cancel_sent or batch.job_name != job_name
            return [] if known else [e.CancelSent(job_name=job_name, at=at)]
        case c.PauseBatch():
            return _pause(batch, command)
        case c.ResumeBatch(reason=reason, at=at):
            if batch.hold is not Hold.PAUSED:
                raise RefusedError(f"{batch.name} is not paused, so there is nothing to resume")
            return [e.BatchResumed(reason=reason, at=at)]
        case _:
            assert_never(command)


def ask_deletion(batch: Batch, command: c.AskDeletion) -> list[BatchEvent]:
    """Return the event that the provider is asked to forget a batch's job or upload.

    Raises RefusedError while the batch still needs it: a job until its result was read, or it failed for good, an
    upload while a job of it may run.
    """
    name, needed = command.name, batch.intent_open or batch.status in UNDER_WAY
    if command.what == c.JOB:
        if batch.job_name != name:
            raise RefusedError(f"{batch.name} has another job than {name}, so nothing is deleted")
        needed = needed or not (batch.read or batch.status is Status.FAILED)
        until = "its answers were read, or cancel it first"
    else:
        if batch.uploaded_file != name:
            raise RefusedError(f"{batch.name} has another upload than {name}, so nothing is deleted")
        until = "its job ended"
    if needed:
        raise RefusedError(f"{batch.name} is {batch.status.value} and still needs {name}; wait until {until}")
    return [e.DeletionAsked(what=command.what, name=name, reason=command.reason, at=command.at)]


def give_up_vectors(batch: Batch, command: c.GiveUpVectors) -> list[BatchEvent]:
    """Return the event that a batch's vectors are lost; none when that is known.

    Raises RefusedError for a batch that brought no vectors home.
    """
    if batch.kind != EMBED or not batch.read:
        raise RefusedError(f"{batch.name} brought no vectors home, so none of it can be lost")
    if batch.vectors_lost:
        return []
    return [
        e.VectorsLost(
            path=batch.refined_path,
            result_path=batch.result_path,
            texts=command.texts,
            reason=command.reason,
            at=command.at,
        )
    ]


def way_out(number: int, hold: Hold | None) -> str:
    """Return what a person may do about a batch on hold."""
    name = label(number)
    match hold:
        case Hold.PAUSED:
            return f"`batchmill resume {name}` lets it go on"
        case Hold.CANCELLED:
            return f"`batchmill retry {name}` sends it again"
        case Hold.QUARANTINED:
            return f"`batchmill retry {name}` looks for its job again, `batchmill settle {name}` settles it"
        case Hold.BUDGET:
            return f"raise the budget, then `batchmill retry {name}`"
        case Hold.REFUSED if kind_of(number) == ERRAND:
            return (
                f"if its requests are at fault, which cannot be mended, `batchmill cancel {name}` and make a new "
                f"errand of better ones (batch_create); else mend the cause, then `batchmill retry {name}`"
            )
        case _:
            return f"mend the cause, then `batchmill retry {name}`"


def _retry(batch: Batch, command: c.RetryBatch) -> list[BatchEvent]:
    if batch.adoption is not None and batch.status in {Status.ADOPTED, Status.FAILED}:
        raise RefusedError(
            f"{batch.name} was sent by an older process and is not sent again as it was; "
            f"`batchmill replan --wave {batch.wave}` asks for its pairs again"
        )
    if batch.status is Status.PLANNED and batch.hold:
        raise RefusedError(
            f"{batch.name} has no file yet; run `batchmill write --wave {batch.wave}`, then "
            f"{way_out(batch.number, batch.hold)}"
        )
    follow(batch.name, batch.status, Trigger.RETRY)
    if batch.status is Status.WRITTEN and batch.hold is None:
        raise RefusedError(f"{batch.name} is written and waits for its turn; there is nothing to retry")
    if batch.hold is Hold.PAUSED:
        raise RefusedError(f"{batch.name} is paused; {way_out(batch.number, batch.hold)}")
    if batch.intent_open and batch.hold is not Hold.QUARANTINED:
        raise RefusedError(
            f"{batch.name} cannot be retried while the end of attempt {batch.attempt} ({batch.display_name}) is "
            "not known; let `batchmill run` look for its job first"
        )
    return [e.BatchRetried(reason=command.reason, at=command.at)]


def _cancel(batch: Batch, command: c.CancelBatch) -> list[BatchEvent]:
    if batch.hold is Hold.CANCELLED:
        return []
    _refuse_ended(batch, "cancelled")
    if batch.hold is Hold.FAILED:
        raise RefusedError(f"{batch.name} failed and runs no more, so there is nothing to cancel")
    return [e.CancelRequested(reason=command.reason, at=command.at)]


def _pause(batch: Batch, command: c.PauseBatch) -> list[BatchEvent]:
    if batch.hold is Hold.PAUSED:
        return []
    _refuse_ended(batch, "paused")
    if batch.hold is not None:
        raise RefusedError(
            f"{batch.name} is {batch.hold.value} and does not go on by itself; {way_out(batch.number, batch.hold)}"
        )
    return [e.BatchPaused(reason=command.reason, at=command.at)]


def _refuse_ended(batch: Batch, what: str) -> None:
    if batch.status not in STEERABLE:
        raise RefusedError(f"{batch.name} is {batch.status.value} and cannot be {what} any more")
