"""What may be asked of a batch that an older process sent; facts were found out before and travel inside."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - part of the public shape

import msgspec

from core.batch.adopted_events import (  # noqa: TC001 - the same
    AdoptedFileRead,
    BatchAdopted,
    FormClaimed,
    JobAdopted,
    JobClaimed,
    JobSighted,
    RefinedAdopted,
)


class AdoptBatch(msgspec.Struct, frozen=True):
    """Take over what a tracking file claims of a batch."""

    claimed: BatchAdopted


class RecordAdoptedFile(msgspec.Struct, frozen=True):
    """The adopted batch's file was read."""

    file: AdoptedFileRead


class ClaimJob(msgspec.Struct, frozen=True):
    """A list names a job or an upload of the batch."""

    claim: JobClaimed


class ClaimForm(msgspec.Struct, frozen=True):
    """Somebody says that the batch was sent in the wrong form."""

    claim: FormClaimed


class SettleClaim(msgspec.Struct, frozen=True):
    """Say which job is the adopted batch's, None for no job at all."""

    job_name: str | None
    reason: str
    at: datetime


class SightJob(msgspec.Struct, frozen=True):
    """The provider has a job that may be the batch's."""

    sighted: JobSighted


class AdoptJob(msgspec.Struct, frozen=True):
    """The provider has the batch's job, which this ledger did not create."""

    job: JobAdopted


class TakeRefined(msgspec.Struct, frozen=True):
    """Refined pairs of the batch lay on disk and stand in its refined-pairs file now."""

    taken: RefinedAdopted


AdoptingCommand = (
    AdoptBatch | RecordAdoptedFile | ClaimJob | ClaimForm | SettleClaim | SightJob | AdoptJob | TakeRefined
)
