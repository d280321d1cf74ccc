"""Puts what begins a batch beside the waves' plans into the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.batch.decider import decide
from core.batch.folding import evolve
from core.batch.state import Batch
from core.ledger.recorded import NewEvent
from core.ledger.streams import batch_stream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.compose import Opened
    from core.batch.commands import BatchCommand


def record_new(opened: Opened, number: int, commands: Sequence[BatchCommand], said: str) -> None:
    """Append what begins a batch; its number must be new, whatever another command does meanwhile.

    Raises ConflictError when it is not. `said` is the command line that asks for it.
    """
    batch, context = Batch(number=number), opened.context(said)
    events: list[NewEvent] = []
    for command in commands:
        for event in decide(batch, command):
            batch = evolve(batch, event)
            events.append(NewEvent(batch_stream(number), batch.version, event, context))
    opened.database.store.append(events)
