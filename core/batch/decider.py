"""Judges commands: what events follow from a command in the present state, or why it is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from core.batch import commands as c
from core.batch import events as e
from core.batch.adopting import adopt
from core.batch.lifecycle import Status, Trigger, follow
from core.batch.numbers import label
from core.batch.steering import ask_deletion, give_up_vectors, steer, way_out
from core.errors import RefusedError
from core.pairs import ids

if TYPE_CHECKING:
    from core.batch.commands import BatchCommand
    from core.batch.events import BatchEvent
    from core.batch.state import Batch


def decide(batch: Batch, command: BatchCommand) -> list[BatchEvent]:
    """Return the events that `command` leads to; an empty list when it says what is known already.

    The clock and the network have been read before. Raises RefusedError for a command that cannot be given now.
    """
    match command:
        case c.PlanBatch() | c.WithdrawBatch() | c.RecordFile():
            return _prepare(batch, command)
        case c.RetryBatch() | c.CancelBatch() | c.RecordCancelSent() | c.PauseBatch() | c.ResumeBatch():
            return steer(batch, command)
        case c.AskDeletion():
            return ask_deletion(batch, command)
        case c.GiveUpVectors():
            return give_up_vectors(batch, command)
        case c.HoldSubmission(reason=reason, at=at):
            _refuse_open_intent(batch, "held")
            follow(batch.name, batch.status, Trigger.SUBMIT)
            return [e.SubmissionHeld(reason=reason, at=at)] if batch.hold is None else []
        case c.HandOver() | c.GiveUp():
            return [_leave(batch, command)]
        case c.RecordProcessing() | c.RecordSuccess() | c.RecordFailure() | c.RecordDownload() | c.RecordAnswers():
            return _observe(batch, command)
        case c.RecordDouble():
            return _double(batch, command)
        case (
            c.StartSubmission()
            | c.RecordUpload()
            | c.RecordJob()
            | c.RecordDeferral()
            | c.RecordUnclear()
            | c.RecordRefusal()
            | c.QuarantineBatch()
        ):
            return _submit(batch, command)
        case _:
            return [*adopt(batch, command)]


def _double(batch: Batch, command: c.RecordDouble) -> list[BatchEvent]:
    if command.job_name in batch.others:
        return []
    if not (batch.intent_open or batch.job_name):
        raise RefusedError(f"{batch.name} has no job that this could be the double of")
    return [
        e.DoubleFound(job_name=command.job_name, kept=command.kept, cancelled=command.cancelled, at=command.at)
    ]


def _prepare(batch: Batch, command: c.PlanBatch | c.WithdrawBatch | c.RecordFile) -> list[BatchEvent]:
    match command:
        case c.PlanBatch(planned=planned):
            _refuse_open_intent(batch, "planned again")
            follow(batch.name, batch.status, Trigger.PLAN)
            _refuse_sent(batch)
            return [planned]
        case c.WithdrawBatch(reason=reason, at=at):
            _refuse_open_intent(batch, "withdrawn")
            follow(batch.name, batch.status, Trigger.WITHDRAW)
            _refuse_sent(batch)
            return [e.BatchWithdrawn(reason=reason, at=at)]
        case c.RecordFile(written=written):
            if batch.status is not Status.PLANNED and batch.file_sha256 == written.sha256:
                return []
            _refuse_open_intent(batch, "written anew")
            follow(batch.name, batch.status, Trigger.WRITE)
            return [written]
        case _:
            assert_never(command)


def _submit(
    batch: Batch,
    command: c.StartSubmission
    | c.RecordUpload
    | c.RecordJob
    | c.RecordDeferral
    | c.RecordUnclear
    | c.RecordRefusal
    | c.QuarantineBatch,
) -> list[BatchEvent]:
    if isinstance(command, c.StartSubmission):
        return _start(batch, command)
    if isinstance(command, c.RecordJob) and batch.job_name == command.job_name:
        return []
    if not batch.intent_open:
        raise RefusedError(f"{batch.name} has no submission under way that this could be the end of")
    if isinstance(command, c.RecordUpload):
        return [e.FileUploaded(file_name=command.file_name, expires_at=command.expires_at, at=command.at)]
    return [_end(batch, command)]


def _end(
    batch: Batch,
    command: c.RecordJob | c.RecordDeferral | c.RecordUnclear | c.RecordRefusal | c.QuarantineBatch,
) -> BatchEvent:
    match command:
        case c.RecordJob(job_name=job_name, how=how, at=at, due=due):
            follow(batch.name, batch.status, Trigger.SUBMIT)
            return e.BatchSubmitted(attempt=batch.attempt, job_name=job_name, how=how, at=at, due=due)
        case c.RecordDeferral(reason=reason, until=until, at=at):
            return e.SubmissionDeferred(reason=reason, until=until, tries=batch.deferrals + 1, at=at)
        case c.RecordUnclear(reason=reason, looked=looked, look_again_at=look_again_at, at=at):
            looks = batch.looks + 1 if looked else batch.looks
            return e.SubmissionUnclear(reason=reason, looks=looks, look_again_at=look_again_at, at=at)
        case c.RecordRefusal(reason=reason, at=at):
            return e.SubmissionRefused(reason=reason, at=at)
        case c.QuarantineBatch(reason=reason, at=at):
            return e.SubmissionQuarantined(reason=reason, at=at)


def _start(batch: Batch, command: c.StartSubmission) -> list[BatchEvent]:
    _refuse_open_intent(batch, "submitted")
    if batch.hold:
        raise RefusedError(
            f"{batch.name} is {batch.hold.value}: {batch.hold_reason}; {way_out(batch.number, batch.hold)}"
        )
    follow(batch.name, batch.status, Trigger.SUBMIT)
    attempt = batch.next_attempt
    # An attempt that is tried again keeps its name: a job of it that turns up late is found under it.
    again = attempt == batch.attempt
    fresh = f"w{batch.wave}-batch_{label(batch.number)}-a{attempt}-{command.nonce}"
    return [
        e.SubmissionStarted(
            attempt=attempt,
            display_name=batch.display_name if again else fresh,
            sha256=batch.file_sha256,
            at=command.at,
        )
    ]


def _observe(
    batch: Batch,
    command: c.RecordProcessing | c.RecordSuccess | c.RecordFailure | c.RecordDownload | c.RecordAnswers,
) -> list[BatchEvent]:
    match command:
        case c.RecordProcessing(at=at):
            if batch.status is Status.PROCESSING:
                return []
            follow(batch.name, batch.status, Trigger.PROCESS)
            return [e.BatchProcessing(at=at)]
        case c.RecordSuccess():
            follow(batch.name, batch.status, Trigger.SUCCEED)
            return [
                e.BatchSucceeded(
                    succeeded_requests=command.succeeded_requests,
                    failed_requests=command.failed_requests,
                    result_file=command.result_file,
                    ended_at=command.ended_at,
                    at=command.at,
                )
            ]
        case c.RecordFailure(cause=cause, reason=reason, at=at, again=again):
            follow(batch.name, batch.status, Trigger.FAIL)
            return [e.BatchFailed(cause=cause, reason=reason, at=at, again=again)]
        case c.RecordDownload(path=path, sha256=sha256, size=size, lines=lines, at=at):
            follow(batch.name, batch.status, Trigger.DOWNLOAD)
            return [e.BatchDownloaded(path=path, sha256=sha256, size=size, lines=lines, at=at)]
        case c.RecordAnswers(answers=answers):
            return _answers(batch, answers)
        case _:
            assert_never(command)


def _answers(batch: Batch, answers: e.AnswersRead) -> list[BatchEvent]:
    if batch.read:
        return []
    if batch.status is not Status.DOWNLOADED:
        raise RefusedError(f"{batch.name} is {batch.status.value}: its answers can be read once it is downloaded")
    if answers.refined + len(answers.unrefined) != batch.pairs:
        raise RefusedError(
            f"{batch.name} has {batch.pairs} pairs, but {answers.refined + len(answers.unrefined)} verdicts came; "
            "every pair gets exactly one, so this is an error of the reader"
        )
    return [answers]


def _leave(batch: Batch, command: c.HandOver | c.GiveUp) -> BatchEvent:
    """Judge that pairs leave the batch: each must be missing, so that it is never anywhere twice."""
    missing = {pair.pair_id for pair in batch.missing}
    match command:
        case c.HandOver(to=to, ranges=ranges, at=at):
            leaving = list(ids(ranges))
            event: BatchEvent = e.PairsHandedOver(to=to, ranges=ranges, at=at)
        case c.GiveUp(pairs=pairs, at=at):
            leaving = [pair.pair_id for pair in pairs]
            event = e.PairsGivenUp(pairs=pairs, at=at)
    if not leaving or len(set(leaving)) < len(leaving) or not missing.issuperset(leaving):
        raise RefusedError(f"{batch.name} does not miss just those pairs; they may have been taken over meanwhile")
    return event


def _refuse_sent(batch: Batch) -> None:
    if batch.jobs:
        raise RefusedError(
            f"{batch.name} was sent to the provider before (attempt {batch.attempt}) and keeps its pairs; "
            "plan the wave with other numbers"
        )


def _refuse_open_intent(batch: Batch, what: str) -> None:
    if batch.intent_open:
        raise RefusedError(
            f"{batch.name} cannot be {what} while the end of attempt {batch.attempt} ({batch.display_name}) is "
            "not known; let `batchmill run` look for its job first"
        )
