"""The waves that the books have at hand: those with open batches, and a few others that were asked for last."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from core.ledger.load import load_wave
from core.wave.state import evolve, found_running

if TYPE_CHECKING:
    from core.batch.state import Batch
    from core.ledger.recorded import Recorded
    from core.ports import EventStore
    from core.wave.state import Wave

#: Waves without an open batch that are kept at hand, so that one that others wait for is not read at each tick.
CLOSED_KEPT = 32


class Shelf:
    """Waves as the ledger has them up to the books' position; what is not at hand is read from its stream.

    A wave with its plan is some kilobytes, so those whose batches are closed are dropped: the memory of a daemon
    must not grow with the waves that it brought home.
    """

    def __init__(self, store: EventStore) -> None:
        """Begin with none at hand."""
        self._store = store
        self._waves: dict[int, Wave] = {}
        self._open: Counter[int] = Counter()
        self._of: dict[int, int] = {}

    def get(self, number: int, *, until: int) -> Wave:
        """Return a wave as its events up to position `until` left it; one without events is empty."""
        wave = self._waves.get(number)
        if wave is None:
            wave = self._waves[number] = load_wave(self._store, number, until=until)
            self._tidy(number)
        return wave

    def fold(self, number: int, recorded: Recorded) -> None:
        """Take in one event of a wave; those before it are taken in, or are read."""
        before = self.get(number, until=recorded.position - 1)
        self._waves[number] = evolve(before, recorded.event)

    def submitted(self, batch: Batch, *, position: int) -> None:
        """Let a batch's submission tell of its wave, which may have been sent before waves were approved."""
        self._waves[batch.wave] = found_running(self.get(batch.wave, until=position), batch.name)

    def opened(self, batch: Batch) -> None:
        """Note that a batch is open: its wave stays at hand."""
        if batch.number not in self._of:
            self._of[batch.number] = batch.wave
            self._open[batch.wave] += 1

    def closed(self, number: int) -> None:
        """Note that a batch needs nothing any more; when it was its wave's last, that may be dropped."""
        wave = self._of.pop(number, None)
        if wave is None:
            return
        self._open[wave] -= 1
        if not self._open[wave]:
            del self._open[wave]
            self._tidy(wave)

    def _tidy(self, just_used: int) -> None:
        """Drop closed waves when there are too many; what only batches' histories tell of a wave is kept."""
        if len(self._waves) - len(self._open) <= CLOSED_KEPT:
            return
        self._waves = {
            number: wave
            for number, wave in self._waves.items()
            if number in self._open or wave.found or number == just_used
        }
