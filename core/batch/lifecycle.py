"""The lifecycle of a batch, written once: states, triggers, and the table of transitions."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from transitions import Machine, MachineError

from core.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable


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


class _Cursor:
    """A throw-away model: the machine writes its state here and nowhere else."""

    state: Status
    trigger: Any


_RULEBOOK = Machine(
    model=None,
    states=Status,
    initial=Status.UNPLANNED,
    transitions=[
        {"trigger": trigger.value, "source": list(sources), "dest": dest} for trigger, sources, dest in TABLE
    ],
    auto_transitions=False,
)


def follow(name: str, status: Status, trigger: Trigger) -> Status:
    """Return the status that `trigger` leads to, by the machine's own judgement.

    `name` is how the sentence calls the batch (`batch 205`). Raises RefusedError where the table has no such way.
    """
    cursor = _Cursor()
    _RULEBOOK.add_model(cursor, initial=status)
    try:
        cursor.trigger(trigger.value)
    except MachineError as error:
        raise RefusedError(_refusal(name, status, trigger)) from error
    finally:
        _RULEBOOK.remove_model(cursor)
    return cursor.state


def _refusal(name: str, status: Status, trigger: Trigger) -> str:
    return (
        f"{name} is {status.value} and cannot {trigger.value} now; "
        f"that is possible when it is {_either(sources_of(trigger))}"
    )


def sources_of(trigger: Trigger) -> tuple[Status, ...]:
    """Return the statuses in which `trigger` is possible."""
    return next(sources for candidate, sources, _ in TABLE if candidate is trigger)


def _either(statuses: Iterable[Status]) -> str:
    words = [status.value for status in statuses if status is not Status.UNPLANNED] or ["new"]
    return " or ".join(words)


def diagram() -> str:
    """Return the lifecycle as a mermaid state diagram."""
    lines = ["stateDiagram-v2"]
    lines += [
        f"    [*] --> {dest.value}: {trigger.value}" for trigger, sources, dest in TABLE if S.UNPLANNED in sources
    ]
    for trigger, sources, dest in TABLE:
        lines += [
            f"    {source.value} --> {dest.value}: {trigger.value}"
            for source in sources
            if source is not S.UNPLANNED
        ]
    lines += [f"    {status.value} --> [*]" for status in (S.DOWNLOADED, S.WITHDRAWN)]
    return "\n".join(lines) + "\n"
