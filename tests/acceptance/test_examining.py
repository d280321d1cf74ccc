"""Pairs are examined side by side by processes that end with the command, however that ends."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli.examining import WORTH_IT
from tests.homes import approved, events_of, kept
from tests.workspaces import PATIENCE, Mill

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from tests.workspaces import Running

TWO = "--set gate.workers=2"


@pytest.fixture(scope="module")
def great(
    tmp_path_factory: pytest.TempPathFactory, serving_emulator: Callable[..., AbstractContextManager[str]]
) -> Path:
    """Give a workspace whose wave came home with more pairs than one process examines; only for copies."""
    with serving_emulator() as url:
        mill = Mill(tmp_path_factory.mktemp("great") / "mill", url)
        approved(mill, **dict.fromkeys("abcd", WORTH_IT // 4 + 5))
        mill.run("run --until-idle")
    return mill.root


@pytest.fixture
def mill(great: Path, offline: Mill) -> Mill:
    shutil.copytree(great, offline.root, dirs_exist_ok=True)
    return offline


def workers(running: Running) -> list[int]:
    """Return the ids of the processes that examine for a command."""
    task = Path(f"/proc/{running.process.pid}/task/{running.process.pid}/children")
    children = [int(child) for child in task.read_text(encoding="ascii").split()]
    return [child for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


def are_gone(some: list[int]) -> bool:
    """Wait until none of these processes runs."""
    deadline = time.monotonic() + PATIENCE
    while any(Path(f"/proc/{one}").exists() for one in some):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_one_process_and_two_come_to_the_same(mill: Mill) -> None:
    mill.run("--set gate.workers=1 assess --wave 2")
    alone = mill.files()
    ended = mill.separately(f"{TWO} assess --wave 2")

    assert (ended.status, ended.stderr) == (0, "")
    assert "(the ledger had this verdict already)" in ended.stdout
    assert mill.files() == alone
    assert len(events_of(mill, "assessed")) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_at_once_and_leaves_nothing(mill: Mill, number: signal.Signals) -> None:
    with mill.started(f"{TWO} assess --wave 2") as running:
        running.wait_until(lambda: len(workers(running)) == 2)
        some = workers(running)
        if number is signal.SIGINT:  # a terminal sends it to all of them
            for worker in some:
                os.kill(worker, number)
        status, _ = running.end(number)
        assert are_gone(some)

    assert status == 130
    assert running.said == ""
    assert kept(mill) == []
    assert events_of(mill, "assessed") == []


def test_processes_do_not_outlive_a_command_that_was_killed(mill: Mill) -> None:
    with mill.started(f"{TWO} assess --wave 2") as running:
        running.wait_until(lambda: len(workers(running)) == 2)
        some = workers(running)
        running.end(signal.SIGKILL)
        assert are_gone(some)


def test_a_process_that_dies_is_a_sentence(mill: Mill) -> None:
    with mill.started(f"{TWO} assess --wave 2") as running:
        running.wait_until(lambda: len(workers(running)) == 2)
        some = workers(running)
        os.kill(some[0], signal.SIGKILL)
        status = running.process.wait(PATIENCE)
        assert are_gone(some)

    assert status == 1
    assert running.said == (
        "batchmill: a process that examined pairs died before its work was done, perhaps for want of memory; run "
        "the same command again, or with `--set gate.workers=1` before its name\n"
    )
    assert kept(mill) == []
