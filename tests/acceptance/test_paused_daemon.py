"""A daemon that was stopped for longer than its lease finds another in its place, and leaves without a trace."""

from __future__ import annotations

import signal
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.emulator.settings import EmulatorSettings
from adapters.process import this_process
from adapters.sql.database import open_database
from tests.ledgers import SetClock
from tests.workspaces import PATIENCE, Mill, written

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.emulator.emulator import Emulator
    from tests.conftest import JumpingClock

HOUR = 3_600.0


@pytest.fixture
def emulator_settings() -> EmulatorSettings:
    return EmulatorSettings(port=0, pending_seconds=0.0, running_seconds=HOUR)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, mill: Mill) -> str:
    """Give the ledger's address; nothing is made there yet."""
    if request.param == "sqlite":
        return f"sqlite:///{mill.root / 'batchmill.db'}"
    address: str = request.getfixturevalue("empty_postgres_url")
    mill.environment["BATCHMILL_DATABASE_URL"] = address
    return address


def taken_over(url: str) -> int:
    """Take the lease as a process would whose clock says that it ran out; return how many events there are."""
    later = SetClock(datetime.now(UTC) + timedelta(days=1))
    with open_database(url, later) as database:
        database.lease.acquire(this_process("daemon", later.now()), seconds=HOUR)
        return database.store.head()


def paused(mill: Mill, url: str, emulator: Emulator, wake: Callable[[], object]) -> tuple[int, str]:
    """Stop a daemon whose jobs run, take its lease, wake it up; return its exit status and its last line."""
    written(mill, a=11)
    with mill.started("run") as running:
        running.wait_for("batch.processing")
        # Two polls later it has nothing more to write, and does not stop with the database in its hands.
        calls = emulator.calls.total()
        running.wait_until(lambda: emulator.calls.total() >= calls + 2)
        running.process.send_signal(signal.SIGSTOP)
        head = taken_over(url)
        wake()
        running.process.send_signal(signal.SIGCONT)
        status = running.process.wait(PATIENCE)
        said = running.said
    with open_database(url, SetClock()) as database:
        assert database.store.head() == head
    assert "Traceback" not in said
    return status, said.splitlines()[-1]


def test_what_it_finds_out_after_it_woke_up_is_not_appended(
    mill: Mill, url: str, emulator: Emulator, emulator_clock: JumpingClock
) -> None:
    # No heartbeat comes before the append: the ledger alone keeps it out.
    mill.environment["BATCHMILL_DRIVING__LEASE_SECONDS"] = "3600"

    status, last = paused(mill, url, emulator, wake=lambda: emulator_clock.jump(2 * HOUR))

    assert status == 1
    assert last.startswith("batchmill: lease 1 of this process ran out or was given back")
    assert not emulator.stats()["calls"].get("files.download")


def test_its_next_heartbeat_ends_it_when_there_is_nothing_to_append(
    mill: Mill, url: str, emulator: Emulator
) -> None:
    mill.environment["BATCHMILL_DRIVING__LEASE_SECONDS"] = "8"

    status, last = paused(mill, url, emulator, wake=lambda: None)

    assert status == 1
    assert last.startswith("batchmill: this process stood still for longer than its lease of 8 s")
    assert "drives this ledger" in last
