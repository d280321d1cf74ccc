"""The whole engine in memory: ledger, files, an emulated provider under a spy, and a clock moved by hand."""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import msgspec

from adapters.emulator.emulator import Emulator
from adapters.emulator.provider import EmulatedProvider
from adapters.emulator.settings import EmulatorSettings
from adapters.memory.read_model import MemoryReadModel
from adapters.memory.store import MemoryEventStore
from core.batch.commands import RecordFile
from core.batch.decider import decide
from core.batch.events import BatchWritten
from core.batch.numbers import EMBED, JUDGE
from core.engine.advance import Engine, Pulse
from core.engine.books import Books
from core.engine.policy import Policy
from core.engine.workshop import Workshop
from core.errors import NotFoundError
from core.exchange.extracted import ExtractedPair
from core.exchange.requests import Recipe, render_requests
from core.ledger.load import load_batch
from core.ledger.recorded import NewEvent
from core.ledger.streams import batch_stream
from core.ledger.verify import verify_stream
from core.pairs import ids
from core.planning.models import models_with
from core.ports import StoredFile
from core.projections.balance import Balance, balances, total
from core.projections.catch_up import catch_up
from core.wave.decider import decide_plan
from core.wave.state import Wave
from tests.batches import MODEL
from tests.embeds import EMBEDDING, embedded_text, embedding
from tests.judges import judge_recipe, judged_pair, judging
from tests.ledgers import CONTEXT, Dice, SetClock
from tests.tallies import check_standing
from tests.waves import approval, of_wave, plan_of, tell_wave

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from core.batch.events import BatchPlanned
    from core.batch.state import Batch
    from core.engine.repair import Supplies
    from core.exchange.asking import Asking
    from core.ledger.recorded import Recorded
    from core.ports import EventStore, PendingFile
    from core.provider import BatchProvider, FilePage, Job, JobPage, RemoteFile
    from core.wave.decider import WaveCommand

T = TypeVar("T")

PENDING, RUNNING = 60.0, 600.0
RECIPE = Recipe("Refine these pairs.", models_with()[MODEL], max_pairs=2)


class MemoryFiles:
    """Implements core.ports.WorkspaceFiles over a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def open(self, path: str) -> BinaryIO:
        if path not in self.kept:
            raise NotFoundError(f"{path} is missing from the workspace")
        return io.BytesIO(self.kept[path])

    @contextmanager
    def create(self, path: str) -> Iterator[PendingFile]:
        yield _Pending(self, path)

    def digest(self, path: str) -> str | None:
        return hashlib.sha256(self.kept[path]).hexdigest() if path in self.kept else None

    def put(self, path: str, content: bytes) -> StoredFile:
        self.kept[path] = content
        return StoredFile(path, hashlib.sha256(content).hexdigest(), len(content))


class _Pending:
    def __init__(self, files: MemoryFiles, path: str) -> None:
        self._files = files
        self._path = path
        self.sink = io.BytesIO()

    def commit(self) -> StoredFile:
        return self._files.put(self._path, self.sink.getvalue())


class Spy:
    """A provider whose calls are noted, and which a test can make speak up before and after any of them.

    `before[verb](about)` may raise instead of the call; `after[verb](about)` may raise once it is done: its answer
    is lost. `seen` changes every job that is shown.
    """

    def __init__(self, provider: BatchProvider) -> None:
        self._provider = provider
        self.calls: list[tuple[str, str]] = []
        self.before: dict[str, Callable[[str], None]] = {}
        self.after: dict[str, Callable[[str], None]] = {}
        self.seen: Callable[[Job], Job | None] = lambda job: job

    @property
    def verbs(self) -> Counter[str]:
        return Counter(verb for verb, _ in self.calls)

    def upload(self, content: BinaryIO, *, display_name: str) -> RemoteFile:
        return self._do("upload", display_name, lambda: self._provider.upload(content, display_name=display_name))

    def create(self, *, model: str, input_file: str, display_name: str, embeds: bool = False) -> Job:
        return self._do(
            "create",
            display_name,
            lambda: self._provider.create(
                model=model, input_file=input_file, display_name=display_name, embeds=embeds
            ),
        )

    def get(self, name: str) -> Job:
        job = self._do("get", name, lambda: self._provider.get(name))
        return self.seen(job) or job

    def list_jobs(self, *, page_size: int, page_token: str | None = None) -> JobPage:
        page = self._do(
            "list", page_token or "", lambda: self._provider.list_jobs(page_size=page_size, page_token=page_token)
        )
        return msgspec.structs.replace(page, jobs=tuple(job for job in map(self.seen, page.jobs) if job))

    def list_files(self, *, page_size: int, page_token: str | None = None) -> FilePage:
        return self._do(
            "list files",
            page_token or "",
            lambda: self._provider.list_files(page_size=page_size, page_token=page_token),
        )

    def download(self, job: Job, sink: BinaryIO) -> None:
        self._do("download", job.name, lambda: self._provider.download(job, sink))

    def cancel(self, name: str) -> None:
        self._do("cancel", name, lambda: self._provider.cancel(name))

    def delete_file(self, name: str) -> None:
        self._do("delete", name, lambda: self._provider.delete_file(name))

    def _do(self, verb: str, about: str, work: Callable[[], T]) -> T:
        self.calls.append((verb, about))
        if verb in self.before:
            self.before[verb](about)
        done = work()
        if verb in self.after:
            self.after[verb](about)
        return done


class MemorySupplies:
    """Implements core.engine.repair.Supplies: the pairs that a mill staged, and its recipe."""

    def pairs(self, wave: int, kind: str, pair_ids: Collection[str]) -> dict[str, Any]:
        del wave
        shown = {JUDGE: judged_pair, EMBED: embedded_text}.get(kind, lambda pair_id: _pair(pair_id, 0))
        return {each: shown(each) for each in pair_ids}

    def recipe(self, batch: Batch) -> Asking[Any]:
        if batch.kind == EMBED:
            return EMBEDDING
        return judge_recipe(batch.number) if batch.kind == JUDGE else RECIPE


class Mill:
    """One ledger and one provider, and as many engines, one after the other, as a test starts over them."""

    def __init__(self, *, pairs: int = 4) -> None:
        self.pairs = pairs
        self.clock = SetClock()
        self.store: EventStore = MemoryEventStore(self.clock)
        self.files = MemoryFiles()
        self.emulator = Emulator(EmulatorSettings(pending_seconds=PENDING, running_seconds=RUNNING), self.clock)
        self.provider = Spy(EmulatedProvider(self.emulator))
        self.policy = Policy(workers=1)
        self.dice = Dice()
        self.supplies: Supplies = MemorySupplies()
        self.warnings: list[str] = []
        self.stopped = False

    def stage(self, *numbers: int) -> None:
        """Plan and approve wave 2 with these batches of `pairs` pairs each, two a request; write their files."""
        self.plan(*numbers)
        self.tell_wave(2, approval(self.store, 2))

    def plan(self, *numbers: int, wave: int = 2, depends_on: int | None = None) -> None:
        """Do as `stage` does, but for the approval."""
        plan = of_wave(plan_of(*numbers, pairs=self.pairs), wave, depends_on)
        self.append(decide_plan(Wave(wave=wave), {}, plan))
        for planned in plan.batches:
            self.write(planned)

    def tell_wave(self, wave: int, *commands: WaveCommand) -> None:
        """Give commands to a wave, none of which may be refused."""
        for command in commands:
            tell_wave(self.store, wave, command)

    def write(self, planned: BatchPlanned) -> None:
        pairs = [_pair(pair_id, planned.number) for pair_id in ids(planned.ranges)]
        rendered = list(render_requests(planned.number, planned.ranges, pairs, RECIPE))
        lines = b"".join(line for _, line in rendered)
        stored = self.files.put(f"submissions/batch_{planned.number}.jsonl", lines)
        batch = self.batch(planned.number)
        fact = BatchWritten(
            stored.path, stored.sha256, stored.size, tuple(request for request, _ in rendered), self.clock.now()
        )
        events = decide(batch, RecordFile(fact))
        self.append(
            [(batch_stream(batch.number), batch.version + place, event) for place, event in enumerate(events, 1)]
        )

    def judge(self, number: int, pair_ids: Sequence[str]) -> None:
        """Plan and write a batch that judges these pairs of wave 2."""
        self.append(judging(self.files, number, pair_ids, self.clock.now()))

    def embed(self, number: int, pair_ids: Sequence[str]) -> None:
        """Plan and write a batch that has these pairs of wave 2 embedded."""
        self.append(embedding(self.files, number, pair_ids, self.clock.now()))

    def append(self, writes: Sequence[tuple[str, int, object]]) -> list[Recorded]:
        return self.store.append([NewEvent(stream, version, event, CONTEXT) for stream, version, event in writes])

    def workshop(self) -> Workshop:
        return Workshop(
            books=Books(self.store, "daemon@mill", refused=lambda refusal: self.warnings.append(str(refusal))),
            provider=self.provider,
            files=self.files,
            clock=self.clock,
            chance=self.dice,
            supplies=self.supplies,
            policy=self.policy,
            stopping=lambda: self.stopped,
        )

    def engine(self, only: Collection[int] | None = None) -> Engine:
        return Engine(self.workshop(), only=only, warn=self.warnings.append)

    def drive(self, engine: Engine | None = None, *, most: int = 200) -> Pulse:
        """Pulse, and move the clock to what is due next, until nothing is open or nothing is due."""
        engine = engine or self.engine()
        for _ in range(most):
            pulse = engine.pulse()
            if not pulse.open or pulse.due is None:
                return pulse
            self.clock.moment = max(self.clock.moment, pulse.due)
        raise AssertionError(f"still {pulse.open} batches open after {most} pulses")

    def batch(self, number: int) -> Batch:
        return load_batch(self.store, number)

    def events(self, number: int, kind: type[T]) -> list[T]:
        """Return a batch's events of one kind."""
        found = (recorded.event for recorded in self.store.read_stream(batch_stream(number)))
        return [event for event in found if isinstance(event, kind)]

    def types(self, number: int) -> list[str]:
        return [recorded.type.removeprefix("batch.") for recorded in self.store.read_stream(batch_stream(number))]

    def jobs(self) -> dict[str, int]:
        """Return how many jobs the provider ever made, by display name."""
        jobs: dict[str, int] = self.emulator.stats()["jobs"]
        return jobs

    def balance(self) -> Balance:
        model = MemoryReadModel()
        catch_up(self.store, model)
        return total(balances(model.waves(), model.batches()))

    def check_books(self) -> None:
        """Fail unless history follows the lifecycle and every pair is accounted for."""
        for stream in self.store.streams():
            assert verify_stream(self.store.read_stream(stream)) == []
        assert self.balance().difference == 0
        check_standing(self.store)


def _pair(pair_id: str, number: int) -> ExtractedPair:
    question = f"What does {pair_id} measure?"
    answer = (
        f"The indicator {pair_id} measures the depth of a market, in US dollars, at 2.5 % from the mid price. " * 3
    )
    return ExtractedPair(
        pair_id, number, 30, "tvl", "dex_metrics", "tvl.json", None, None, None, question, answer, None
    )
