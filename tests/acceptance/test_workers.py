"""Daemons that share a ledger divide its batches, and what one leaves behind another takes up."""

from __future__ import annotations

import signal
import socket
from collections import defaultdict
from contextlib import ExitStack
from itertools import pairwise
from subprocess import TimeoutExpired
from typing import TYPE_CHECKING, NamedTuple

import pytest

from adapters.emulator.settings import EmulatorSettings
from adapters.sql.database import open_database
from core.batch.events import BatchDownloaded, BatchSubmitted, SubmissionStarted
from core.ledger.streams import batch_number
from tests.ledgers import SetClock
from tests.workspaces import PATIENCE

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterator

    from adapters.emulator.emulator import Emulator
    from core.ledger.recorded import Recorded
    from tests.ledgers import Postgres
    from tests.workspaces import Mill, Running

pytestmark = pytest.mark.postgres

PAIRS = 4
WORKERS = 4
#: Seconds; as short as a lease may be.
LEASE = 4
#: Few jobs at once and small steps, so that nobody is done before the others have begun.
TURNS = {
    "BATCHMILL_DRIVING__CHUNK": "2",
    "BATCHMILL_DRIVING__JOBS_AT_ONCE": "12",
    "BATCHMILL_DRIVING__CREATES_A_MINUTE": "10000",
    "BATCHMILL_DRIVING__LEASE_SECONDS": str(LEASE),
}


class Shared(NamedTuple):
    """A workspace whose ledger is a PostgreSQL database, and the address of that."""

    mill: Mill
    url: str

    def refined(self) -> int:
        """Return how many pairs are home and read."""
        refined: int = self.mill.json("balance")["total"]["refined"]
        return refined

    def events(self) -> dict[int, list[Recorded]]:
        """Return every event of the daemons by batch, in order."""
        with open_database(self.url, SetClock()) as database:
            found = defaultdict(list)
            for recorded in database.store.read():
                if recorded.actor.startswith("daemon@") and (number := batch_number(recorded.stream)):
                    found[number].append(recorded)
        return found


@pytest.fixture
def emulator_settings() -> EmulatorSettings:
    return EmulatorSettings(port=0, pending_seconds=0.0, running_seconds=0.5)


@pytest.fixture
def shared(mill: Mill, empty_postgres_url: str) -> Shared:
    mill.environment |= TURNS | {"BATCHMILL_DATABASE_URL": empty_postgres_url}
    return Shared(mill, empty_postgres_url)


def written(mill: Mill, batches: int) -> None:
    """Bring the workspace to so many written batches of a few pairs each, that wait for their approval."""
    mill.run("init")
    mill.stage(tvl=batches * PAIRS)
    mill.run(f"plan --wave 2 --first-number 205 --strategy size --batch-size {PAIRS}")
    mill.run("write --wave 2")


@pytest.fixture
def crew(shared: Shared) -> Iterator[Callable[[str], Running]]:
    """Give a function that starts another daemon, with a log of its own."""
    logs = shared.mill.root.parent
    with ExitStack() as stack:
        started: list[Running] = []

        def start(line: str) -> Running:
            shared.mill.logs = logs / f"worker-{len(started)}"
            shared.mill.logs.mkdir()
            started.append(stack.enter_context(shared.mill.started(line)))
            return started[-1]

        yield start


def handed_over(events: list[Recorded]) -> list[tuple[str, str]]:
    """Return who began an attempt and who recorded its job, wherever these were two."""
    effects = [one for one in events if isinstance(one.event, SubmissionStarted | BatchSubmitted)]
    return [
        (before.actor, after.actor)
        for before, after in pairwise(effects)
        if isinstance(after.event, BatchSubmitted) and before.actor != after.actor
    ]


@pytest.mark.parametrize("batches", [40, pytest.param(200, marks=pytest.mark.long)])
def test_four_workers_finish_a_wave_and_one_is_killed_midway(
    shared: Shared,
    crew: Callable[[str], Running],
    emulator: Emulator,
    jobs: Callable[[], Counter[str]],
    batches: int,
) -> None:
    written(shared.mill, batches)
    crowd = [crew("run --shared") for _ in range(WORKERS)]
    for worker in crowd:
        worker.wait_for("daemon.started")
    # Approved once all of them drive: however slowly one of them started, there is work left for it.
    shared.mill.run("approve --wave 2")
    for worker in crowd:
        worker.wait_for("batch.submitted")
    crowd[0].wait_until(lambda: crowd[0].said.count("batch.submitted") > batches // 10)
    crowd[0].end(signal.SIGKILL)
    patience = PATIENCE + batches / 2
    crowd[1].wait_until(lambda: shared.refined() == batches * PAIRS, patience)
    assert [worker.end()[0] for worker in crowd[1:]] == [0, 0, 0], [one.said for one in crowd]

    signed = [f"daemon@{socket.gethostname()}/{worker.process.pid}" for worker in crowd]
    events = shared.events()
    assert sorted(events) == list(range(205, 205 + batches))
    assert len(jobs()) == batches
    assert set(jobs().values()) == {1}
    downloads = {
        n: [one for one in found if isinstance(one.event, BatchDownloaded)] for n, found in events.items()
    }
    assert {len(found) for found in downloads.values()} == {1}
    # What the killed one had fetched and not recorded is fetched once more.
    refetched = emulator.stats()["calls"]["files.download"] - batches
    assert 0 <= refetched <= int(TURNS["BATCHMILL_DRIVING__CHUNK"])
    assert {before for found in events.values() for before, _ in handed_over(found)} <= {signed[0]}
    shares = {actor: sum(actor == found[0].actor for found in downloads.values()) for actor in signed}
    assert sum(shares.values()) == batches
    assert min(shares[actor] for actor in signed[1:]) >= batches // 20, shares
    checked = shared.mill.json("replay --check")
    assert (checked["differences"], checked["files"]) == ([], [])
    assert shared.mill.json("history --verify")["faults"] == []


def test_a_worker_that_joins_late_gets_its_part(shared: Shared, crew: Callable[[str], Running]) -> None:
    written(shared.mill, 30)
    shared.mill.run("approve --wave 2")
    shared.mill.environment["BATCHMILL_DRIVING__JOBS_AT_ONCE"] = "4"
    first = crew("run --shared --until-idle")
    first.wait_for("batch.submitted")
    late = crew("run --shared --until-idle")
    late.wait_for("batch.downloaded")
    assert first.process.wait(PATIENCE) == late.process.wait(PATIENCE) == 0


def test_a_daemon_that_shares_and_one_that_does_not_keep_each_other_out(
    shared: Shared, crew: Callable[[str], Running]
) -> None:
    shared.mill.run("init")
    worker = crew("run --shared")
    worker.wait_for("daemon.started")
    assert f"a daemon (process {worker.process.pid} on " in shared.mill.refused("run --until-idle")
    worker.end()
    alone = crew("run")
    alone.wait_for("daemon.started")
    assert f"a daemon (process {alone.process.pid} on " in shared.mill.refused("run --shared --until-idle")


def test_the_parts_of_a_living_worker_are_not_swept_away(shared: Shared, crew: Callable[[str], Running]) -> None:
    shared.mill.run("init")
    part = shared.mill.root / "results" / ".batch_205_results.jsonl.1.aa.part"
    part.touch()
    crew("run --shared").wait_until(lambda: not part.exists())
    part.touch()
    assert shared.mill.call("run --shared --until-idle").status == 0
    assert part.exists()


@pytest.mark.parametrize("lines", [["run"], ["run --shared"] * 2], ids=["alone", "shared"])
def test_daemons_outlive_an_outage_of_the_database_that_is_longer_than_their_leases(
    shared: Shared,
    crew: Callable[[str], Running],
    postgres: Postgres,
    emulator: Emulator,
    lines: list[str],
) -> None:
    shared.mill.run("init")
    name = shared.url.partition("?")[0].rpartition("/")[2]
    daemons = [crew(line) for line in lines]
    for daemon in daemons:
        daemon.wait_for("daemon.started")
    written(shared.mill, 4)
    shared.mill.run("approve --wave 2")
    for daemon in daemons:
        daemon.wait_for("batch.submitted")
    postgres.shut(name)
    for daemon in daemons:
        daemon.wait_for("trying again until the ledger answers")
    before = emulator.stats()["calls"]
    with pytest.raises(TimeoutExpired):
        daemons[0].process.wait(LEASE)
    assert emulator.stats()["calls"] == before
    for late in daemons[1:]:
        late.process.send_signal(signal.SIGSTOP)
    postgres.open(name)
    daemons[0].wait_for("the ledger answers again")
    # By now the first one has given up the others, whose leases ran out in the outage as its own did.
    for late in daemons[1:]:
        late.process.send_signal(signal.SIGCONT)
        late.wait_for("the ledger answers again")
    daemons[0].wait_until(lambda: sum(daemon.said.count("answers_read") for daemon in daemons) == 4)
    for daemon in daemons:
        assert daemon.end()[0] == 0
        assert daemon.said.count("trying again until the ledger answers") == 1
    assert shared.mill.json("balance")["total"]["refined"] == 4 * PAIRS


def test_sqlite_is_not_shared(mill: Mill) -> None:
    mill.run("init")
    assert "without --shared" in mill.refused("run --shared --until-idle")
