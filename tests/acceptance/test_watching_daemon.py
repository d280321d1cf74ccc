"""`run --watch-port`: whether it lives, whether it is ready, and figures that agree with what `status` says."""

from __future__ import annotations

import json
import re
import signal
import socket
import urllib.error
import urllib.request
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from adapters.emulator.settings import EmulatorSettings
from adapters.process import this_process
from adapters.sql.database import open_database
from tests.bad_lines import CREATE, BadLine, Refusal
from tests.ledgers import SetClock
from tests.workspaces import KEY, Mill, Running, written

if TYPE_CHECKING:
    from tests.conftest import JumpingClock

DENIED = Refusal(403, '{"error": {"code": 403, "message": "Denied.", "status": "PERMISSION_DENIED"}}')


@pytest.fixture
def emulator_settings() -> EmulatorSettings:
    """Jobs run until a test puts the emulator's clock forward."""
    return EmulatorSettings(port=0, pending_seconds=0.0, running_seconds=3_600.0)


def address(running: Running) -> str:
    running.wait_for("watch=http")
    return re.search(r"watch=(\S+)", running.said)[1]  # type: ignore[index] # it was waited for


def ask(url: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - ours
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def health(url: str, which: str = "") -> tuple[int, Any]:
    status, body = ask(f"{url}/healthz{which}")
    return status, json.loads(body)


def figures(url: str) -> dict[tuple[str, str], float]:
    families = text_string_to_metric_families(ask(f"{url}/metrics")[1].decode())
    return {(s.name, ",".join(sorted(s.labels.values()))): s.value for family in families for s in family.samples}


def test_its_figures_during_a_wave_are_those_of_status(mill: Mill, emulator_clock: JumpingClock) -> None:
    written(mill, a=11, b=11, c=11)
    with mill.started("run --watch-port 0") as running:
        url = address(running)
        running.wait_until(lambda: figures(url)["batchmill_batches", "processing"] == 3)
        under_way, now = Counter(mill.statuses().values()), figures(url)
        assert health(url) == (200, health(url, "/ready")[1])
        assert health(url, "/live")[0] == 200
        emulator_clock.jump(7_200)
        running.wait_until(lambda: figures(url)["batchmill_batches", "downloaded"] == 3)
        running.wait_until(lambda: mill.statuses() == dict.fromkeys((205, 206, 207), "downloaded"))
        home = figures(url)
        wave = mill.json("cost")["total"]
        position = mill.json("history --verify")["head"]["position"]
        assert ask(f"{url}/other")[0] == 404
        assert KEY not in str(home)
        running.end(signal.SIGTERM)

    assert {status: now["batchmill_batches", status] for status in under_way} == under_way
    assert now["batchmill_lease_held", ""] == 1
    assert 0 < now["batchmill_oldest_open_job_age_seconds", ""] < 60
    assert now["batchmill_spent_usd", ""] == 0 < now["batchmill_reserved_usd", ""]
    assert home["batchmill_provider_calls_total", "create,ok"] == 3
    assert home["batchmill_provider_calls_total", "download,ok"] == 3
    assert home["batchmill_events_total", "batch.answers_read"] == 3
    assert home["batchmill_spent_usd", ""] == pytest.approx(wave["usd"], abs=1e-6)
    assert home["batchmill_reserved_usd", ""] == 0
    assert home["batchmill_ledger_position", ""] == position
    assert home["batchmill_tick_seconds_count", ""] > 3


def test_a_lease_that_another_took_makes_it_alive_and_not_ready(mill: Mill) -> None:
    # No heartbeat comes meanwhile: whoever asks is told before the daemon finds out.
    mill.environment["BATCHMILL_DRIVING__LEASE_SECONDS"] = "3600"
    mill.run("init")
    with mill.started("run --watch-port 0") as running:
        url = address(running)
        running.wait_until(lambda: health(url, "/ready")[0] == 200)
        later = SetClock(datetime.now(UTC) + timedelta(days=1))
        with open_database(f"sqlite:///{mill.root / 'batchmill.db'}", later) as database:
            database.lease.acquire(this_process("daemon", later.now()), seconds=60)
        running.wait_until(lambda: health(url, "/ready")[0] == 503)
        assert health(url, "/ready")[1]["reasons"] == ["it does not hold the lease of its ledger"]
        assert health(url, "/live")[0] == 200
        assert health(url)[0] == 503


def test_a_key_that_is_refused_makes_it_not_ready_until_it_is_accepted(mill: Mill, line: BadLine) -> None:
    written(mill, a=11)
    with mill.started("run --watch-port 0") as running:
        url = address(running)
        running.wait_for("batch.processing")
        line.spoil("GET", DENIED, 10_000)
        running.wait_until(lambda: health(url, "/ready")[0] == 503)
        assert health(url, "/ready")[1]["reasons"] == ["the provider does not accept the key"]
        assert figures(url)["batchmill_key_refused", ""] == 1
        line.forget()
        running.wait_until(lambda: health(url, "/ready")[0] == 200)


def test_a_daemon_that_hangs_in_a_call_is_not_alive(mill: Mill, line: BadLine) -> None:
    mill.environment["BATCHMILL_WATCH__STILL_SECONDS"] = "0.5"
    written(mill, a=11)
    hung = line.hang(CREATE)
    with mill.started("run --watch-port 0") as running:
        url = address(running)
        running.wait_until(hung.is_set)
        running.wait_until(lambda: health(url, "/live")[0] == 503)
        assert health(url, "/live")[1]["found"].endswith("which is longer than 0.5 s")
        line.release()
        running.wait_until(lambda: health(url, "/live")[0] == 200)


def test_a_ledger_that_is_gone_makes_it_not_ready(mill: Mill) -> None:
    mill.run("init")
    with mill.started("run --watch-port 0") as running:
        url = address(running)
        running.wait_until(lambda: health(url, "/ready")[0] == 200)
        (mill.root / "batchmill.db").rename(mill.root / "elsewhere.db")
        running.wait_until(lambda: health(url, "/ready")[0] == 503)
        assert "the ledger's database does not answer" in health(url, "/ready")[1]["reasons"]


def test_a_port_that_is_taken_is_refused_before_anything_is_driven(mill: Mill) -> None:
    written(mill, a=11)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = mill.refused(f"run --until-idle --watch-port {port}")
    assert said.startswith(f"the daemon cannot be watched on 127.0.0.1:{port} (Address already in use)")
    assert mill.statuses() == {205: "written"}


def test_nobody_listens_unless_it_is_asked_for(mill: Mill) -> None:
    mill.run("init")
    with mill.started("run") as running:
        running.wait_for("daemon.started")
        assert "watch=" not in running.said
