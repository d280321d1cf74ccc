"""The lifecycle of a wave, written once: states, triggers, and the table of transitions."""

from __future__ import annotations

from enum import Enum

from core.rulebook import drawn, pull, rulebook


class Status(Enum):
    """Where a wave stands; the values are the words people and files read."""

    UNPLANNED = "unplanned"
    ADOPTED = "adopted"
    PLANNED = "planned"
    APPROVED = "approved"
    RUNNING = "running"
    ASSESSED = "assessed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Trigger(Enum):
    """What moves a wave from one status to another."""

    PLAN = "plan"
    APPROVE = "approve"
    START = "start"
    FIND = "find"
    ADOPT = "adopt"
    REPLAN = "replan"
    ASSESS = "assess"
    ACCEPT = "accept"
    REJECT = "reject"


S, T = Status, Trigger

#: What can be judged: some of it was sent, here or by an older process.
JUDGED = (S.ADOPTED, S.RUNNING, S.ASSESSED)

#: (trigger, the statuses it may come from, the status it leads to). A wave that is decided may be assessed again,
#: and stays decided; its way on from there is the opposite decision.
TABLE: tuple[tuple[Trigger, tuple[Status, ...], Status], ...] = (
    (T.PLAN, (S.UNPLANNED, S.PLANNED, S.APPROVED, S.RUNNING), S.PLANNED),
    (T.APPROVE, (S.PLANNED,), S.APPROVED),
    (T.START, (S.APPROVED,), S.RUNNING),
    (T.FIND, (S.PLANNED,), S.RUNNING),
    (T.ADOPT, (S.UNPLANNED,), S.ADOPTED),
    (T.REPLAN, (S.PLANNED, S.APPROVED, *JUDGED, S.ACCEPTED, S.REJECTED), S.PLANNED),
    (T.ASSESS, JUDGED, S.ASSESSED),
    (T.ASSESS, (S.ACCEPTED,), S.ACCEPTED),
    (T.ASSESS, (S.REJECTED,), S.REJECTED),
    (T.ACCEPT, (*JUDGED, S.REJECTED), S.ACCEPTED),
    (T.REJECT, (*JUDGED, S.ACCEPTED), S.REJECTED),
)

_RULEBOOK = rulebook(S.UNPLANNED, TABLE)


def follow(name: str, status: Status, trigger: Trigger) -> Status:
    """Return the status that `trigger` leads to, by the machine's own judgement.

    `name` is how the sentence calls the wave (`wave 2`). Raises RefusedError where the table has no such way.
    """
    return pull(_RULEBOOK, name, status, trigger)


def sources_of(trigger: Trigger) -> tuple[Status, ...]:
    """Return the statuses in which `trigger` is possible."""
    return tuple(source for candidate, sources, _ in TABLE if candidate is trigger for source in sources)


def diagram() -> str:
    """Return the lifecycle as a mermaid state diagram."""
    return drawn(S.UNPLANNED, TABLE, (S.ACCEPTED, S.REJECTED))
