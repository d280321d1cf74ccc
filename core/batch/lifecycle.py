"""The lifecycle of a batch, written once: states, triggers, and the table of transitions."""

from __future__ import annotations

from enum import Enum

from core.rulebook import drawn, pull, rulebook


class Status(Enum):
    """Where a batch stands; the values are the words people and files read."""

    UNPLANNED = "unplanned"
    ADOPTED = "adopted"
    PLANNED = "planned"
    WRITTEN = "written"
    SUBMITTED = "submitted"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    DOWNLOADED = "downloaded"
    WITHDRAWN = "withdrawn"


class Trigger(Enum):
    """What moves a batch from one status to another."""

    PLAN = "plan"
    WITHDRAW = "withdraw"
    WRITE = "write"
    SUBMIT = "submit"
    PROCESS = "process"
    SUCCEED = "succeed"
    FAIL = "fail"
    DOWNLOAD = "download"
    RETRY = "retry"
    ADOPT = "adopt"
    FIND = "find"
    TAKE = "take"


S, T = Status, Trigger

#: (trigger, the statuses it may come from, the status it leads to)
TABLE: tuple[tuple[Trigger, tuple[Status, ...], Status], ...] = (
    (T.PLAN, (S.UNPLANNED, S.PLANNED, S.WRITTEN, S.WITHDRAWN), S.PLANNED),
    (T.WITHDRAW, (S.PLANNED, S.WRITTEN), S.WITHDRAWN),
    (T.WRITE, (S.PLANNED, S.WRITTEN), S.WRITTEN),
    (T.SUBMIT, (S.WRITTEN,), S.SUBMITTED),
    (T.PROCESS, (S.SUBMITTED,), S.PROCESSING),
    (T.SUCCEED, (S.SUBMITTED, S.PROCESSING), S.SUCCEEDED),
    (T.FAIL, (S.ADOPTED, S.SUBMITTED, S.PROCESSING, S.SUCCEEDED), S.FAILED),
    (T.DOWNLOAD, (S.SUCCEEDED,), S.DOWNLOADED),
    (T.RETRY, (S.FAILED, S.WRITTEN), S.WRITTEN),
    (T.ADOPT, (S.UNPLANNED,), S.ADOPTED),
    (T.FIND, (S.ADOPTED, S.WRITTEN, S.FAILED), S.SUBMITTED),
    (T.TAKE, (S.ADOPTED, S.FAILED, S.DOWNLOADED), S.DOWNLOADED),
)


_RULEBOOK = rulebook(S.UNPLANNED, TABLE)


def follow(name: str, status: Status, trigger: Trigger) -> Status:
    """Return the status that `trigger` leads to, by the machine's own judgement.

    `name` is how the sentence calls the batch (`batch 205`). Raises RefusedError where the table has no such way.
    """
    return pull(_RULEBOOK, name, status, trigger)


def sources_of(trigger: Trigger) -> tuple[Status, ...]:
    """Return the statuses in which `trigger` is possible."""
    return next(sources for candidate, sources, _ in TABLE if candidate is trigger)


def diagram() -> str:
    """Return the lifecycle as a mermaid state diagram."""
    return drawn(S.UNPLANNED, TABLE, (S.DOWNLOADED, S.WITHDRAWN))
