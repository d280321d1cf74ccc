"""Brings the read model up to the ledger: live, after a rebuild, and in memory for a check, all the same way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.batch.events import BatchSubmitted
from core.ledger.streams import batch_number, wave_number
from core.projections.course_fold import wave_found_running
from core.projections.fold import project_batch, project_wave

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.ledger.recorded import Recorded
    from core.ports import EventStore, ReadModel
    from core.projections.rows import BatchRow, WaveRow

#: Events folded between two saves: enough to make the commit cheap, few enough to keep memory flat.
STRIDE = 5_000


def catch_up(store: EventStore, model: ReadModel, *, until: int | None = None) -> int:
    """Apply every event after the model's checkpoint (up to position `until`) and return the new checkpoint."""
    checkpoint = model.checkpoint()
    for events in _strides(store.read(after=checkpoint, until=until)):
        if not _apply(model, events, checkpoint):
            return catch_up(store, model, until=until)
        checkpoint = events[-1].position
    return checkpoint


def rebuild(store: EventStore, model: ReadModel) -> int:
    """Forget every row, fold the whole ledger anew, and return the checkpoint reached.

    The ledger is read through before anything is forgotten: an event that cannot be read leaves all as it was.
    """
    for _ in store.read():
        pass
    model.reset()
    return catch_up(store, model)


def _apply(model: ReadModel, events: list[Recorded], was: int) -> bool:
    """Fold a stride into the rows it concerns and save them with the checkpoint; False if somebody else did."""
    numbers = {number for recorded in events if (number := batch_number(recorded.stream)) is not None}
    batches: dict[int, BatchRow] = {row.number: row for row in model.batches(sorted(numbers))}
    waves: dict[int, WaveRow] = {}
    if any(_concerns_a_wave(recorded) for recorded in events):
        waves = {row.wave: row for row in model.waves()}
    for recorded in events:
        if (number := batch_number(recorded.stream)) is not None:
            batches[number] = project_batch(batches.get(number), recorded)
            if isinstance(recorded.event, BatchSubmitted) and (sent := waves.get(batches[number].wave)):
                waves[sent.wave] = wave_found_running(sent, recorded)
        elif (wave := wave_number(recorded.stream)) is not None:
            waves[wave] = project_wave(waves.get(wave), recorded)
    return model.save(waves.values(), batches.values(), was=was, checkpoint=events[-1].position)


def _concerns_a_wave(recorded: Recorded) -> bool:
    """Whether an event is a wave's, or may tell of a wave that it runs."""
    return isinstance(recorded.event, BatchSubmitted) or wave_number(recorded.stream) is not None


def _strides(events: Iterator[Recorded]) -> Iterator[list[Recorded]]:
    stride: list[Recorded] = []
    for recorded in events:
        stride.append(recorded)
        if len(stride) == STRIDE:
            yield stride
            stride = []
    if stride:
        yield stride
