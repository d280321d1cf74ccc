"""What a mill in memory can meet: appends, files and calls that fail or come late, and others in between."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from adapters.memory.store import MemoryEventStore
from core.batch.decider import decide
from core.engine.jobs import all_jobs
from core.errors import AmbiguousError, RefusedError, StorageError, UnavailableError
from core.ledger.load import load_batch
from core.ledger.recorded import NewEvent
from core.ledger.streams import batch_stream
from tests.ledgers import CONTEXT, SetClock
from tests.mill import MemoryFiles, Spy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from core.batch.commands import BatchCommand
    from core.ledger.recorded import Recorded
    from core.ports import Clock, Fence, StoredFile
    from core.provider import BatchProvider, Job, RemoteFile

VERBS = ("upload", "create", "get", "list", "download", "cancel")


class PowerCutError(BaseException):
    """The process is gone; nothing in the program may catch this."""


class Trouble(msgspec.Struct, frozen=True):
    """What one call meets: an error before or after its effect, a slow answer, or a download that is cut."""

    kind: str
    error: BaseException | None = None
    after: bool = False


class Ledger(MemoryEventStore):
    """A store whose appends can be the last thing a process did, and to which somebody else may append first."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.dies_in = 0
        self.dies_after = False
        self.intrusion: tuple[int, BatchCommand] | None = None

    def append(self, events: Sequence[NewEvent], *, fence: Fence | None = None) -> list[Recorded]:
        if fence is not None:
            return super().append(events, fence=fence)
        self._let_in(events)
        self.dies_in -= 1
        if self.dies_in == 0 and not self.dies_after:
            raise PowerCutError
        recorded = super().append(events, fence=fence)
        if self.dies_in == 0:
            raise PowerCutError
        return recorded

    def _let_in(self, events: Sequence[NewEvent]) -> None:
        """Append the armed wish of another process, if it fits, before events of the same batch."""
        if self.intrusion is None or batch_stream(self.intrusion[0]) not in {event.stream for event in events}:
            return
        (number, command), self.intrusion = self.intrusion, None
        batch = load_batch(self, number)
        try:
            wished = decide(batch, command)
        except RefusedError:
            return
        super().append(
            [
                NewEvent(batch_stream(number), version, event, CONTEXT)
                for version, event in enumerate(wished, batch.version + 1)
            ]
        )


class FailingFiles(MemoryFiles):
    """Files of which the next ones meet what is in `armed`: full, dead-before, dead-after."""

    def __init__(self) -> None:
        super().__init__()
        self.armed: list[str] = []

    def put(self, path: str, content: bytes) -> StoredFile:
        trouble = self.armed.pop(0) if self.armed else ""
        if trouble == "full":
            raise StorageError(f"the disk is full, so {path} was not written")
        if trouble == "dead-before":
            raise PowerCutError
        stored = super().put(path, content)
        if trouble == "dead-after":
            raise PowerCutError
        return stored


class SlowClock(SetClock):
    """A clock moved by hand, which sums in `elapsed` the seconds that it was put forward."""

    def __init__(self) -> None:
        super().__init__()
        self.elapsed = 0.0

    def advance(self, seconds: float) -> None:
        self.elapsed += max(seconds, 0.0)
        super().advance(seconds)


class Opponent(Spy):
    """A provider of which the next calls of a verb meet what is armed, and verbs that are `down` all fail.

    `creating` is shown every create's display name and the sha256 of its file before it is made. A job shows in
    the list only `lag` seconds after its creation. Of the next `doubles` creates the answer is lost, and somebody
    else makes another job of the same name, one of the `strangers`.
    """

    def __init__(self, provider: BatchProvider, clock: SlowClock) -> None:
        super().__init__(provider)
        self.inner = provider
        self.armed: defaultdict[str, list[Trouble]] = defaultdict(list)
        self.down: set[str] = set()
        self.lag = 0.0
        self.born: dict[str, float] = {}
        self.doubles = 0
        self.strangers: set[str] = set()
        self.creating: Callable[[str, str], None] = lambda _name, _sha256: None
        self._clock = clock
        self._uploads: dict[str, str] = {}
        for verb in VERBS:
            self.before[verb] = partial(self._strike, verb, after=False)
            self.after[verb] = partial(self._strike, verb, after=True)
        self.seen = self._listed

    def _strike(self, verb: str, _about: str, *, after: bool) -> None:
        if verb in self.down and not after:
            raise UnavailableError(f"{verb} is down")
        armed = self.armed[verb]
        if not armed or armed[0].after is not after or armed[0].kind == "cut":
            return
        trouble = armed.pop(0)
        if trouble.kind == "slow":
            self._clock.advance(45)
        if trouble.error is not None:
            raise trouble.error

    def _listed(self, job: Job) -> Job | None:
        late = self._clock.elapsed < self.born.get(job.name, 0.0) + self.lag
        # Only a look through the list can miss a job; one that is asked for by its name is there.
        return None if late and self.calls[-1][0] == "list" else job

    def upload(self, content: BinaryIO, *, display_name: str) -> RemoteFile:
        file = super().upload(content, display_name=display_name)
        content.seek(0)
        self._uploads[file.name] = hashlib.sha256(content.read()).hexdigest()
        return file

    def create(self, *, model: str, input_file: str, display_name: str, embeds: bool = False) -> Job:
        self.creating(display_name, self._uploads[input_file])
        known = set(self.truth())
        try:
            job = super().create(model=model, input_file=input_file, display_name=display_name, embeds=embeds)
            if self.doubles:
                self.doubles -= 1
                double = self.inner.create(
                    model=model, input_file=input_file, display_name=display_name, embeds=embeds
                )
                self.strangers.add(double.name)
                raise AmbiguousError("the answer was lost, and somebody made the job once more")
            return job
        finally:
            self.born |= dict.fromkeys(set(self.truth()) - known, self._clock.elapsed)

    def download(self, job: Job, sink: BinaryIO) -> None:
        super().download(job, sink)
        if self.armed["download"] and self.armed["download"][0].kind == "cut":
            self.armed["download"].pop(0)
            sink.seek(0)
            lines = sink.readlines()
            sink.truncate(sum(map(len, lines[: len(lines) // 2])))

    def truth(self) -> dict[str, Job]:
        """Return every job there is, by name, as it stands now and whatever is armed."""
        return {job.name: job for job in all_jobs(self.inner, 100)}
