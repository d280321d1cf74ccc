"""A mill under every trouble at once: a daemon that dies and is started again, and people who steer it."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.emulator.emulator import Emulator
from adapters.emulator.provider import EmulatedProvider
from adapters.emulator.scenario import scenario_of
from adapters.emulator.settings import EmulatorSettings
from core.batch import commands as c
from core.batch.events import BatchWritten
from core.batch.holds import Hold
from core.batch.lifecycle import Status
from core.engine.advance import Engine
from core.engine.books import Books, Entry
from core.errors import ConflictError, CredentialsError, RefusedError, StorageError
from core.ledger.load import load_wave
from core.ledger.streams import BATCH, batch_number
from core.wave.decider import decide_plan
from core.wave.lifecycle import Status as WaveStatus
from tests.ledgers import CONTEXT
from tests.mill import PENDING, RUNNING, Mill
from tests.model_troubles import FailingFiles, Ledger, Opponent, PowerCutError, SlowClock
from tests.waves import approval, plan_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from core.batch.commands import BatchCommand
    from core.batch.state import Batch
    from core.engine.policy import Policy

WISHES: dict[str, Callable[[str, datetime], BatchCommand]] = {
    "retry": c.RetryBatch,
    "cancel": c.CancelBatch,
    "pause": c.PauseBatch,
    "resume": c.ResumeBatch,
}
#: A job is given up after four hours here, so that nobody has to poll one for two days.
JOB_HOURS, RESULT_HOURS = 4.0, 48.0


class World(Mill):
    """A mill whose daemon lives, dies and is started again, and whose people steer it.

    `scenario` is what the emulator does to jobs and rows, `policy` how the daemon paces itself.
    """

    def __init__(self, *, batches: int, scenario: str, policy: Policy, lag: float = 0.0) -> None:
        super().__init__(pairs=6)
        self.emulator.close()
        self.clock = self.time = SlowClock()
        self.policy = policy
        self.ledger = Ledger(self.clock)
        self.store = self.ledger
        self.disk = FailingFiles()
        self.files = self.disk
        settings = EmulatorSettings(
            pending_seconds=PENDING, running_seconds=RUNNING, scenario=scenario_of(scenario, "the model's")
        )
        self.emulator = Emulator(settings, self.clock)
        self.opponent = Opponent(EmulatedProvider(self.emulator), self.time)
        self.opponent.lag = lag
        self.provider = self.opponent
        self.numbers = range(205, 205 + batches)
        self.rewrites: Counter[int] = Counter()
        self.after_pulse: Callable[[], None] = lambda: None
        self.stage(*self.numbers)
        staged = [self.batch(number) for number in self.numbers]
        self.originals = {
            batch.number: (batch.file_path, self.files.kept[batch.file_path], batch.requests) for batch in staged
        }
        self.restart()

    def batches(self) -> list[Batch]:
        """Return every batch of the ledger, repairs too."""
        numbers = (batch_number(stream) for stream in self.store.streams(BATCH))
        return [self.batch(number) for number in numbers if number is not None]

    def restart(self) -> None:
        """Start a daemon over what the last one left."""
        self.shop = self.workshop()
        self._engine = Engine(self.shop, warn=self.warnings.append)

    def pulse(self) -> tuple[int, datetime | None]:
        """Let the daemon do one pulse, or die in it and be started again; return what is open and due."""
        try:
            pulse = self._engine.pulse()
        except (PowerCutError, CredentialsError):
            self.restart()
            self.after_pulse()
            return len(self.numbers), self.clock.now()
        self.after_pulse()
        return pulse.open, pulse.due

    def pulses(self, most: int) -> bool:
        """Pulse and wait for what is due, so often at most; return whether the daemon came to rest."""
        for _ in range(most):
            is_open, due = self.pulse()
            if not is_open or due is None:
                return True
            self.time.advance(max(0.0, (due - self.clock.now()).total_seconds()))
        return False

    def wish(self, number: int, wish: str, books: Books | None = None) -> None:
        """Let a person steer a batch, by books of their own that may be stale; a refusal changes nothing."""
        self.write_entry(number, WISHES[wish](f"a person said {wish}", self.clock.now()), books)

    def write_entry(self, number: int, command: BatchCommand, books: Books | None = None) -> None:
        head = self.store.head()
        intruding = self.ledger.intrusion is not None
        try:
            (books or Books(self.store, CONTEXT.actor)).write([Entry(number, (command,), "a person's wish")])
        except RefusedError:
            assert intruding or self.store.head() == head
        except PowerCutError:
            pass

    def settle(self, number: int) -> None:
        """Let a person say of a quarantined batch what the provider shows, or look again if that is not plain."""
        batch = self.batch(number)
        if batch.hold is not Hold.QUARANTINED:
            return
        jobs = [job for job in self.opponent.truth().values() if job.display_name == batch.display_name]
        now = self.clock.now()
        if not jobs:
            self.write_entry(number, c.RecordDeferral("a person says that there is no job", now, now))
        elif len(jobs) == 1:
            due = (jobs[0].created_at or now) + timedelta(hours=JOB_HOURS)
            self.write_entry(number, c.RecordJob(jobs[0].name, "settled", now, due))
        else:
            self.wish(number, "retry")

    def rewrite(self, number: int, *, change: bool) -> None:
        """Write a batch file anew where the program would, with the same bytes or with another prompt."""
        batch = self.batch(number)
        writable = batch.status in {Status.PLANNED, Status.WRITTEN} and not batch.intent_open
        if number not in self.originals or not writable:
            return
        self.rewrites[number] += change
        path, content, requests = self.originals[number]
        try:
            stored = self.disk.put(path, content + b"\n" * self.rewrites[number])
        except (StorageError, PowerCutError):
            return
        fact = BatchWritten(stored.path, stored.sha256, stored.size, requests, self.clock.now())
        self.write_entry(number, c.RecordFile(fact))

    def replan(self, keep: int) -> None:
        """Plan the wave again with its first batches only, which the program refuses once anything was sent."""
        wave = load_wave(self.store, 2)
        revision = wave.revision + 1
        plan = plan_of(
            *self.numbers[:keep], pairs=self.pairs, revision=revision, fingerprint=str(revision), replace=True
        )
        try:
            self.append(decide_plan(wave, {number: self.batch(number) for number in self.numbers}, plan))
            self.approve()
        except (RefusedError, ConflictError, PowerCutError):
            return

    def approve(self) -> None:
        """Let a person approve the wave's plan, if it waits for that."""
        if load_wave(self.store, 2).status is WaveStatus.PLANNED:
            self.tell_wave(2, approval(self.store, 2))

    def heal(self) -> None:
        """Let nothing fail any more but what jobs were created with."""
        self.opponent.armed.clear()
        self.opponent.down.clear()
        self.opponent.doubles = 0
        self.disk.armed.clear()
        self.ledger.dies_in = 0
        self.ledger.intrusion = None


def bring_home(world: World) -> None:
    """Let the daemon rest and people do their part in turns, until every batch has come to its end."""
    for _ in range(12):
        assert world.pulses(2_000), f"the daemon finds no rest: {world.batches()}"
        waiting = [batch for batch in world.batches() if not has_ended(batch)]
        if not waiting:
            return
        world.approve()
        blocked = [batch for batch in waiting if batch.hold or batch.status is Status.PLANNED]
        assert blocked, f"the daemon rests, and nobody knows what {waiting} wait for"
        for batch in blocked:
            attend_to(world, batch)
    raise AssertionError(f"people cannot help: {waiting}")


def has_ended(batch: Batch) -> bool:
    """Whether a batch is home and read, out of the wave, or stopped by a person with no job to look for."""
    if batch.read or batch.status is Status.WITHDRAWN:
        return True
    stopped = batch.status in {Status.PLANNED, Status.WRITTEN, Status.FAILED} and not batch.intent_open
    return stopped and batch.hold is Hold.CANCELLED


def attend_to(world: World, batch: Batch) -> None:
    """Do what the program tells a person to do about a batch that stands still."""
    match batch.hold:
        case Hold.PAUSED:
            world.wish(batch.number, "resume")
        case Hold.QUARANTINED:
            world.settle(batch.number)
        case Hold.REFUSED | Hold.FAILED:
            assert batch.hold_reason
            world.rewrite(batch.number, change=False)
            world.wish(batch.number, "retry")
        case _:
            world.rewrite(batch.number, change=False)
