"""The engine's books: the open batches as the ledger has them, and the only way to write about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.batch.decider import decide
from core.batch.state import Batch, evolve
from core.engine.steps import is_open
from core.errors import ConflictError, RefusedError
from core.ledger.load import load_batch
from core.ledger.recorded import Context, NewEvent
from core.ledger.streams import batch_number, batch_stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from core.batch.commands import BatchCommand
    from core.ledger.recorded import Recorded
    from core.ports import EventStore


class Entry(msgspec.Struct, frozen=True):
    """Commands to one batch, in order, and what caused them."""

    number: int
    commands: tuple[BatchCommand, ...]
    cause: str


class Books:
    """Open batches folded from the ledger and kept current; closed ones are dropped so that memory stays flat."""

    def __init__(
        self,
        store: EventStore,
        actor: str,
        observe: Callable[[Sequence[Recorded]], None] = lambda _: None,
        refused: Callable[[RefusedError], None] | None = None,
    ) -> None:
        """Begin with an empty fold; `actor` signs what is written, `observe` is shown it afterwards.

        `refused` is told of an entry that no longer fits what the ledger says, which is then left out; without it
        such an entry raises.
        """
        self._observe = observe
        self._refused = refused
        self._store = store
        self._actor = actor
        self._batches: dict[int, Batch] = {}
        self._position = 0

    @property
    def position(self) -> int:
        """The last position of the ledger that is folded in."""
        return self._position

    def refresh(self) -> None:
        """Fold what has been appended since the last look, by anybody."""
        if self._store.head() > self._position:
            for recorded in self._store.read(after=self._position):
                self._fold(recorded)
            self._drop_closed()

    def open_batches(self) -> list[Batch]:
        """Return every batch that still needs the engine, by number."""
        return [self._batches[number] for number in sorted(self._batches)]

    def get(self, number: int) -> Batch:
        """Return a batch as the ledger has it, open or not."""
        if number in self._batches:
            return self._batches[number]
        return load_batch(self._store, number)

    def write(self, entries: Iterable[Entry]) -> list[Recorded]:
        """Decide all commands and append their events in one commit.

        On a conflict the batches are reloaded and the same facts judged again; effects are never repeated. An
        entry is taken whole or not at all; one that is refused raises RefusedError, or is left out (see above).
        """
        entries = list(entries)
        while True:
            events = [event for entry in entries for event in self._judge(entry)]
            if not events:
                return []
            try:
                recorded = self._store.append(events)
            except ConflictError:
                self.refresh()
                continue
            self._take(recorded)
            self._observe(recorded)
            return recorded

    def _judge(self, entry: Entry) -> list[NewEvent]:
        try:
            return self._decide(entry)
        except RefusedError as refusal:
            if self._refused is None:
                raise
            self._refused(refusal)
            return []

    def _decide(self, entry: Entry) -> list[NewEvent]:
        batch = self.get(entry.number)
        events: list[NewEvent] = []
        for command in entry.commands:
            for event in decide(batch, command):
                batch = evolve(batch, event)
                context = Context(self._actor, f"batch-{batch.number}/a{batch.attempt}", entry.cause)
                events.append(NewEvent(batch_stream(batch.number), batch.version, event, context))
        return events

    def _take(self, recorded: Sequence[Recorded]) -> None:
        """Fold our own events at once when nobody else's stand between; otherwise leave it to refresh."""
        if recorded[0].position == self._position + 1:
            for event in recorded:
                self._fold(event)
            self._drop_closed(batch_number(event.stream) for event in recorded)
        else:
            self.refresh()

    def _fold(self, recorded: Recorded) -> None:
        number = batch_number(recorded.stream)
        if number is not None:
            batch = self._batches.get(number)
            if batch is None and recorded.version > 1:
                batch = load_batch(self._store, number, before=recorded.version)
            self._batches[number] = evolve(batch or Batch(number=number), recorded.event)
        self._position = recorded.position

    def _drop_closed(self, numbers: Iterable[int | None] | None = None) -> None:
        for number in list(self._batches if numbers is None else numbers):
            if number in self._batches and not is_open(self._batches[number]):
                del self._batches[number]
