"""An older copy of the ledger is put back after a wave was sent: its jobs are taken over, none is paid twice."""

from __future__ import annotations

import json
import shutil
import urllib.request
from typing import TYPE_CHECKING

import pytest

from adapters.emulator.settings import EmulatorSettings
from tests.workspaces import Mill, written

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable
    from pathlib import Path

    from adapters.emulator.emulator import Emulator
    from tests.conftest import JumpingClock

    Jobs = Callable[[], Counter[str]]


@pytest.fixture
def emulator_settings() -> EmulatorSettings:
    """Let jobs wait until a test puts the clock forward."""
    return EmulatorSettings(port=0, pending_seconds=600, running_seconds=1)


@pytest.fixture
def restored(mill: Mill, tmp_path: Path) -> Mill:
    """Give a wave of two batches that were sent, and its ledger as it was before that."""
    written(mill, a=11, b=11)
    kept = tmp_path / "kept"
    kept.mkdir()
    for path in mill.root.glob("batchmill.db*"):
        shutil.copy(path, kept)
    mill.run("submit 205 206")
    for path in mill.root.glob("batchmill.db*"):
        path.unlink()
    for path in kept.iterdir():
        shutil.copy(path, mill.root)
    assert mill.statuses() == {205: "written", 206: "written"}
    return mill


def listed(url: str, what: str) -> list[dict[str, str]]:
    """Return the names of all jobs (`batches`) or uploaded files (`files`) that the provider lists."""
    with urllib.request.urlopen(f"{url}/v1beta/{what}?pageSize=99&key=k") as answer:  # noqa: S310 - our own emulator
        found: dict[str, list[dict[str, str]]] = json.load(answer)
    return found.get("operations", found.get("files", []))


def forget_uploads(emulator_url: str) -> None:
    for file in listed(emulator_url, "files"):
        request = urllib.request.Request(f"{emulator_url}/v1beta/{file['name']}?key=k", method="DELETE")  # noqa: S310 - our own emulator
        urllib.request.urlopen(request).close()  # noqa: S310 - the same


def job_of(emulator_url: str, number: int) -> str:
    for job in listed(emulator_url, "batches"):
        if f"batch_{number}-" in json.dumps(job):
            return job["name"]
    raise LookupError(number)


def sound(mill: Mill) -> bool:
    checked = mill.json("replay --check")
    return (mill.json("history --verify")["faults"], checked["differences"], checked["files"]) == ([], [], [])


def test_the_daemon_takes_over_the_jobs_of_the_files_it_has_and_creates_none(
    restored: Mill, jobs: Jobs, emulator_clock: JumpingClock
) -> None:
    emulator_clock.jump(700)

    said = restored.separately("run --until-idle").stderr

    assert "batch.job_adopted" in said
    assert list(jobs().values()) == [1, 1]
    balance = restored.json("balance")["total"]
    assert (balance["staged"], balance["refined"]) == (22, 22)
    adopted = next(
        event for event in restored.json("history 205")["events"] if event["type"] == "batch.job_adopted"
    )
    assert adopted["event"]["evidence"] == ["display name", "input file"]
    way = restored.json("pair w2-s30-a-001")["passages"][0]
    assert [(attempt["attempt"], attempt["how"]) for attempt in way["attempts"]] == [(1, "adopted")]
    assert sound(restored)


def test_jobs_that_are_still_under_way_are_waited_for(
    restored: Mill, jobs: Jobs, emulator_clock: JumpingClock
) -> None:
    with restored.started("run --until-idle") as running:
        running.wait_until(lambda: running.said.count("batch.job_adopted") == 2)
        assert restored.statuses() == {205: "submitted", 206: "submitted"}
        emulator_clock.jump(700)
        assert running.process.wait(60) == 0
    assert list(jobs().values()) == [1, 1]
    assert sound(restored)


def test_a_job_whose_file_is_gone_holds_its_batch_until_a_person_says_that_it_is_its_own(
    restored: Mill, jobs: Jobs, emulator_clock: JumpingClock, emulator_url: str
) -> None:
    forget_uploads(emulator_url)
    emulator_clock.jump(700)
    job = job_of(emulator_url, 205)

    said = restored.refused("run --until-idle")

    assert "batches 205-206 need you" in said
    assert f"the provider has {job} under its number, which this ledger did not create" in said
    assert f"`batchmill settle 205 --job {job}`" in said
    assert list(jobs().values()) == [1, 1]
    restored.run(f"settle 205 --job {job}")
    assert restored.run("settle 206 --no-job").startswith("batch 206 has no job; next: `batchmill run`")
    with restored.started("run --until-idle") as running:
        running.wait_until(lambda: "batch.submitted stream=batch-206" in running.said)
        emulator_clock.jump(700)
        assert running.process.wait(60) == 0
    assert sorted(jobs().values()) == [1, 1, 1], "the second job of batch 206 was a person's decision"
    assert restored.statuses() == {205: "downloaded", 206: "downloaded"}
    assert sound(restored)


def test_a_held_batch_is_not_given_the_job_of_another(
    restored: Mill, emulator_clock: JumpingClock, emulator_url: str
) -> None:
    forget_uploads(emulator_url)
    emulator_clock.jump(700)
    restored.refused("run --until-idle")
    events = restored.events()

    said = restored.refused(f"settle 205 --job {job_of(emulator_url, 206)}")

    assert "batch_206" in said
    assert "it is not that of batch 205" in said
    assert restored.events() == events
    assert restored.call("settle 205 --job batches/nobody-made-this").status == 1


def test_a_person_may_reconcile_before_the_daemon_does(
    restored: Mill, jobs: Jobs, emulator: Emulator, emulator_clock: JumpingClock
) -> None:
    emulator_clock.jump(700)

    found = restored.json("reconcile")["found"]

    assert sorted((each["outcome"], each["number"]) for each in found["judgements"]) == [
        ("finished", 205),
        ("finished", 206),
    ]
    assert sorted(found["downloaded"]) == [205, 206]
    assert list(jobs().values()) == [1, 1]
    assert emulator.stats()["calls"]["batches.create"] == 2
    assert sound(restored)


def test_what_was_brought_home_before_is_brought_home_again_without_paying(
    mill: Mill, tmp_path: Path, jobs: Jobs, emulator_clock: JumpingClock
) -> None:
    written(mill, a=11)
    shutil.copy(mill.root / "batchmill.db", tmp_path / "kept.db")
    with mill.started("run --until-idle") as running:
        running.wait_until(lambda: "batch.submitted" in running.said)
        emulator_clock.jump(700)
        assert running.process.wait(60) == 0
    for path in mill.root.glob("batchmill.db*"):
        path.unlink()
    shutil.copy(tmp_path / "kept.db", mill.root / "batchmill.db")

    mill.run("run --until-idle")

    assert list(jobs().values()) == [1]
    assert mill.statuses() == {205: "downloaded"}
    assert sound(mill)


def test_the_jobs_of_another_workspace_of_the_same_project_hold_batches_of_their_numbers_until_a_person_says_so(
    mill: Mill, tmp_path: Path, jobs: Jobs, emulator_clock: JumpingClock, emulator_url: str
) -> None:
    written(mill, a=11, b=11)
    mill.run("submit 205 206")
    other = written(Mill(tmp_path / "other", emulator_url), c=11, d=11)

    said = other.refused("run --until-idle")

    assert "batches 205-206 need you" in said
    assert "another workspace of the same project sent it" in other.run("status 205")
    assert list(jobs().values()) == [1, 1]
    other.run("retry 205 206 --reason 'the other workspace sent those'")
    with other.started("run --until-idle") as running:
        running.wait_until(lambda: running.said.count("batch.submitted") == 2)
        emulator_clock.jump(700)
        assert running.process.wait(60) == 0
    assert list(jobs().values()) == [1, 1, 1, 1]
    assert other.statuses() == {205: "downloaded", 206: "downloaded"}
    assert sound(other)
