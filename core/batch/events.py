"""What can happen to a batch, in the past tense; each class is one stored shape that never changes."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotations at run time

import msgspec

from core.batch.adopted_events import AdoptedEvent
from core.batch.parts import Estimate, RequestLine, Unrefined  # noqa: TC001 - the same
from core.pairs import PairRange  # noqa: TC001 - the same


class BatchPlanned(msgspec.Struct, frozen=True, gc=False):
    """A wave's plan gave this number its pairs; a later plan of the same wave may do so again."""

    number: int
    wave: int
    revision: int
    title: str
    ranges: tuple[PairRange, ...]
    model: str
    prompt_sha256: str
    estimate: Estimate
    at: datetime


class BatchWithdrawn(msgspec.Struct, frozen=True, gc=False):
    """A new plan of the wave left this number out before anything of it had been sent."""

    reason: str
    at: datetime


class BatchWritten(msgspec.Struct, frozen=True, gc=False):
    """The batch file stands on disk, whole; `path` is relative to the workspace, `size` in bytes."""

    path: str
    sha256: str
    size: int
    requests: tuple[RequestLine, ...]
    at: datetime


class SubmissionStarted(msgspec.Struct, frozen=True, gc=False):
    """The intent to create a job, recorded before the provider is asked for anything."""

    attempt: int
    display_name: str
    sha256: str
    at: datetime


class FileUploaded(msgspec.Struct, frozen=True, gc=False):
    """The provider holds the batch file until `expires_at` (48 h after the upload, if it did not say)."""

    file_name: str
    expires_at: datetime
    at: datetime


class BatchSubmitted(msgspec.Struct, frozen=True, gc=False):
    """The provider has a job for this attempt; `how` is created, found (by its name) or settled (by a person).

    `due` is when the job ought to have ended: the provider's own limit for waiting and running.
    """

    attempt: int
    job_name: str
    how: str
    at: datetime
    due: datetime | None = None


class SubmissionDeferred(msgspec.Struct, frozen=True, gc=False):
    """The provider certainly made no job and may later (rate limit, no connection); next try at `until`."""

    reason: str
    until: datetime
    tries: int
    at: datetime


class SubmissionUnclear(msgspec.Struct, frozen=True, gc=False):
    """Nobody knows whether the provider made a job; it is looked for by its display name before anything else.

    `looks` counts the searches of the provider's whole list that found nothing so far.
    """

    reason: str
    looks: int
    look_again_at: datetime
    at: datetime


class SubmissionRefused(msgspec.Struct, frozen=True, gc=False):
    """The provider certainly made no job and would refuse the same file again; a person has to look."""

    reason: str
    at: datetime


class SubmissionQuarantined(msgspec.Struct, frozen=True, gc=False):
    """For too long nobody could tell whether the provider made a job; only a person may say so now."""

    reason: str
    at: datetime


class SubmissionHeld(msgspec.Struct, frozen=True, gc=False):
    """The batch was not sent, since it would cost more than the budget leaves; nothing was asked of anybody."""

    reason: str
    at: datetime


class DoubleFound(msgspec.Struct, frozen=True, gc=False):
    """The provider had another job under the attempt's name: `kept` is the attempt's, `job_name` was given up.

    `cancelled` says that the provider took the cancellation; otherwise the double had ended before.
    """

    job_name: str
    kept: str
    cancelled: bool
    at: datetime


class BatchProcessing(msgspec.Struct, frozen=True, gc=False):
    """The provider was first seen working on the job."""

    at: datetime


class BatchSucceeded(msgspec.Struct, frozen=True, gc=False):
    """The job ended with a result to fetch; counts are requests, as the provider states them.

    `result_file` names the provider's file, None where the result stands inside the job itself.
    """

    succeeded_requests: int
    failed_requests: int
    result_file: str | None
    ended_at: datetime | None
    at: datetime


class BatchFailed(msgspec.Struct, frozen=True, gc=False):
    """The job ended without a result; `cause` is failed, expired, cancelled or gone.

    `again` says that another attempt is worth its money and that attempts are left: it is made without asking.
    """

    cause: str
    reason: str
    at: datetime
    again: bool = False


class BatchDownloaded(msgspec.Struct, frozen=True, gc=False):
    """The result file stands on disk as it came; `path` is relative to the workspace."""

    path: str
    sha256: str
    size: int
    lines: int
    at: datetime


class AnswersRead(msgspec.Struct, frozen=True, gc=False):
    """Every pair of the batch has its verdict: those listed, and refined for all others.

    `path` names the refined-pairs file; token counts are the sums of the provider's usage metadata.
    """

    path: str
    sha256: str
    refined: int
    unrefined: tuple[Unrefined, ...]
    strays: int
    input_tokens: int
    output_tokens: int
    emulated: bool
    at: datetime


class PairsHandedOver(msgspec.Struct, frozen=True, gc=False):
    """Pairs that this batch did not bring home are carried by its repair `to` from now on."""

    to: int
    ranges: tuple[PairRange, ...]
    at: datetime


class PairsGivenUp(msgspec.Struct, frozen=True, gc=False):
    """Pairs that nothing more is tried for, each with its last verdict and reason."""

    pairs: tuple[Unrefined, ...]
    at: datetime


class BatchRetried(msgspec.Struct, frozen=True, gc=False):
    """The batch goes back to written, for another attempt with the same file."""

    reason: str
    at: datetime


class CancelRequested(msgspec.Struct, frozen=True, gc=False):
    """A person wants no (further) job for the batch; one that the provider has is to be stopped."""

    reason: str
    at: datetime


class CancelSent(msgspec.Struct, frozen=True, gc=False):
    """The provider was asked to stop the batch's job; what became of it is seen by polling."""

    job_name: str
    at: datetime


class BatchPaused(msgspec.Struct, frozen=True, gc=False):
    """A person wants nothing more of the batch to be sent; a job under way is still brought home."""

    reason: str
    at: datetime


class BatchResumed(msgspec.Struct, frozen=True, gc=False):
    """The pause is over."""

    reason: str
    at: datetime


class DeletionAsked(msgspec.Struct, frozen=True, gc=False):
    """A person wants the provider to forget the batch's `job` or uploaded `file`; it is asked to after this."""

    what: str
    name: str
    reason: str
    at: datetime


class VectorsLost(msgspec.Struct, frozen=True, gc=False):
    """The vectors of a batch that embeds are gone in every place; a person has their texts paid for again.

    `path` named the file of its vectors, `result_path` the result that they were read from; `texts` had a vector.
    """

    path: str
    result_path: str
    texts: int
    reason: str
    at: datetime


#: What can happen to a batch once it was planned.
RunEvent = (
    BatchWithdrawn
    | BatchWritten
    | SubmissionStarted
    | FileUploaded
    | BatchSubmitted
    | SubmissionDeferred
    | SubmissionUnclear
    | SubmissionRefused
    | SubmissionQuarantined
    | SubmissionHeld
    | DoubleFound
    | BatchProcessing
    | BatchSucceeded
    | BatchFailed
    | BatchDownloaded
    | AnswersRead
    | PairsHandedOver
    | PairsGivenUp
    | BatchRetried
    | CancelRequested
    | CancelSent
    | BatchPaused
    | BatchResumed
    | DeletionAsked
    | VectorsLost
)
BatchEvent = BatchPlanned | RunEvent | AdoptedEvent
