"""What each event makes of the read model's rows; live and replayed events go through this one fold."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from core.batch import events as e
from core.batch.adopted_events import AdoptedEvent, BatchAdopted
from core.batch.adoption import WRONG_FORMAT
from core.batch.holds import Hold, hold_after
from core.batch.lifecycle import Status
from core.batch.numbers import base_of, round_of
from core.ledger.recorded import stamp
from core.pairs import count, first_and_last
from core.projections.adopted_fold import CHECKED, batch_adopted, project_adopted, wave_adopted, wave_replanned
from core.projections.course_fold import project_course
from core.projections.rows import BatchRow, WaveRow
from core.wave.events import (
    FormCompared,
    JobsListed,
    WaveAdopted,
    WaveHeld,
    WavePlanned,
    WaveReleased,
    WaveReplanned,
)
from core.wave.lifecycle import Status as WaveStatus
from core.wave.request_events import RequestEvent
from core.wave.score_events import ScoreEvent

if TYPE_CHECKING:
    from core.batch.events import BatchEvent, RunEvent
    from core.ledger.recorded import Recorded
    from core.wave.events import WaveEvent

replace = msgspec.structs.replace


def project_wave(row: WaveRow | None, recorded: Recorded) -> WaveRow:
    """Return the wave's row after `recorded`; a row begins with the wave's first plan."""
    event: WaveEvent = recorded.event
    match event:
        case WavePlanned():
            return _wave_planned(event, recorded)
        case WaveAdopted():
            return wave_adopted(row, event, recorded)
    if row is None:
        raise LookupError(f"position {recorded.position}: {recorded.stream} has events before it was planned")
    row = replace(row, version=recorded.version)
    if isinstance(event, ScoreEvent | RequestEvent | FormCompared | JobsListed):
        return row
    match event:
        case WaveReleased():
            return replace(row, released_at=stamp(event.at), held=None)
        case WaveHeld():
            return replace(row, released_at=None, held=event.reason)
        case WaveReplanned():
            return wave_replanned(row, event, recorded.actor)
        case _:
            return project_course(row, event, recorded.actor)


def _wave_planned(event: WavePlanned, recorded: Recorded) -> WaveRow:
    staged = sum(source.found for source in event.sources)
    return WaveRow(
        wave=event.wave,
        revision=event.revision,
        staged=staged,
        excluded=staged - sum(source.planned for source in event.sources),
        sources=len(event.sources),
        batches=event.batches,
        strategy=event.settings.strategy,
        model=event.model,
        input_tokens=event.estimate.input_tokens,
        output_tokens=event.estimate.output_tokens,
        cost_usd=event.estimate.cost_usd,
        planned_at=stamp(event.at),
        extract_path=event.extract_path,
        depends_on=event.depends_on,
        status=WaveStatus.PLANNED.value,
        status_at=stamp(event.at),
        status_by=recorded.actor,
        version=recorded.version,
    )


def project_batch(row: BatchRow | None, recorded: Recorded) -> BatchRow:
    """Return the batch's row after `recorded`; a row begins with the event that planned the batch."""
    event: BatchEvent = recorded.event
    if isinstance(event, e.BatchPlanned):
        return _planned(row, event, recorded.version)
    if isinstance(event, BatchAdopted):
        return batch_adopted(event, recorded.version)
    if row is None:
        raise LookupError(f"position {recorded.position}: {recorded.stream} has events before it was planned")
    at = stamp(event.at)
    hold = _hold(row, event)
    # The reason of a hold that goes on outlives what happens meanwhile; any other has had its time.
    reason = row.reason if hold else None
    row = replace(row, version=recorded.version, changed_at=at, hold=hold)
    if isinstance(event, AdoptedEvent):
        return project_adopted(row, event, at, reason)
    return _project(row, event, at, reason)


def _project(row: BatchRow, event: RunEvent, at: str, reason: str | None) -> BatchRow:
    match event:
        case e.BatchWritten() | e.BatchWithdrawn() | e.BatchRetried() | e.BatchFailed():
            return _project_turn(row, event, at, reason)
        case e.BatchProcessing() | e.BatchSucceeded() | e.BatchDownloaded() | e.AnswersRead():
            return _project_job(row, event, at, reason)
        case e.PairsHandedOver():
            return replace(row, handed_over=row.handed_over + count(event.ranges))
        case e.PairsGivenUp():
            return replace(row, given_up=row.given_up + len(event.pairs))
        case e.CancelRequested() | e.BatchPaused() | e.BatchResumed():
            return replace(row, reason=event.reason if row.hold else None)
        case e.CancelSent() | e.DoubleFound() | e.DeletionAsked() | e.VectorsLost():
            return row
        case _:
            return _project_submission(row, event, at, reason)


def _hold(row: BatchRow | None, event: BatchEvent) -> str | None:
    before = Hold(row.hold) if row and row.hold else None
    after = hold_after(before, event)
    return after.value if after else None


def _project_job(
    row: BatchRow,
    event: e.BatchProcessing | e.BatchSucceeded | e.BatchDownloaded | e.AnswersRead,
    at: str,
    reason: str | None,
) -> BatchRow:
    match event:
        case e.BatchProcessing():
            return replace(row, status=Status.PROCESSING.value, processing_at=at)
        case e.BatchSucceeded():
            ended_at = stamp(event.ended_at or event.at)
            return replace(row, status=Status.SUCCEEDED.value, ended_at=ended_at, due=None, reason=reason)
        case e.BatchDownloaded():
            return replace(
                row, status=Status.DOWNLOADED.value, downloaded_at=at, result_path=event.path, reason=reason
            )
        case e.AnswersRead():
            return _read(row, event)


def _project_turn(
    row: BatchRow,
    event: e.BatchWritten | e.BatchWithdrawn | e.BatchRetried | e.BatchFailed,
    at: str,
    reason: str | None,
) -> BatchRow:
    match event:
        case e.BatchWritten():
            return replace(
                row,
                status=Status.WRITTEN.value,
                written_at=at,
                file_path=event.path,
                file_size=event.size,
                file_sha256=event.sha256,
                requests=len(event.requests),
                uploaded_file=None,
                reason=reason,
            )
        case e.BatchWithdrawn():
            return replace(
                row,
                status=Status.WITHDRAWN.value,
                reason=event.reason,
                pairs=0,
                first_pair_id=None,
                last_pair_id=None,
            )
        case e.BatchRetried():
            return _retried(row)
        case e.BatchFailed():
            return replace(
                row,
                status=Status.FAILED.value,
                failed_at=at,
                ended_at=at,
                due=None,
                reason=event.reason,
                cause=event.cause,
                wrong_form=CHECKED if event.cause == WRONG_FORMAT else row.wrong_form,
            )


def _retried(row: BatchRow) -> BatchRow:
    """Return the row for another attempt, or for another look for the job of a submission that began."""
    unclear = row.status == Status.WRITTEN.value
    return replace(
        row,
        status=Status.WRITTEN.value,
        reason=None,
        job_name=None,
        started_at=row.started_at if unclear else None,
        submitted_at=None,
        processing_at=None,
        ended_at=None,
        failed_at=None,
        next_try_at=None,
    )


def _project_submission(
    row: BatchRow,
    event: e.SubmissionStarted
    | e.FileUploaded
    | e.BatchSubmitted
    | e.SubmissionDeferred
    | e.SubmissionUnclear
    | e.SubmissionRefused
    | e.SubmissionQuarantined
    | e.SubmissionHeld,
    at: str,
    reason: str | None,
) -> BatchRow:
    match event:
        case e.SubmissionStarted():
            return replace(
                row,
                attempt=event.attempt,
                display_name=event.display_name,
                started_at=at,
                next_try_at=None,
                reason=reason,
            )
        case e.FileUploaded():
            return replace(row, uploaded_file=event.file_name)
        case e.BatchSubmitted():
            return replace(
                row,
                status=Status.SUBMITTED.value,
                attempt=event.attempt,
                job_name=event.job_name,
                submitted_at=at,
                next_try_at=None,
                due=stamp(event.due) if event.due else None,
                reason=reason,
            )
        case e.SubmissionDeferred():
            return replace(row, started_at=None, reason=reason or event.reason, next_try_at=stamp(event.until))
        case e.SubmissionUnclear():
            return replace(row, reason=reason or event.reason, next_try_at=stamp(event.look_again_at))
        case e.SubmissionRefused():
            return replace(row, started_at=None, reason=event.reason, next_try_at=None)
        case e.SubmissionQuarantined() | e.SubmissionHeld():
            return replace(row, reason=event.reason, next_try_at=None)


def _planned(row: BatchRow | None, event: e.BatchPlanned, version: int) -> BatchRow:
    first, last = first_and_last(event.ranges)
    hold = _hold(row, event)
    return BatchRow(
        number=event.number,
        wave=event.wave,
        status=Status.PLANNED.value,
        title=event.title,
        repairs=base_of(event.number) if round_of(event.number) else None,
        pairs=count(event.ranges),
        first_pair_id=first,
        last_pair_id=last,
        model=event.model,
        attempt=row.attempt if row else 0,
        display_name=row.display_name if row else None,
        estimated_input_tokens=event.estimate.input_tokens,
        estimated_output_tokens=event.estimate.output_tokens,
        estimated_cost_usd=event.estimate.cost_usd,
        reason=row.reason if row and hold else None,
        hold=hold,
        planned_at=stamp(event.at),
        changed_at=stamp(event.at),
        version=version,
    )


def _read(row: BatchRow, event: e.AnswersRead) -> BatchRow:
    verdicts = Counter(pair.verdict for pair in event.unrefined)
    return replace(
        row,
        read_at=stamp(event.at),
        refined_path=event.path,
        refined=event.refined,
        missing=verdicts["missing"],
        malformed=verdicts["malformed"],
        blocked=verdicts["blocked"],
        cut_off=verdicts["cut_off"],
        emulated=event.emulated,
        input_tokens=event.input_tokens,
        output_tokens=event.output_tokens,
    )
