"""What each event makes of a batch; history is trusted, so nothing is refused here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from core.batch import events as e
from core.batch.adopted_folding import ADOPTED_FOLDS, lost
from core.batch.holds import hold_after
from core.batch.lifecycle import Status
from core.batch.state import Batch
from core.pairs import ids

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.batch.events import BatchEvent

replace = msgspec.structs.replace

# Millions of events are folded: a name of this module is found faster than a member of an Enum.
PLANNED = Status.PLANNED
WRITTEN = Status.WRITTEN
SUBMITTED = Status.SUBMITTED
PROCESSING = Status.PROCESSING
SUCCEEDED = Status.SUCCEEDED
FAILED = Status.FAILED
DOWNLOADED = Status.DOWNLOADED
WITHDRAWN = Status.WITHDRAWN


def evolve(batch: Batch, event: BatchEvent) -> Batch:
    """Return the batch after `event`; history is trusted, so nothing is refused here."""
    return _FOLDS[type(event)](batch, event)


def _planned(batch: Batch, event: e.BatchPlanned) -> Batch:
    """Begin anew: a plan may only be repeated while nothing of the batch was ever sent."""
    return Batch(
        number=event.number,
        status=PLANNED,
        version=batch.version + 1,
        wave=event.wave,
        revision=event.revision,
        title=event.title,
        ranges=event.ranges,
        model=event.model,
        prompt_sha256=event.prompt_sha256,
        input_tokens=event.estimate.input_tokens,
        expected_usd=event.estimate.cost_usd,
        hold=hold_after(batch.hold, event),
        hold_reason=batch.hold_reason,
        attempt=batch.attempt,
        display_name=batch.display_name,
        sent_sha256=batch.sent_sha256,
    )


def _withdrawn(batch: Batch, event: e.BatchWithdrawn) -> Batch:
    return replace(
        batch,
        version=batch.version + 1,
        status=WITHDRAWN,
        ranges=(),
        requests=(),
        hold=hold_after(batch.hold, event),
    )


def _written(batch: Batch, event: e.BatchWritten) -> Batch:
    return replace(
        batch,
        version=batch.version + 1,
        status=WRITTEN,
        file_path=event.path,
        file_sha256=event.sha256,
        file_size=event.size,
        requests=event.requests,
        uploaded_file=None,
        uploaded_until=None,
        hold=hold_after(batch.hold, event),
    )


def _started(batch: Batch, event: e.SubmissionStarted) -> Batch:
    return replace(
        batch,
        version=batch.version + 1,
        attempt=event.attempt,
        display_name=event.display_name,
        sent_sha256=event.sha256,
        spent=False,
        intent_open=True,
        unclear_from=event.at,
        looks=0,
        next_try_at=None,
        hold=hold_after(batch.hold, event),
    )


def _uploaded(batch: Batch, event: e.FileUploaded) -> Batch:
    return replace(
        batch, version=batch.version + 1, uploaded_file=event.file_name, uploaded_until=event.expires_at
    )


def _submitted(batch: Batch, event: e.BatchSubmitted) -> Batch:
    return replace(
        batch,
        version=batch.version + 1,
        status=SUBMITTED,
        job_name=event.job_name,
        due=event.due,
        attempt=event.attempt,
        spent=True,
        jobs=batch.jobs + 1,
        intent_open=False,
        looks=0,
        deferrals=0,
        next_try_at=None,
        hold=hold_after(batch.hold, event),
        cancel_sent=False,
    )


def _deferred(batch: Batch, event: e.SubmissionDeferred) -> Batch:
    return replace(
        batch,
        version=batch.version + 1,
        intent_open=False,
        next_try_at=event.until,
        deferrals=event.tries,
        looks=0,
        hold=hold_after(batch.hold, event),
    )


def _unclear(batch: Batch, event: e.SubmissionUnclear) -> Batch:
    return replace(batch, version=batch.version + 1, looks=event.looks, next_try_at=event.look_again_at)


def _refused(batch: Batch, event: e.SubmissionRefused) -> Batch:
    return _held(replace(batch, intent_open=False, next_try_at=None), event)


def _held(
    batch: Batch,
    event: e.SubmissionRefused
    | e.SubmissionQuarantined
    | e.SubmissionHeld
    | e.CancelRequested
    | e.BatchPaused
    | e.BatchFailed,
) -> Batch:
    hold = hold_after(batch.hold, event)
    reason = batch.hold_reason if hold is batch.hold else event.reason
    return replace(batch, version=batch.version + 1, hold=hold, hold_reason=reason)


def _doubled(batch: Batch, event: e.DoubleFound) -> Batch:
    return replace(batch, version=batch.version + 1, others=(*batch.others, event.job_name))


def _cancel_sent(batch: Batch, _: e.CancelSent) -> Batch:
    return replace(batch, version=batch.version + 1, cancel_sent=True)


def _resumed(batch: Batch, event: e.BatchResumed) -> Batch:
    return replace(batch, version=batch.version + 1, hold=hold_after(batch.hold, event))


def _processing(batch: Batch, _: e.BatchProcessing) -> Batch:
    return replace(batch, version=batch.version + 1, status=PROCESSING)


def _succeeded(batch: Batch, event: e.BatchSucceeded) -> Batch:
    return replace(
        batch,
        version=batch.version + 1,
        status=SUCCEEDED,
        result_file=event.result_file,
        answered=event.succeeded_requests + event.failed_requests,
        hold=hold_after(batch.hold, event),
    )


def _failed(batch: Batch, event: e.BatchFailed) -> Batch:
    missing = lost(batch, event.reason) if batch.adoption else batch.missing
    return _held(replace(batch, status=FAILED, cause=event.cause, missing=missing), event)


def _downloaded(batch: Batch, event: e.BatchDownloaded) -> Batch:
    return replace(
        batch,
        version=batch.version + 1,
        status=DOWNLOADED,
        result_path=event.path,
        result_sha256=event.sha256,
    )


def _read(batch: Batch, event: e.AnswersRead) -> Batch:
    return replace(
        batch,
        version=batch.version + 1,
        read=True,
        refined_path=event.path,
        refined=event.refined,
        missing=event.unrefined,
    )


def _handed_over(batch: Batch, event: e.PairsHandedOver) -> Batch:
    return _without(batch, set(ids(event.ranges)))


def _given_up(batch: Batch, event: e.PairsGivenUp) -> Batch:
    return _without(batch, {pair.pair_id for pair in event.pairs})


def _without(batch: Batch, pair_ids: set[str]) -> Batch:
    missing = tuple(pair for pair in batch.missing if pair.pair_id not in pair_ids)
    return replace(batch, version=batch.version + 1, missing=missing, parted=True)


def _retried(batch: Batch, event: e.BatchRetried) -> Batch:
    return replace(
        batch,
        version=batch.version + 1,
        status=WRITTEN,
        job_name=None,
        due=None,
        hold=hold_after(batch.hold, event),
        unclear_from=event.at,
        deferrals=0,
        next_try_at=None,
    )


def _deletion_asked(batch: Batch, _: e.DeletionAsked) -> Batch:
    """Nothing is known of what became of it: the same may be asked again, and a lost upload is made anew."""
    return replace(batch, version=batch.version + 1)


def _vectors_lost(batch: Batch, _: e.VectorsLost) -> Batch:
    return replace(batch, version=batch.version + 1, vectors_lost=True)


#: One function an event; found in one step, where a `match` would ask for each class in turn.
_FOLDS: dict[type[Any], Callable[[Batch, Any], Batch]] = {
    e.BatchPlanned: _planned,
    e.BatchWithdrawn: _withdrawn,
    e.BatchWritten: _written,
    e.SubmissionStarted: _started,
    e.FileUploaded: _uploaded,
    e.BatchSubmitted: _submitted,
    e.SubmissionDeferred: _deferred,
    e.SubmissionUnclear: _unclear,
    e.SubmissionRefused: _refused,
    e.SubmissionQuarantined: _held,
    e.SubmissionHeld: _held,
    e.DoubleFound: _doubled,
    e.BatchProcessing: _processing,
    e.BatchSucceeded: _succeeded,
    e.BatchFailed: _failed,
    e.BatchDownloaded: _downloaded,
    e.AnswersRead: _read,
    e.PairsHandedOver: _handed_over,
    e.PairsGivenUp: _given_up,
    e.BatchRetried: _retried,
    e.CancelRequested: _held,
    e.CancelSent: _cancel_sent,
    e.BatchPaused: _held,
    e.BatchResumed: _resumed,
    e.DeletionAsked: _deletion_asked,
    e.VectorsLost: _vectors_lost,
    **ADOPTED_FOLDS,
}
