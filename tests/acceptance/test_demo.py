"""The demo, as `make demo` runs it: everything shown, everything home, and nothing left running."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "sample.demo"]
#: A user's shell may hold all this, and the demo must not follow it.
ASTRAY = {
    "BATCHMILL_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/nothing",
    "BATCHMILL_WORKSPACE": "/nowhere",
    "BATCHMILL_PROVIDER__BASE_URL": "http://127.0.0.1:9",
    "BATCHMILL_PLANNING__STRATEGY": "size",
    "GEMINI_API_KEY": "AIzaARealKeyOfTheUser",
    "GOOGLE_GENAI_USE_VERTEXAI": "true",
    "HTTP_PROXY": "http://127.0.0.1:9",
}


def left_running(folder: Path) -> list[int]:
    """Return the ids of the emulators and daemons that work in this folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if b"batchmill" in (process / "cmdline").read_bytes() and (process / "cwd").resolve() == folder:
                found.append(int(process.name))
        except OSError:
            continue
    return found


def test_all_pairs_come_home_and_everything_is_shown(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    ended = subprocess.run(  # noqa: S603 - the demo itself
        [*COMMAND, folder], cwd=REPOSITORY, env=os.environ | ASTRAY, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    shown = ended.stdout
    commands = [line.split("batchmill ")[1] for line in shown.splitlines() if line.startswith("$ batchmill ")]
    assert [command.split()[0] for command in commands] == [
        "emulator",
        "init",
        "inventory",
        "plan",
        "write",
        "approve",
        "run",
        "status",
        "timeline",
        "balance",
        "replay",
    ]
    assert "701 of 701 pairs refined" in shown
    assert "every projection agrees" in shown
    assert "All 701 pairs came home refined" in shown
    assert "emulated" in shown
    assert "AIzaARealKeyOfTheUser" not in shown
    assert len(shown.splitlines()) < 160
    where = shown.partition("Where everything lies")[2].splitlines()[1:]
    places = [
        line.split("  ")[-1].split(" … ")[0].removesuffix(" …").strip() for line in where if line.startswith("  ")
    ]
    assert len(places) == 10
    assert [place for place in places if not (folder / place).exists()] == []
    assert left_running(folder) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_emulator_ends_with_the_demo(tmp_path: Path, number: signal.Signals) -> None:
    folder = tmp_path / "demo"
    with subprocess.Popen(  # noqa: S603 - the demo itself
        [*COMMAND, folder], cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as demo:
        while not (folder / "daemon.log").exists():
            assert demo.poll() is None
            time.sleep(0.02)
        assert left_running(folder)
        demo.send_signal(number)
        _, said = demo.communicate(timeout=20)
    assert demo.returncode not in {0, None}
    assert "Traceback" not in said
    assert left_running(folder) == []


def test_a_folder_that_the_demo_did_not_make_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    ended = subprocess.run([*COMMAND, tmp_path], cwd=REPOSITORY, capture_output=True, text=True, check=False)  # noqa: S603 - the demo itself
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"demo: {tmp_path} holds files that no demo put there")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
