"""Folds one stream into the batch or wave it tells of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.batch.folding import evolve as evolve_batch
from core.batch.state import Batch
from core.ledger.streams import batch_stream, wave_stream
from core.wave.state import Wave
from core.wave.state import evolve as evolve_wave

if TYPE_CHECKING:
    from core.ports import EventStore


def load_batch(store: EventStore, number: int, *, before: int | None = None, until: int | None = None) -> Batch:
    """Return a batch as its events left it: before version `before`, or up to position `until`, if given."""
    batch = Batch(number=number)
    for recorded in store.read_stream(batch_stream(number)):
        if (before is not None and recorded.version >= before) or (
            until is not None and recorded.position > until
        ):
            break
        batch = evolve_batch(batch, recorded.event)
    return batch


def load_wave(store: EventStore, wave: int, *, until: int | None = None) -> Wave:
    """Return a wave as its events left it: up to position `until`, if given."""
    found = Wave(wave=wave)
    for recorded in store.read_stream(wave_stream(wave)):
        if until is not None and recorded.position > until:
            break
        found = evolve_wave(found, recorded.event)
    return found
