"""What a reconciliation comes to: one judgement a job or batch, and the commands that follow from it."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotations at run time
from enum import StrEnum

import msgspec

from core.batch.commands import BatchCommand  # noqa: TC001 - the same


class Outcome(StrEnum):
    """What was found, in the order in which people are told."""

    FINISHED = "finished"
    """The result is there and was not downloaded."""
    UNDER_WAY = "under way"
    AGREES = "agrees"
    LOST = "lost"
    """The job is gone, or ended without a result."""
    NEVER_SUBMITTED = "never-submitted"
    WRONG_FORMAT = "wrong-format"
    DUPLICATE = "duplicate"
    UNSETTLED = "unsettled"
    """Only a person can tell whose job it is."""
    UNKNOWN = "unknown"
    """The provider has a job that no batch of the ledger is known to have."""
    UPLOADED = "uploaded"
    """A file is in the provider's store, and no job has it as input."""
    UNSURE = "unsure"
    """The provider could not be asked, or may be another one: nothing is concluded."""


class Judgement(msgspec.Struct, frozen=True):
    """One finding: the batch (None: none is known), the job or file, why, and what follows.

    `ends` is when the job ended (the oldest result is the first to expire), `running` says that a duplicate can
    still be cancelled, `kept` is the job that counts instead of it. `commands` are for the batch's stream.
    """

    outcome: Outcome
    number: int | None
    pairs: int
    job_name: str | None
    by: tuple[str, ...]
    sentence: str
    commands: tuple[BatchCommand, ...] = ()
    ends: datetime | None = None
    running: bool = False
    kept: str = ""
