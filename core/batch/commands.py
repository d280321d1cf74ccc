"""What may be asked of a batch; facts about the world have been found out before and travel inside."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - part of the public shape

import msgspec

from core.batch.adopting_commands import AdoptingCommand
from core.batch.events import AnswersRead, BatchPlanned, BatchWritten  # noqa: TC001 - the same
from core.batch.parts import Unrefined  # noqa: TC001 - the same
from core.pairs import PairRange  # noqa: TC001 - the same


class PlanBatch(msgspec.Struct, frozen=True):
    """Give the batch the pairs of a wave's plan."""

    planned: BatchPlanned


class WithdrawBatch(msgspec.Struct, frozen=True):
    """Take the number out of its wave, since a new plan does without it."""

    reason: str
    at: datetime


class RecordFile(msgspec.Struct, frozen=True):
    """The batch file was written."""

    written: BatchWritten


class StartSubmission(msgspec.Struct, frozen=True):
    """Say that a job is about to be created; `nonce` makes the display name unique in the provider's project."""

    nonce: str
    at: datetime


class RecordUpload(msgspec.Struct, frozen=True):
    """The provider has the file."""

    file_name: str
    expires_at: datetime
    at: datetime


class RecordJob(msgspec.Struct, frozen=True):
    """The provider has a job under the attempt's display name; `how` is created, found or settled."""

    job_name: str
    how: str
    at: datetime
    due: datetime | None = None


class RecordDeferral(msgspec.Struct, frozen=True):
    """The provider made no job, and may later."""

    reason: str
    until: datetime
    at: datetime


class RecordUnclear(msgspec.Struct, frozen=True):
    """Nobody knows whether the provider made a job; look for it by name at `look_again_at`."""

    reason: str
    looked: bool
    look_again_at: datetime
    at: datetime


class RecordRefusal(msgspec.Struct, frozen=True):
    """The provider made no job and never will from this file."""

    reason: str
    at: datetime


class QuarantineBatch(msgspec.Struct, frozen=True):
    """Leave a submission whose end nobody could find out to a person."""

    reason: str
    at: datetime


class HoldSubmission(msgspec.Struct, frozen=True):
    """Do not send the batch, for want of budget."""

    reason: str
    at: datetime


class RecordDouble(msgspec.Struct, frozen=True):
    """The provider had a second job under the attempt's name beside `kept`."""

    job_name: str
    kept: str
    cancelled: bool
    at: datetime


class RecordProcessing(msgspec.Struct, frozen=True):
    """The provider works on the job."""

    at: datetime


class RecordSuccess(msgspec.Struct, frozen=True):
    """The job has a result to fetch."""

    succeeded_requests: int
    failed_requests: int
    result_file: str | None
    ended_at: datetime | None
    at: datetime


class RecordFailure(msgspec.Struct, frozen=True):
    """The job ended without a result; `again` asks for another attempt."""

    cause: str
    reason: str
    at: datetime
    again: bool = False


class RecordDownload(msgspec.Struct, frozen=True):
    """The result file stands on disk."""

    path: str
    sha256: str
    size: int
    lines: int
    at: datetime


class RecordAnswers(msgspec.Struct, frozen=True):
    """Every pair has its verdict."""

    answers: AnswersRead


class HandOver(msgspec.Struct, frozen=True):
    """Let the repair `to` carry these pairs, of those that the batch did not bring home."""

    to: int
    ranges: tuple[PairRange, ...]
    at: datetime


class GiveUp(msgspec.Struct, frozen=True):
    """Try nothing more for these pairs, of those that the batch did not bring home."""

    pairs: tuple[Unrefined, ...]
    at: datetime


class RetryBatch(msgspec.Struct, frozen=True):
    """Send a failed or refused batch again."""

    reason: str
    at: datetime


class CancelBatch(msgspec.Struct, frozen=True):
    """Stop the batch's job, if it has one, and send it no more until it is retried."""

    reason: str
    at: datetime


class RecordCancelSent(msgspec.Struct, frozen=True):
    """The provider was asked to stop the batch's job."""

    job_name: str
    at: datetime


class PauseBatch(msgspec.Struct, frozen=True):
    """Send nothing more of the batch until it is resumed."""

    reason: str
    at: datetime


class ResumeBatch(msgspec.Struct, frozen=True):
    """End a pause."""

    reason: str
    at: datetime


class AskDeletion(msgspec.Struct, frozen=True):
    """Put on record that the provider is to forget the batch's job (`what` is JOB) or its uploaded file (FILE)."""

    what: str
    name: str
    reason: str
    at: datetime


class GiveUpVectors(msgspec.Struct, frozen=True):
    """Put on record that the vectors of a batch that embeds are to be had nowhere any more, those of `texts`."""

    texts: int
    reason: str
    at: datetime


#: What the provider may be asked to forget.
JOB, FILE = "job", "file"

BatchCommand = (
    PlanBatch
    | WithdrawBatch
    | RecordFile
    | StartSubmission
    | RecordUpload
    | RecordJob
    | RecordDeferral
    | RecordUnclear
    | RecordRefusal
    | QuarantineBatch
    | HoldSubmission
    | RecordDouble
    | RecordProcessing
    | RecordSuccess
    | RecordFailure
    | RecordDownload
    | RecordAnswers
    | HandOver
    | GiveUp
    | RetryBatch
    | CancelBatch
    | RecordCancelSent
    | PauseBatch
    | ResumeBatch
    | AskDeletion
    | GiveUpVectors
    | AdoptingCommand
)
