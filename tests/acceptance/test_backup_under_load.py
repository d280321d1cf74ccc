"""Backups while a daemon writes, on disks that fill up, and killed on the way: each is whole, or is not there."""

from __future__ import annotations

import resource
import shutil
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.workspaces import BATCHMILL, Mill, written

if TYPE_CHECKING:
    from pathlib import Path

#: Bytes that a process may write into one file: less than a ledger, more than settings.
NARROW = 40_000


def sound(archive: Path, folder: Path) -> int:
    """Restore a backup into a new folder, see that everything in it agrees, and return where its ledger ends."""
    there = Mill(folder)
    there.run(f"restore {archive} --to {folder}")
    checked = there.json("replay --check")
    verified = there.json("history --verify")
    assert (checked["differences"], checked["files"], verified["faults"]) == ([], [], [])
    return int(verified["head"]["position"])


def test_backups_while_a_daemon_drives_are_sound(mill: Mill, tmp_path: Path) -> None:
    mill.environment |= {"BATCHMILL_DRIVING__CHUNK": "1", "BATCHMILL_DRIVING__JOBS_AT_ONCE": "3"}
    written(mill, **{f"n{number}": 11 for number in range(12)})
    ends = []
    with mill.started("run --until-idle") as running:
        running.wait_for("submission_started")
        while running.process.poll() is None and len(ends) < 4:
            mill.run(f"backup {tmp_path}/{len(ends)}.tar")
            ends.append(sound(tmp_path / f"{len(ends)}.tar", tmp_path / f"there{len(ends)}"))
        assert running.process.wait(60) == 0
    assert len(ends) >= 2
    assert ends == sorted(ends)
    assert len(set(ends)) > 1


def test_a_plan_that_is_replaced_meanwhile_leaves_no_half_of_either(offline: Mill, tmp_path: Path) -> None:
    written(offline, a=11)
    script = (
        "for n in 6 7 8; do {batchmill} plan --wave 2 --replace --strategy size --batch-size $n >/dev/null "
        "&& {batchmill} write --wave 2 >/dev/null; done"
    )
    with subprocess.Popen(  # noqa: S603 - our own command
        ["/bin/sh", "-c", script.format(batchmill=BATCHMILL)], cwd=offline.root, env=offline.environment
    ) as planning:
        taken = 0
        while planning.poll() is None and taken < 5:
            offline.run(f"backup {tmp_path}/{taken}.tar")
            taken += 1
        assert planning.wait(60) == 0
    for number in range(taken):
        sound(tmp_path / f"{number}.tar", tmp_path / f"there{number}")


def test_a_backup_that_does_not_fit_leaves_nothing(offline: Mill) -> None:
    written(offline, a=11)
    (offline.root / "kept").mkdir()

    def narrow() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (NARROW, NARROW))

    said = offline.refused("backup", offline.separately("backup kept/out.tar", preexec_fn=narrow))
    assert "full" in said or "File too large" in said
    assert list((offline.root / "kept").iterdir()) == []


def test_a_restore_that_does_not_fit_leaves_nothing(offline: Mill, tmp_path: Path) -> None:
    written(offline, a=11)
    offline.run("backup out.tar")
    files, events = offline.files(), offline.events()

    def narrow() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (NARROW, NARROW))

    for line in ("restore --force out.tar", f"restore out.tar --to {tmp_path}/there"):
        said = offline.refused(line, offline.separately(line, preexec_fn=narrow))
        assert "nothing was restored" in said
    assert (offline.files(), offline.events()) == (files, events)
    assert not (tmp_path / "there").exists()
    offline.run("restore --force out.tar")


@pytest.mark.parametrize("seconds", [0.4, 0.7, 0.9])
def test_a_backup_that_is_killed_leaves_the_one_before(offline: Mill, tmp_path: Path, seconds: float) -> None:
    written(offline, a=300)
    offline.run(f"backup {tmp_path}/out.tar.xz")
    before = (tmp_path / "out.tar.xz").read_bytes()
    with offline.started(f"backup --force {tmp_path}/out.tar.xz") as running:
        time.sleep(seconds)
        running.end(signal.SIGKILL)
    if (tmp_path / "out.tar.xz").read_bytes() != before:
        sound(tmp_path / "out.tar.xz", tmp_path / "there")
    offline.run(f"backup --force {tmp_path}/out.tar.xz")
    assert list(tmp_path.glob(".*.part")) == []


@pytest.mark.parametrize("seconds", [0.4, 0.55, 0.7, 0.85])
def test_a_restore_that_is_killed_can_be_done_again(offline: Mill, tmp_path: Path, seconds: float) -> None:
    written(offline, a=11)
    offline.run(f"backup {tmp_path}/out.tar")
    before = offline.events()
    offline.run("pause 205")
    shutil.rmtree(offline.root / "submissions")
    with offline.started(f"restore --force {tmp_path}/out.tar") as running:
        time.sleep(seconds)
        running.end(signal.SIGKILL)
    ended = offline.call("history --verify")
    # Either ledger whole, or none, and then no command does anything.
    assert ended.status == 0 or "there is no ledger" in ended.stderr
    offline.run(f"restore --force {tmp_path}/out.tar")
    assert offline.events() == before
    assert offline.json("replay --check")["files"] == []
    assert list(offline.root.glob(".restore.*")) == []
