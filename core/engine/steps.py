"""What a batch needs next, judged from its state and the time alone."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

import msgspec

from core.batch.holds import Hold
from core.batch.lifecycle import Status

if TYPE_CHECKING:
    from datetime import datetime

    from core.batch.state import Batch


class Kind(Enum):
    """The engine's kinds of work, in the order in which it does them: money that is spent comes home first."""

    RESOLVE = "resolve"
    CANCEL = "cancel"
    POLL = "poll"
    HARVEST = "harvest"
    RETRY = "retry"
    SUBMIT = "submit"
    READ = "read"
    REPAIR = "repair"
    NOTHING = "nothing"


class Step(msgspec.Struct, frozen=True):
    """The next piece of work for a batch, not to be done before `due` (None: at once)."""

    kind: Kind
    due: datetime | None = None


def next_step(batch: Batch) -> Step:
    """Return the batch's next step; NOTHING for one that is finished or waits for a person."""
    match batch.status:
        case Status.WRITTEN if batch.intent_open and batch.hold is not Hold.QUARANTINED:
            return Step(Kind.RESOLVE, batch.next_try_at)
        case Status.WRITTEN if batch.hold is None:
            return Step(Kind.SUBMIT, batch.next_try_at)
        case Status.SUBMITTED | Status.PROCESSING if batch.hold is Hold.CANCELLED and not batch.cancel_sent:
            return Step(Kind.CANCEL)
        case Status.SUBMITTED | Status.PROCESSING:
            return Step(Kind.POLL)
        case Status.FAILED if batch.hold is None and batch.adoption is None:
            return Step(Kind.RETRY)
        case Status.SUCCEEDED:
            return Step(Kind.HARVEST)
        case Status.DOWNLOADED if not batch.read:
            return Step(Kind.READ)
        # What an older process did not bring home is asked for again when a person plans it, and pays.
        case Status.DOWNLOADED if batch.missing and batch.adoption is None:
            return Step(Kind.REPAIR)
        case _:
            return Step(Kind.NOTHING)
