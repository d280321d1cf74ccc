"""The accountant of the model: what must be true after every step, judged by the emulator's own books."""

from __future__ import annotations

import io
import json
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.memory.read_model import MemoryReadModel
from core.batch import events as e
from core.batch.holds import Hold
from core.engine.books import Books
from core.engine.steps import Kind
from core.errors import GoneError
from core.ledger.load import load_batch
from core.ledger.streams import batch_number
from core.ledger.verify import verify_stream
from core.pairs import ids
from core.projections.balance import balances, total
from core.projections.catch_up import catch_up
from tests.batches import MODEL
from tests.model import RESULT_HOURS

if TYPE_CHECKING:
    from core.batch.state import Batch
    from core.ledger.recorded import Recorded
    from tests.model import World


class Audit:
    """Reads the ledger as it grows, and compares it with the emulator, the files and the daemon's own memory."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._live = MemoryReadModel()
        self._position = 0
        self._names: dict[str, tuple[int, int]] = {}
        self._jobs: dict[str, int] = {}
        self._taken: dict[int, str] = {}
        self._kept: dict[str, str] = {}
        self._by_itself: Counter[int] = Counter()
        self.sound = True
        world.opponent.creating = self.creating
        world.after_pulse = self.check_news

    def creating(self, display_name: str, sha256: str) -> None:
        """Fail unless a create is intended, for these bytes, wanted, and the first of its name."""
        self.sound = False
        open_ones = [batch for batch in self.world.batches() if batch.intent_open]
        batch = next((one for one in open_ones if one.display_name == display_name), None)
        assert batch, f"{display_name} is created without an open intent"
        assert batch.sent_sha256 == sha256, f"{display_name} is created from another file than was intended"
        assert batch.hold is None, f"{display_name} is created while its batch is {batch.hold}"
        assert display_name not in self.world.jobs(), f"{display_name} is created twice"
        self.sound = True

    def check_news(self) -> None:
        """Check if anything was recorded since the last time."""
        if self.world.store.head() != self._position:
            self.check()

    def check(self) -> None:
        """Fail unless the ledger tells a sound story that everything else agrees with."""
        self.sound = False
        grown: set[str] = set()
        for recorded in self.world.store.read(after=self._position):
            self._position = recorded.position
            grown.add(recorded.stream)
            if (number := batch_number(recorded.stream)) is not None:
                self._event(number, recorded)
        for stream in grown:
            assert verify_stream(self.world.store.read_stream(stream)) == []
        self._check_jobs()
        self._check_files()
        self._check_balance()
        self._check_books()
        self.sound = True

    def _event(self, number: int, recorded: Recorded) -> None:
        event = recorded.event
        batch = self.world.batch(number)
        match event:
            case e.SubmissionStarted(attempt=attempt, display_name=name):
                assert self._names.setdefault(name, (number, attempt)) == (number, attempt)
                assert list(self._names.values()).count((number, attempt)) == 1, f"{name} is another name of it"
                held = load_batch(self.world.store, number, before=recorded.version).hold
                assert held is None, f"{name} was begun while its batch was {held}"
            case e.BatchSubmitted(attempt=attempt, job_name=job):
                assert self.world.opponent.truth()[job].display_name in self._names
                assert self._names[self.world.opponent.truth()[job].display_name] == (number, attempt)
                assert job not in self._jobs, f"{job} is taken twice"
                self._jobs[job] = number
                self._taken[number] = job
            case e.DoubleFound(job_name=job):
                self._jobs[job] = number
            case e.BatchFailed():
                self._failed(batch, event)
            case e.BatchDownloaded(path=path, sha256=sha256):
                assert path not in self._kept
                self._kept[path] = sha256
                self._check_result(batch, path)
            case e.AnswersRead():
                self._kept[event.path] = event.sha256
                self._check_verdicts(batch, event)
            case e.BatchRetried():
                by_itself = recorded.actor.startswith("daemon")
                self._by_itself[number] = self._by_itself[number] + 1 if by_itself else 0
                assert self._by_itself[number] < self.world.policy.attempts
            case _:
                pass

    def _failed(self, batch: Batch, event: e.BatchFailed) -> None:
        """Fail if a batch was given up whose job has something to bring home."""
        assert event.reason
        job = self.world.opponent.inner.get(self._taken[batch.number])
        gone = job.ended_at is not None and self.world.clock.now() >= job.ended_at + timedelta(hours=RESULT_HOURS)
        cancelled = event.cause == "cancelled" and batch.hold is Hold.CANCELLED
        assert not job.has_output or gone or cancelled, f"{batch.name} was given up: {event.reason}"

    def _check_result(self, batch: Batch, path: str) -> None:
        sink = io.BytesIO()
        try:
            self.world.opponent.inner.download(self.world.opponent.inner.get(self._taken[batch.number]), sink)
        except GoneError:
            return
        assert self.world.files.kept[path] == sink.getvalue(), f"{path} is not what the provider has"

    def _check_verdicts(self, batch: Batch, event: e.AnswersRead) -> None:
        """Fail unless every pair has exactly one verdict, and the refined ones stand in their file."""
        lines = self.world.files.kept[event.path].splitlines()
        verdicts = [json.loads(line)["pair_id"] for line in lines] + [each.pair_id for each in event.unrefined]
        assert len(lines) == event.refined
        assert sorted(verdicts) == sorted(ids(batch.ranges))

    def _check_jobs(self) -> None:
        """Fail unless every job is one of an attempt, alone there, and known or still looked for."""
        attempts: Counter[int] = Counter()
        names: Counter[str] = Counter()
        for name, job in self.world.opponent.truth().items():
            assert job.display_name in self._names, f"{job.display_name} was never intended"
            number, attempt = self._names[job.display_name]
            batch = self.world.batch(number)
            sought = batch.intent_open and batch.display_name == job.display_name
            assert name in self._jobs or sought, f"nobody knows {name} of {batch.name}, attempt {attempt}"
            if name not in self.world.opponent.strangers:
                attempts[number] += 1
                names[job.display_name] += 1
        assert not [name for name, jobs in names.items() if jobs > 1]
        for number, jobs in attempts.items():
            assert jobs <= self.world.batch(number).attempt

    def _check_files(self) -> None:
        for path, sha256 in self._kept.items():
            assert self.world.files.digest(path) == sha256, f"{path} is not what the ledger says"

    def _check_balance(self) -> None:
        catch_up(self.world.store, self._live)
        anew = MemoryReadModel()
        catch_up(self.world.store, anew)
        assert (self._live.waves(), self._live.batches()) == (anew.waves(), anew.batches())
        for row in anew.batches():
            batch = self.world.batch(row.number)
            held = batch.hold.value if batch.hold else None
            assert (row.status, row.hold, row.version) == (batch.status.value, held, batch.version)
            assert (row.job_name, row.pairs) == (batch.job_name, batch.pairs)
        found = balances(anew.waves(), anew.batches())
        for balance in found.values():
            assert balance.difference == 0
            assert min(getattr(balance, place) for place in balance.__struct_fields__) >= 0
        [wave] = anew.waves()
        assert total(found).staged == self.world.pairs * len(wave.batches)

    def _check_books(self) -> None:
        """Fail unless the daemon's memory is what the ledger, folded from nothing, says."""
        live = self.world.shop.books
        live.refresh()
        anew = Books(self.world.store, "auditor@mill")
        anew.refresh()
        assert live.open_numbers() == anew.open_numbers()
        for number in anew.open_numbers():
            assert live.get(number) == anew.get(number) == self.world.batch(number)
        assert [live.agenda.count(kind) for kind in Kind] == [anew.agenda.count(kind) for kind in Kind]
        assert live.agenda.at_provider() == anew.agenda.at_provider()
        assert live.agenda.tokens(MODEL) == anew.agenda.tokens(MODEL)
