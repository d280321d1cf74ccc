from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from adapters.memory.store import MemoryEventStore
from core.batch.lifecycle import Status as BatchStatus
from core.engine.books import Books
from core.engine.shelf import CLOSED_KEPT
from core.ledger.load import load_wave
from core.ledger.recorded import NewEvent
from core.ledger.streams import wave_stream
from core.wave.lifecycle import Status
from tests.batches import WAYS, told
from tests.ledgers import CONTEXT, SetClock
from tests.waves import wave_planned

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.ledger.recorded import Recorded

MANY = CLOSED_KEPT * 3


class CountingStore(MemoryEventStore):
    """A store that notes which streams are read one by one."""

    def __init__(self) -> None:
        super().__init__(SetClock())
        self.streams: list[str] = []

    def read_stream(self, stream: str) -> Iterable[Recorded]:
        self.streams.append(stream)
        return super().read_stream(stream)


@pytest.fixture
def store() -> CountingStore:
    """Give a ledger of many planned waves, none of which has an open batch."""
    store = CountingStore()
    for wave in range(1, MANY + 1):
        plan = msgspec.structs.replace(wave_planned(), wave=wave)
        store.append([NewEvent(wave_stream(wave), 1, plan, CONTEXT)])
    return store


def test_every_wave_can_be_asked_for_however_many_there_are(store: CountingStore) -> None:
    books = Books(store, "daemon@mill")
    books.refresh()

    assert all(books.wave(wave) == load_wave(store, wave) for wave in range(1, MANY + 1))
    assert books.wave(MANY + 1).status is Status.UNPLANNED


def test_few_waves_without_an_open_batch_are_kept_at_hand(store: CountingStore) -> None:
    books = Books(store, "daemon@mill")
    books.refresh()
    store.streams.clear()

    for wave in range(1, MANY + 1):
        books.wave(wave)

    assert len(store.streams) >= MANY - CLOSED_KEPT


def test_a_wave_that_was_asked_for_is_not_read_again_at_once(store: CountingStore) -> None:
    books = Books(store, "daemon@mill")
    books.refresh()
    books.wave(1)
    store.streams.clear()

    assert books.wave(1) is books.wave(1)
    assert store.streams == []


def test_a_wave_with_an_open_batch_stays_at_hand(store: CountingStore) -> None:
    events = told(WAYS[BatchStatus.SUBMITTED])[0]
    store.append([NewEvent("batch-205", version, event, CONTEXT) for version, event in enumerate(events, start=1)])
    books = Books(store, "daemon@mill")
    books.refresh()
    own = books.get(205).wave
    for wave in range(1, MANY + 1):
        books.wave(wave)
    store.streams.clear()

    assert books.wave(own).found
    assert store.streams == []


def test_what_happens_to_a_wave_that_was_dropped_is_folded_onto_the_whole_of_it(store: CountingStore) -> None:
    books = Books(store, "daemon@mill")
    books.refresh()
    for wave in range(2, MANY + 1):
        books.wave(wave)
    again = msgspec.structs.replace(wave_planned(), wave=1, revision=2)
    store.append([NewEvent(wave_stream(1), 2, again, CONTEXT)])

    books.refresh()

    assert books.wave(1) == load_wave(store, 1)
    assert (books.wave(1).version, books.wave(1).revision) == (2, 2)
