"""A batch as its events left it, and the fold that says what each event makes of it."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotations at run time
from typing import TYPE_CHECKING, assert_never

import msgspec

from core.batch import events as e
from core.batch.lifecycle import Status
from core.pairs import PairRange, count

if TYPE_CHECKING:
    from core.batch.events import BatchEvent, RequestLine

replace = msgspec.structs.replace


class Batch(msgspec.Struct, frozen=True):
    """Everything a decision about a batch needs to know.

    `spent` says that the present attempt had its job, `intent_open` that a submission was started and its end is
    not known yet; `looks` counts the fruitless searches for its job, `jobs` the jobs it ever had. `hold` is the
    reason why only a person can move the batch on.
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
    looks: int = 0
    jobs: int = 0
    uploaded_file: str | None = None
    uploaded_until: datetime | None = None
    job_name: str | None = None
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
        """The attempt that a submission started now would belong to."""
        return self.attempt if self.attempt and not self.spent else self.attempt + 1


def evolve(batch: Batch, event: BatchEvent) -> Batch:
    """Return the batch after `event`; history is trusted, so nothing is refused here."""
    version = batch.version + 1
    match event:
        case e.BatchSubmitted():
            return replace(
                batch, version=version, status=Status.SUBMITTED, job_name=event.job_name, attempt=event.attempt,
                spent=True, jobs=batch.jobs + 1, intent_open=False, looks=0, deferrals=0, next_try_at=None,
                hold=None,
            )  # fmt: skip
        case e.SubmissionStarted():
            return replace(
                batch, version=version, attempt=event.attempt, display_name=event.display_name, spent=False,
                intent_open=True, looks=0, next_try_at=None, hold=None,
            )  # fmt: skip
        case e.FileUploaded():
            return replace(batch, version=version, uploaded_file=event.file_name, uploaded_until=event.expires_at)
        case e.BatchProcessing():
            return replace(batch, version=version, status=Status.PROCESSING)
        case e.BatchSucceeded():
            return replace(batch, version=version, status=Status.SUCCEEDED, result_file=event.result_file)
        case e.BatchDownloaded():
            return replace(
                batch,
                version=version,
                status=Status.DOWNLOADED,
                result_path=event.path,
                result_sha256=event.sha256,
            )
        case e.AnswersRead():
            return replace(batch, version=version, read=True)
        case e.BatchWritten():
            return replace(
                batch, version=version, status=Status.WRITTEN, file_path=event.path, file_sha256=event.sha256,
                file_size=event.size, requests=event.requests, uploaded_file=None, uploaded_until=None, hold=None,
            )  # fmt: skip
        case e.BatchPlanned():
            return _planned(batch, event)
        case _:
            return _evolve_rare(batch, event)


def _evolve_rare(
    batch: Batch,
    event: e.SubmissionDeferred
    | e.SubmissionUnclear
    | e.SubmissionRefused
    | e.BatchFailed
    | e.BatchRetried
    | e.BatchWithdrawn,
) -> Batch:
    version = batch.version + 1
    match event:
        case e.SubmissionDeferred():
            return replace(
                batch, version=version, intent_open=False, next_try_at=event.until, deferrals=event.tries, looks=0
            )
        case e.SubmissionUnclear():
            return replace(batch, version=version, looks=event.looks, next_try_at=event.look_again_at)
        case e.SubmissionRefused():
            return replace(batch, version=version, intent_open=False, hold=event.reason, next_try_at=None)
        case e.BatchFailed():
            return replace(batch, version=version, status=Status.FAILED, hold=event.reason)
        case e.BatchRetried():
            return replace(
                batch,
                version=version,
                status=Status.WRITTEN,
                job_name=None,
                hold=None,
                deferrals=0,
                next_try_at=None,
            )
        case e.BatchWithdrawn():
            return replace(batch, version=version, status=Status.WITHDRAWN, ranges=(), requests=())
        case _:
            assert_never(event)


def _planned(batch: Batch, event: e.BatchPlanned) -> Batch:
    """Begin anew: a plan may only be repeated while nothing of the batch was ever sent."""
    return Batch(
        number=event.number,
        status=Status.PLANNED,
        version=batch.version + 1,
        wave=event.wave,
        revision=event.revision,
        title=event.title,
        ranges=event.ranges,
        model=event.model,
        prompt_sha256=event.prompt_sha256,
        attempt=batch.attempt,
    )
