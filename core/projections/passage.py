"""One pair's way through one batch: its request, the attempts to have it answered, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.adoption.pair_ids import adopted_source
from core.batch import events as e
from core.batch.adopted_events import BatchAdopted, JobAdopted
from core.batch.numbers import label
from core.ledger.recorded import stamp
from core.pairs import PairRange, carries, count
from core.projections.adopted_passage import adopted, learn
from core.projections.way import Attempt, Passage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.ledger.recorded import Recorded


def passage(events: Iterable[Recorded], source: str, ordinal: int, pair_id: str) -> Passage | None:
    """Return a pair's way through the batch whose stream this is, None when its plan does not carry the pair."""
    found: Passage | None = None
    for recorded in events:
        event = recorded.event
        if isinstance(event, e.BatchPlanned):
            found = _begun(event, found) if carries(event.ranges, source, ordinal) else None
        elif isinstance(event, BatchAdopted):
            found = adopted(event, ordinal) if source == adopted_source(event.wave, event.number) else None
        elif isinstance(event, e.BatchWritten) and found is not None:
            found.file_path = event.path
            held = [request for request in event.requests if carries(request.ranges, source, ordinal)]
            found.request = held[0].key if held else None
            found.companions = count(held[0].ranges) if held else 0
        elif found is not None:
            _go_on(found, event, pair_id)
            if found.origin or isinstance(event, JobAdopted):
                learn(found, event, PairRange(source, ordinal, ordinal))
            if isinstance(event, e.PairsHandedOver) and carries(event.ranges, source, ordinal):
                found.handed_to = event.to
    return found


def _begun(event: e.BatchPlanned, before: Passage | None) -> Passage:
    return Passage(
        batch=event.number,
        label=label(event.number),
        wave=event.wave,
        revision=event.revision,
        title=event.title,
        model=event.model,
        prompt_sha256=event.prompt_sha256,
        planned_at=stamp(event.at),
        attempts=before.attempts if before else [],
    )


def _go_on(found: Passage, event: object, pair_id: str) -> None:
    match event:
        case e.SubmissionStarted(attempt=attempt, display_name=name, at=at):
            if not found.attempts or found.attempts[-1].attempt != attempt:
                found.attempts.append(Attempt(attempt=attempt, display_name=name, started_at=stamp(at)))
        case e.AnswersRead(path=path, at=at):
            found.refined_path, found.read_at, found.emulated = path, stamp(at), event.emulated
            lost = next((pair for pair in event.unrefined if pair.pair_id == pair_id), None)
            found.verdict, found.reason = (lost.verdict, lost.reason) if lost else ("refined", "")
        case e.PairsGivenUp(pairs=pairs, at=at):
            if any(pair.pair_id == pair_id for pair in pairs):
                found.given_up_at = stamp(at)
        case e.BatchWithdrawn():
            found.withdrawn = True
        case _ if found.attempts:
            _attempted(found, found.attempts[-1], event)


def _attempted(found: Passage, attempt: Attempt, event: object) -> None:
    """Note what an event says of the attempt that it belongs to."""
    match event:
        case e.BatchSubmitted(job_name=job_name, how=how, at=at):
            attempt.job_name, attempt.how, attempt.submitted_at = job_name, how, stamp(at)
            attempt.outcome, attempt.reason = None, ""
        case e.DoubleFound(job_name=job_name):
            attempt.doubles.append(job_name)
        case (
            e.SubmissionDeferred(reason=reason)
            | e.SubmissionUnclear(reason=reason)
            | e.SubmissionRefused(reason=reason)
            | e.SubmissionQuarantined(reason=reason)
        ):
            attempt.outcome, attempt.reason = type(event).__name__.removeprefix("Submission").lower(), reason
        case e.BatchSucceeded(ended_at=ended_at, at=at):
            attempt.outcome, attempt.ended_at = "succeeded", stamp(ended_at or at)
        case e.BatchFailed(cause=cause, reason=reason, at=at):
            attempt.outcome, attempt.reason, attempt.ended_at = cause, reason, stamp(at)
        case e.BatchDownloaded(path=path, at=at):
            found.result_path, attempt.downloaded_at = path, stamp(at)
