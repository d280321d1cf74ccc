"""Killed in the middle of taking over an older wave: done again it is completed, and nothing is paid twice."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

import pytest

from adapters.emulator.settings import EmulatorSettings
from tests import older_wave
from tests.kills import Scene, unasked, unrecorded
from tests.workspaces import Mill

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from adapters.emulator.emulator import Emulator
    from tests.bad_lines import BadLine
    from tests.conftest import JumpingClock
    from tests.kills import Stop

PATIENCE = 30


@pytest.fixture
def emulator_settings() -> EmulatorSettings:
    return EmulatorSettings(port=0, pending_seconds=0, running_seconds=3_000)


def kill(stop: Stop, scene: Scene, line: str, *, after: tuple[str, int] = ("", 0)) -> None:
    """Run a command line as far as it is stopped, `after` so many events of a kind at least, and kill it there."""
    with stop(scene) as reached, scene.mill.started(line) as running:
        deadline = time.monotonic() + PATIENCE
        while not (reached() and happened(scene.mill, after[0]) >= after[1]):
            if running.process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"{line} was not stopped\n{running.said}")
            time.sleep(0.02)
        assert running.end(signal.SIGKILL)[0] == -signal.SIGKILL
        assert "Traceback" not in running.said


def happened(mill: Mill, kind: str) -> int:
    """Return how many events of a kind the ledger holds."""
    return sum(row[3] == f"batch.{kind}" for row in mill.events())


def history(mill: Mill) -> list[tuple[str, str]]:
    """Return stream and type of all events, whoever wrote them and when."""
    return sorted((str(row[1]), str(row[3])) for row in mill.events())


def left_over(mill: Mill) -> Iterable[str]:
    return [path for path in mill.files() if path.endswith((".part", ".adopting"))]


def test_a_tracking_file_is_adopted_wholly_or_not_at_all(
    mill: Mill, older: Path, adopted_wave: Path, emulator_url: str, line: BadLine
) -> None:
    mill.run("init")
    command = f"adopt tracking {older}/papers/batch_tracking.json --wrong-form 1-3"

    kill(unrecorded("adopted", "12"), Scene(mill, emulator_url, line), command)
    assert mill.events() == []

    older_wave.take_over(mill, older)
    assert history(mill) == history(Mill(adopted_wave))
    assert left_over(mill) == []


def test_job_lists_are_adopted_once_however_often_they_are_begun(
    mill: Mill, older: Path, adopted_wave: Path, emulator_url: str, line: BadLine
) -> None:
    mill.run("init")
    mill.run(f"adopt tracking {older}/papers/batch_tracking.json --wrong-form 1-3")
    lists = " ".join(map(str, sorted((older / "papers/lists").iterdir())))

    stop = unrecorded("job_claimed", "12")
    kill(stop, Scene(mill, emulator_url, line), f"adopt jobs {lists}", after=("job_claimed", 14))
    assert happened(mill, "job_claimed") == 14

    older_wave.take_over(mill, older)
    assert history(mill) == history(Mill(adopted_wave))


def test_results_that_a_reconciliation_did_not_come_to_are_fetched_by_the_next(
    taken: Mill, emulator_url: str, line: BadLine
) -> None:
    kill(unasked(":download", after=3), Scene(taken, emulator_url, line), "reconcile")
    assert {row["status"] for row in taken.json("status")["batches"]} == {
        "adopted",
        "submitted",
        "succeeded",
        "failed",
    }

    found = taken.json("reconcile")["found"]

    assert found["downloaded"] == list(older_wave.home())
    finished = [each["number"] for each in found["judgements"] if each["outcome"] == "finished"]
    assert sorted(finished) == sorted(older_wave.home())
    assert taken.json("history --verify")["faults"] == []
    assert left_over(taken) == []


def test_the_daemon_fetches_what_a_reconciliation_did_not_come_to(
    taken: Mill, emulator: Emulator, emulator_url: str, line: BadLine
) -> None:
    kill(unasked(":download"), Scene(taken, emulator_url, line), "reconcile")

    with taken.started("run") as running:
        running.wait_until(lambda: running.said.count("batch.answers_read") == len(older_wave.home()))

    assert emulator.stats()["created"] == 19, "nothing was created beside what had been there"
    assert taken.json("history --verify")["faults"] == []


def test_a_replan_that_was_cut_short_goes_on_and_no_pair_is_asked_for_twice(
    taken: Mill, emulator: Emulator, emulator_url: str, emulator_clock: JumpingClock, line: BadLine
) -> None:
    taken.run("reconcile --cancel-duplicates")
    taken.run(f"settle 18 --job {older_wave.TORN}")
    taken.run("settle 19 --no-job")
    taken.run("reconcile")
    whole = taken.json("replan --wave 1 --dry-run")

    stop = unrecorded("pairs_handed_over", "11")
    kill(stop, Scene(taken, emulator_url, line), "replan --wave 1", after=("pairs_handed_over", 4))
    rest = taken.json("replan --wave 1")

    assert 0 < rest["written"] < len(whole["portions"])
    repaired = {row["repairs"] for row in taken.json("status --all")["batches"] if row["repairs"]}
    assert repaired == {each["batch"] for each in whole["portions"]}
    asked = [pair["pair_id"] for pair in taken.json("balance --which planned")["pairs"]]
    assert len(asked) == len(set(asked)) == whole["pairs"]
    older_wave.drive(taken, emulator_clock)
    balance = taken.json("balance")["total"]
    assert balance["refined"] == balance["staged"]
    made = {name: count for name, count in emulator.stats()["jobs"].items() if name.startswith("w1-")}
    assert len(made) == len(whole["portions"])
    assert set(made.values()) == {1}
