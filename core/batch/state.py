"""A batch as its events left it, and the fold that says what each event makes of it."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotations at run time
from typing import TYPE_CHECKING, Any

import msgspec

from core.batch import events as e
from core.batch.lifecycle import Status
from core.pairs import PairRange, count

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.batch.events import BatchEvent, RequestLine

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


class Batch(msgspec.Struct, frozen=True, gc=False):
    """Everything a decision about a batch needs to know.

    `spent` says that the present attempt had its job, `intent_open` that a submission was started and its end is
    not known yet, `sent_sha256` which file it was for; `looks` counts the fruitless searches for its job, `jobs`
    the jobs it ever had, `due` when the present one ought to have ended. `hold` is the reason why only a person
    can move the batch on.
    """

    number: int
    status: Status = Status.UNPLANNED
    version: int = 0
    wave: int = 0
    revision: int = 0
    title: str = ""
    ranges: tuple[PairRange, ...] = ()
    model: str = ""
    prompt_sha256: str = ""
    file_path: str = ""
    file_sha256: str = ""
    file_size: int = 0
    requests: tuple[RequestLine, ...] = ()
    attempt: int = 0
    spent: bool = False
    intent_open: bool = False
    display_name: str = ""
    sent_sha256: str = ""
    looks: int = 0
    jobs: int = 0
    uploaded_file: str | None = None
    uploaded_until: datetime | None = None
    job_name: str | None = None
    due: datetime | None = None
    deferrals: int = 0
    next_try_at: datetime | None = None
    hold: str | None = None
    result_file: str | None = None
    result_path: str = ""
    result_sha256: str = ""
    read: bool = False

    @property
    def name(self) -> str:
        """How sentences call it."""
        return f"batch {self.number}"

    @property
    def pairs(self) -> int:
        """Number of pairs it carries."""
        return count(self.ranges)

    @property
    def next_attempt(self) -> int:
        """The attempt that a submission started now would belong to: the last one, if it never had its job."""
        same = self.attempt and not self.spent and self.sent_sha256 == self.file_sha256
        return self.attempt if same else self.attempt + 1


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
        attempt=batch.attempt,
        display_name=batch.display_name,
        sent_sha256=batch.sent_sha256,
    )


def _withdrawn(batch: Batch, _: e.BatchWithdrawn) -> Batch:
    return replace(batch, version=batch.version + 1, status=WITHDRAWN, ranges=(), requests=())


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
        hold=None,
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
        looks=0,
        next_try_at=None,
        hold=None,
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
        hold=None,
    )


def _deferred(batch: Batch, event: e.SubmissionDeferred) -> Batch:
    return replace(
        batch,
        version=batch.version + 1,
        intent_open=False,
        next_try_at=event.until,
        deferrals=event.tries,
        looks=0,
    )


def _unclear(batch: Batch, event: e.SubmissionUnclear) -> Batch:
    return replace(batch, version=batch.version + 1, looks=event.looks, next_try_at=event.look_again_at)


def _refused(batch: Batch, event: e.SubmissionRefused) -> Batch:
    return replace(batch, version=batch.version + 1, intent_open=False, hold=event.reason, next_try_at=None)


def _processing(batch: Batch, _: e.BatchProcessing) -> Batch:
    return replace(batch, version=batch.version + 1, status=PROCESSING)


def _succeeded(batch: Batch, event: e.BatchSucceeded) -> Batch:
    return replace(batch, version=batch.version + 1, status=SUCCEEDED, result_file=event.result_file)


def _failed(batch: Batch, event: e.BatchFailed) -> Batch:
    return replace(batch, version=batch.version + 1, status=FAILED, hold=None if event.again else event.reason)


def _downloaded(batch: Batch, event: e.BatchDownloaded) -> Batch:
    return replace(
        batch,
        version=batch.version + 1,
        status=DOWNLOADED,
        result_path=event.path,
        result_sha256=event.sha256,
    )


def _read(batch: Batch, _: e.AnswersRead) -> Batch:
    return replace(batch, version=batch.version + 1, read=True)


def _retried(batch: Batch, _: e.BatchRetried) -> Batch:
    return replace(
        batch,
        version=batch.version + 1,
        status=WRITTEN,
        job_name=None,
        due=None,
        hold=None,
        deferrals=0,
        next_try_at=None,
    )


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
    e.BatchProcessing: _processing,
    e.BatchSucceeded: _succeeded,
    e.BatchFailed: _failed,
    e.BatchDownloaded: _downloaded,
    e.AnswersRead: _read,
    e.BatchRetried: _retried,
}
