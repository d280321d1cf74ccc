"""Kills the daemon once at every boundary between an effect and its event, and lets another one finish."""

from __future__ import annotations

import shutil
import signal
import time
from typing import TYPE_CHECKING

import pytest

from adapters.emulator.scenario import scenario_of
from adapters.emulator.settings import EmulatorSettings
from tests.boundaries import BOUNDARIES, Boundary
from tests.kills import Scene
from tests.workspaces import Mill, written

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bad_lines import BadLine

#: One batch after the other, and one poll in the life of the daemon that is killed.
SLOWLY = {
    "BATCHMILL_DRIVING__CHUNK": "1",
    "BATCHMILL_DRIVING__WORKERS": "1",
    "BATCHMILL_DRIVING__JOBS_AT_ONCE": "1",
    "BATCHMILL_DRIVING__POLL_EVERY": "60",
    # A look at the whole list before anything is sent is a boundary of its own, and killed at elsewhere.
    "BATCHMILL_DRIVING__RECONCILE_HOURS": "0",
}
#: Seconds in which a daemon comes to its boundary, or never.
PATIENCE = 20


@pytest.fixture(params=BOUNDARIES, ids=lambda boundary: boundary.name)
def boundary(request: pytest.FixtureRequest) -> Boundary:
    found: Boundary = request.param
    return found


@pytest.fixture
def emulator_settings(boundary: Boundary) -> EmulatorSettings:
    """Let jobs end at once, but for what the boundary's scenario says of them."""
    scenario = scenario_of(boundary.scenario, boundary.name)
    return EmulatorSettings(port=0, pending_seconds=0, running_seconds=0, scenario=scenario)


@pytest.fixture(scope="session")
def written_wave(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a workspace with two written batches, to be copied."""
    return written(Mill(tmp_path_factory.mktemp("wave") / "mill"), a=11, b=11).root


@pytest.fixture
def scene(mill: Mill, line: BadLine, emulator_url: str, written_wave: Path) -> Scene:
    shutil.copytree(written_wave, mill.root, dirs_exist_ok=True)
    return Scene(mill, emulator_url, line)


def kill_at(boundary: Boundary, scene: Scene) -> None:
    """Run a daemon to the boundary and kill it there; fail when it was not there."""
    pace = dict(scene.mill.environment)
    scene.mill.environment |= SLOWLY | {"BATCHMILL_DRIVING__JOB_HOURS": str(boundary.job_hours)}
    with boundary.stop(scene) as reached, scene.mill.started("run --until-idle") as running:
        deadline = time.monotonic() + PATIENCE
        while not (reached() and scene.point() == boundary.point):
            if running.process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"the daemon was not at {boundary.point}, but at {scene.point()}\n{running.said}")
            time.sleep(0.02)
        assert running.end(signal.SIGKILL)[0] == -signal.SIGKILL
        assert "Traceback" not in running.said, running.said
    scene.mill.environment = pace
    assert scene.point() == boundary.point


def test_a_daemon_killed_at_any_boundary_pays_for_no_job_twice_and_loses_nothing(
    scene: Scene, boundary: Boundary
) -> None:
    kill_at(boundary, scene)

    ended = scene.mill.call("run --until-idle")

    assert (ended.status, "Traceback" in ended.stderr) == (0, False), ended.stderr
    rows = scene.mill.json("status --all")["batches"]
    jobs = scene.stats().jobs
    assert set(jobs.values()) == {1}
    assert len(jobs) == sum(row["attempt"] for row in rows)
    assert [(row["status"], row["read_at"] is None) for row in rows] == [("downloaded", False)] * 2
    whole = scene.mill.json("balance")["total"]
    assert (whole["staged"], whole["refined"]) == (22, 22)
    assert scene.mill.json("history --verify")["faults"] == []
    checked = scene.mill.json("replay --check")
    assert (checked["differences"], checked["files"]) == ([], [])
    assert list(scene.mill.root.rglob("*.part")) == []
