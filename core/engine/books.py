"""The engine's books: the open batches as the ledger has them, and the only way to write about them."""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from core.batch.decider import decide
from core.batch.events import BatchSubmitted, SubmissionStarted
from core.batch.folding import evolve
from core.batch.state import Batch
from core.engine.agenda import Agenda
from core.engine.purse import Purse
from core.engine.shelf import Shelf
from core.engine.steps import Kind, next_step
from core.engine.tally import Tally
from core.errors import ConflictError, RefusedError
from core.ledger.load import load_batch, load_wave
from core.ledger.recorded import Context, NewEvent
from core.ledger.streams import batch_number, batch_stream, wave_number, wave_stream
from core.reconcile.view import view_of
from core.wave.decider import decide_wave
from core.wave.state import evolve as evolve_wave

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from core.batch.commands import BatchCommand
    from core.engine.tally import Standing
    from core.ledger.recorded import Recorded
    from core.planning.models import Model
    from core.ports import EventStore, Fence
    from core.reconcile.view import View
    from core.wave.decider import WaveCommand
    from core.wave.state import Wave

#: Events folded before closed batches are dropped: a long history does not fill the memory.
STRIDE = 5_000
#: How long a submission's beginning is remembered, for the rate at which jobs are created.
MINUTE = timedelta(minutes=1)


class Entry(msgspec.Struct, frozen=True):
    """Commands to one batch, in order, and what caused them; `also` is what stands or falls with them.

    `wave` is told to the batch's wave when the commands made a difference.
    """

    number: int
    commands: tuple[BatchCommand, ...]
    cause: str
    also: tuple[Entry, ...] = ()
    wave: WaveCommand | None = None


class Books:
    """Open batches folded from the ledger and kept current; closed ones are dropped so that memory stays flat."""

    def __init__(  # noqa: PLR0913 - each is a tool of its own
        self,
        store: EventStore,
        actor: str,
        observe: Callable[[Sequence[Recorded]], None] = lambda _: None,
        refused: Callable[[RefusedError], None] | None = None,
        *,
        fence: Callable[[], Fence | None] = lambda: None,
        models: Mapping[str, Model] | None = None,
    ) -> None:
        """Begin with an empty fold; `actor` signs what is written, `observe` is shown it afterwards.

        `refused` is told of an entry that no longer fits what the ledger says, which is then left out; without it
        such an entry raises. `fence` gives the lease under which is written, if under any, `models` the prices at
        which results are settled.
        """
        self.agenda = Agenda()
        self.purse = Purse(models or {})
        self._shelf = Shelf(store)
        self._tally = Tally()
        self._observe = observe
        self._refused = refused
        self._store = store
        self._actor = actor
        self._fence = fence
        self._batches: dict[int, Batch] = {}
        self._started: deque[datetime] = deque()
        self._position = 0

    @property
    def position(self) -> int:
        """The last position of the ledger that is folded in."""
        return self._position

    def refresh(self) -> None:
        """Fold what has been appended since the last look, by anybody."""
        if self._store.head() <= self._position:
            return
        touched: set[int] = set()
        try:
            for recorded in self._store.read(after=self._position):
                touched |= self._fold(recorded)
                if len(touched) >= STRIDE:
                    self._sort(touched)
                    touched.clear()
        finally:
            # What was folded before the ledger went away is folded: its place in the agenda must follow.
            self._sort(touched)

    def standing(self) -> Standing:
        """Return the whole ledger counted, as far as it is folded in; it costs what is under way."""
        reserved = self.purse.reserved()
        return self._tally.standing(self._position, self.purse.committed() - reserved, reserved)

    @property
    def open_count(self) -> int:
        """How many batches still need the engine."""
        return len(self._batches)

    def open_numbers(self) -> list[int]:
        """Return the numbers of the batches that still need the engine."""
        return sorted(self._batches)

    def started_between(self, after: datetime, until: datetime) -> int:
        """Return how many submissions anybody started in that time; those of the last minute are remembered."""
        return sum(after < start <= until for start in self._started)

    def first_start(self, *, after: datetime) -> datetime | None:
        """Return when the first submission after that moment was started, as far as it is remembered."""
        return min((start for start in self._started if start > after), default=None)

    def survey(self) -> View:
        """Return all batches and all that was ever on record of jobs, folded from the whole ledger."""
        return view_of(self._store.read())

    def get(self, number: int) -> Batch:
        """Return a batch as the ledger has it, open or not."""
        if number in self._batches:
            return self._batches[number]
        return load_batch(self._store, number)

    def wave(self, number: int) -> Wave:
        """Return a wave as the ledger has it, as far as anything is folded in; one never planned is empty."""
        if not self._position:
            return load_wave(self._store, number)
        return self._shelf.get(number, until=self._position)

    def write(self, entries: Iterable[Entry]) -> list[Recorded]:
        """Decide all commands and append their events in one commit.

        On a conflict the batches are reloaded and the same facts judged again; effects are never repeated. An
        entry is taken whole or not at all; one that is refused raises RefusedError, or is left out (see above).
        """
        entries = list(entries)
        return self._append(lambda: self._judge_all(entries))

    def write_wave(self, number: int, command: WaveCommand, cause: str) -> list[Recorded]:
        """Decide a command to a wave and append its event; on a conflict it is judged again as `write` does."""
        return self._append(lambda: self._judge_wave(number, command, cause))

    def _append(self, judge: Callable[[], list[NewEvent]]) -> list[Recorded]:
        while True:
            events = judge()
            if not events:
                return []
            try:
                recorded = self._store.append(events, fence=self._fence())
            except ConflictError:
                self.refresh()
                continue
            self._take(recorded)
            self._observe(recorded)
            return recorded

    def _judge_wave(self, number: int, command: WaveCommand, cause: str) -> list[NewEvent]:
        wave = self.wave(number)
        context = Context(self._actor, f"{wave_stream(number)}/r{wave.revision}", cause)
        return [
            NewEvent(wave_stream(number), version, event, context)
            for version, event in enumerate(decide_wave(wave, command), start=wave.version + 1)
        ]

    def _judge_all(self, entries: Sequence[Entry]) -> list[NewEvent]:
        told: dict[int, Wave] = {}
        return [event for entry in entries for event in self._judge(entry, told)]

    def _judge(self, entry: Entry, told: dict[int, Wave]) -> list[NewEvent]:
        """Return an entry's events; `told` are the waves as the entries before it leave them."""
        try:
            return self._decide(entry, told)
        except RefusedError as refusal:
            if self._refused is None:
                raise
            self._refused(refusal)
            return []

    def _decide(self, entry: Entry, told: dict[int, Wave]) -> list[NewEvent]:
        batch = self.get(entry.number)
        events: list[NewEvent] = []
        for command in entry.commands:
            for event in decide(batch, command):
                batch = evolve(batch, event)
                context = Context(self._actor, f"{batch_stream(batch.number)}/a{batch.attempt}", entry.cause)
                events.append(NewEvent(batch_stream(batch.number), batch.version, event, context))
        events += [event for other in entry.also for event in self._decide(other, told)]
        return events + (self._tell(batch, entry, told) if events else [])

    def _tell(self, batch: Batch, entry: Entry, told: dict[int, Wave]) -> list[NewEvent]:
        if entry.wave is None:
            return []
        number = batch.wave
        wave = told.get(number) or self.wave(number)
        context = Context(self._actor, f"{batch_stream(batch.number)}/a{batch.attempt}", entry.cause)
        events: list[NewEvent] = []
        for event in decide_wave(wave, entry.wave):
            wave = evolve_wave(wave, event)
            events.append(NewEvent(wave_stream(number), wave.version, event, context))
        told[number] = wave
        return events

    def _take(self, recorded: Sequence[Recorded]) -> None:
        """Fold our own events at once when nobody else's stand between; otherwise leave it to refresh."""
        if recorded[0].position == self._position + 1:
            self._sort(set().union(*map(self._fold, recorded)))
        else:
            self.refresh()

    def _fold(self, recorded: Recorded) -> set[int]:
        """Fold one event in, and return the number of the batch it is about, if it is about one."""
        self._position = recorded.position
        number = batch_number(recorded.stream)
        if number is None:
            self._fold_wave(recorded)
            return set()
        batch = self._batches.get(number)
        if batch is None and recorded.version > 1:
            batch = load_batch(self._store, number, before=recorded.version)
        before = batch or Batch(number=number)
        self._batches[number] = evolve(before, recorded.event)
        self._tally.fold(before, self._batches[number], getattr(recorded.event, "at", None))
        self.purse.fold(self._batches[number], recorded.event)
        if isinstance(recorded.event, SubmissionStarted):
            self._remember(recorded.event.at)
        if isinstance(recorded.event, BatchSubmitted):
            self._shelf.submitted(self._batches[number], position=self._position)
        return {number}

    def _fold_wave(self, recorded: Recorded) -> None:
        number = wave_number(recorded.stream)
        if number is not None:
            self._shelf.fold(number, recorded)

    def _remember(self, start: datetime) -> None:
        self._started.append(start)
        while self._started[0] < start - MINUTE:
            self._started.popleft()

    def _sort(self, numbers: Iterable[int]) -> None:
        """Put changed batches where they belong, and drop those that are closed so that memory stays flat."""
        for number in numbers:
            step = next_step(self._batches[number])
            self.agenda.put(self._batches[number], step)
            if step.kind is Kind.NOTHING:
                del self._batches[number]
                self._shelf.closed(number)
            else:
                self._shelf.opened(self._batches[number])
