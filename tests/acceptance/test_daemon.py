"""`run`: one daemon a ledger, that ends when it is told to, and whose successor goes on where it stopped."""

from __future__ import annotations

import json
import signal
import socket
from typing import TYPE_CHECKING

import pytest

from tests.bad_lines import CREATE, BadLine, Lost, Refusal
from tests.workspaces import Mill, written

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from tests.ledgers import Postgres

DOWNLOAD = ":download"
TROUBLE = Refusal(500, '{"error": {"code": 500, "message": "Internal.", "status": "INTERNAL"}}')


def ledgers() -> list[object]:
    return ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=ledgers())
def either(request: pytest.FixtureRequest, mill: Mill) -> Iterator[Mill]:
    """Give a written wave on each kind of database."""
    if request.param == "sqlite":
        yield written(mill, a=11, b=11)
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    name = postgres.create("template0")
    mill.environment["BATCHMILL_DATABASE_URL"] = postgres.url(name)
    yield written(mill, a=11, b=11)
    postgres.drop(name)


def test_sigterm_ends_it_soon_and_well(mill: Mill) -> None:
    written(mill, a=11)
    with mill.started("run") as running:
        running.wait_for("answers_read")
        status, seconds = running.end(signal.SIGTERM)
    assert (status, seconds < 5) == (0, True)
    assert "daemon.stopped" in running.said
    assert mill.json("status")["driver"] is None


def test_sigterm_in_the_middle_of_a_call_loses_no_step(
    mill: Mill, line: BadLine, jobs: Callable[[], Counter[str]]
) -> None:
    written(mill, a=11, b=11)
    hung = line.hang(CREATE)
    with mill.started("run") as running:
        running.wait_until(hung.is_set)
        status, seconds = running.end(signal.SIGTERM)
    line.release()
    assert (status, seconds < 5) == (0, True)
    assert "Traceback" not in running.said
    mill.run("run --until-idle")
    assert sorted(jobs().values()) == [1, 1]
    assert mill.json("balance")["total"]["refined"] == 22
    assert mill.json("history --verify")["faults"] == []


def test_a_second_daemon_refuses_and_names_the_first(either: Mill) -> None:
    with either.started("run") as running:
        running.wait_for("daemon.started")
        running.wait_until(lambda: either.json("status")["driver"] is not None)
        said = either.refused("run")
        assert said.startswith(f"a daemon (process {running.process.pid} on {socket.gethostname()}, since ")
        assert f"Driven by daemon (process {running.process.pid}" in either.run("status")
        assert running.process.poll() is None


def test_a_killed_daemons_place_is_taken_at_once(either: Mill) -> None:
    with either.started("run") as running:
        running.wait_for("batch.submitted")
        running.end(signal.SIGKILL)
    either.run("run --until-idle")
    assert either.json("balance")["total"]["refined"] == 22
    assert either.json("replay --check")["differences"] == []


def test_a_daemon_killed_again_and_again_loses_and_doubles_nothing(
    mill: Mill, jobs: Callable[[], Counter[str]]
) -> None:
    mill.environment |= {"BATCHMILL_DRIVING__CHUNK": "1", "BATCHMILL_DRIVING__JOBS_AT_ONCE": "2"}
    written(mill, a=11, b=11, c=11)
    for moment in ("submission_started", "batch.submitted", "batch.succeeded", "batch.downloaded"):
        with mill.started("run") as running:
            running.wait_for(moment)
            running.end(signal.SIGKILL)
    mill.run("run --until-idle")
    assert sorted(jobs().values()) == [1, 1, 1]
    assert mill.json("balance")["total"]["refined"] == 33
    assert mill.json("history --verify")["faults"] == []
    assert len(list((mill.root / "results").glob("batch_*.jsonl"))) == 6


def test_nobody_submits_beside_a_daemon(offline: Mill) -> None:
    written(offline, a=11)
    with offline.started("run") as running:
        running.wait_for("batch.submission_deferred")
        assert f"a daemon (process {running.process.pid} on " in offline.refused("submit 205")
        assert "daemon" in offline.run("status")


def test_a_daemon_notices_what_is_written_while_it_runs(mill: Mill) -> None:
    mill.run("init")
    with mill.started("run") as running:
        running.wait_for("daemon.started")
        mill.stage(a=11)
        mill.run("plan --wave 2 --first-number 205")
        mill.run("write --wave 2")
        mill.run("approve --wave 2")
        running.wait_for("answers_read")
        running.end()
    assert mill.statuses() == {205: "downloaded"}


def test_an_idle_ledger_is_left_at_once(mill: Mill) -> None:
    mill.run("init")
    ended = mill.call("run --until-idle")
    assert (ended.status, ended.stdout) == (0, "")
    assert mill.events() == []


def test_json_lines_are_json_and_name_every_transition(mill: Mill) -> None:
    written(mill, a=11)
    ended = mill.call("run --until-idle --json-log")
    lines = [json.loads(line) for line in ended.stderr.splitlines()]
    assert ended.status == 0
    assert [line["event"] for line in lines if line["event"].startswith("batch.")] == [
        event["type"] for event in mill.json("history 205")["events"][2:]
    ]
    assert all({"timestamp", "level"} <= line.keys() for line in lines)


def test_json_lines_can_be_looked_up_by_batch_wave_and_attempt(mill: Mill) -> None:
    written(mill, a=11)
    ended = mill.call("run --until-idle --log-format json")
    lines = [json.loads(line) for line in ended.stderr.splitlines()]
    about = [line for line in lines if line["event"].startswith("batch.")]
    assert {(line["batch"], line["wave"], line["correlation"]) for line in about} == {("205", 2, "batch-205/a1")}
    assert [line["position"] for line in about] == sorted(line["position"] for line in about)
    (started,) = [line for line in lines if line["event"] == "wave.started"]
    assert started["wave"] == 2


def test_a_provider_that_is_not_there_is_waited_for(
    offline: Mill, serving_emulator: Callable[..., AbstractContextManager[str]]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    offline.environment["BATCHMILL_PROVIDER__BASE_URL"] = f"http://127.0.0.1:{port}"
    written(offline, a=11)
    with offline.started("run --until-idle") as running:
        running.wait_for("no connection to the provider")
        running.wait_for("batch.submission_deferred")
        assert "no connection" in offline.run("status")
        with serving_emulator(port):
            running.wait_for("daemon.stopped")
            assert running.process.wait(10) == 0
    assert offline.json("balance")["total"]["refined"] == 11


def test_a_batch_that_cannot_be_fetched_does_not_keep_the_others(mill: Mill, line: BadLine) -> None:
    written(mill, a=11, b=11, c=11)
    line.spoil(DOWNLOAD, TROUBLE, 2)
    line.spoil(DOWNLOAD, Lost(kept=300), 2)
    ended = mill.call("run --until-idle")
    assert ended.status == 0
    assert mill.json("balance")["total"]["refined"] == 33
    assert "trouble" in ended.stderr
    assert list((mill.root / "results").glob("*.part")) == []


#: Another job of ours, which shows that this is the provider that had the one that is gone.
OTHER = {
    "name": "batches/other",
    "metadata": {"displayName": "w2-batch_204-a1-0123abcd", "state": "BATCH_STATE_SUCCEEDED"},
}


def test_a_job_that_is_gone_fails_its_batch_and_a_retry_brings_it_home(mill: Mill, line: BadLine) -> None:
    written(mill, a=11)
    gone = Refusal(404, '{"error": {"code": 404, "message": "Not there.", "status": "NOT_FOUND"}}')
    line.spoil("GET /v1beta/batches/", gone, 5)
    line.spoil("GET /v1beta/batches?", Refusal(200, json.dumps({"operations": [OTHER]})), 9)
    mill.environment["BATCHMILL_DRIVING__ATTEMPTS"] = "1"
    said = mill.refused("run --until-idle")
    assert "batch 205 needs you" in said
    assert said.endswith("run `batchmill retry 205` for another one")
    assert mill.json("balance")["total"]["missing"] == 11
    line.forget()
    mill.run("retry 205")
    mill.run("run --until-idle")
    assert mill.json("balance")["total"]["refined"] == 11
    assert mill.json("status 205")["batches"][0]["attempt"] == 2
