"""Disks that are full or read-only, ledgers that cannot be used: said in one sentence, nothing half-done."""

from __future__ import annotations

import resource
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.disks import SmallDisk, small_disk
from tests.workspaces import Mill, written

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterator
    from pathlib import Path

BIG = [{"question": f"q{n}?", "answer": " ".join(map(str, range(2050)))} for n in range(60)]


class Disk(SmallDisk):
    """A disk of a few hundred kilobytes, with a workspace on it."""

    def __init__(self, folder: Path, mill: Mill) -> None:
        super().__init__(folder)
        self.mill = mill
        self.mill.logs = folder.parent


@pytest.fixture
def disk(tmp_path: Path, mill: Mill) -> Iterator[Disk]:
    with small_disk(tmp_path / "disk", "1m") as small:
        yield Disk(small.folder, Mill(small.folder / "mill", mill.environment["BATCHMILL_PROVIDER__BASE_URL"]))


def test_a_plan_that_does_not_fit_on_the_disk_leaves_nothing(disk: Disk) -> None:
    disk.mill.run("init")
    disk.mill.put("big.json", BIG)
    files = disk.mill.files()
    disk.fill()
    assert "disk" in disk.mill.refused("plan --wave 2")
    disk.empty()
    assert (disk.mill.files(), disk.mill.events()) == (files, [])
    disk.option("size=8m")
    disk.mill.run("plan --wave 2")
    disk.mill.run("write --wave 2")


def test_a_daemon_on_a_full_disk_stops_and_goes_on_when_there_is_room(
    disk: Disk, jobs: Callable[[], Counter[str]]
) -> None:
    written(disk.mill, a=11, b=11)
    disk.fill()
    said = disk.mill.refused("run --until-idle")
    assert "full" in said
    disk.empty()
    disk.mill.run("run --until-idle")
    assert sorted(jobs().values()) == [1, 1]
    assert disk.mill.json("balance")["total"]["refined"] == 22
    assert disk.mill.json("replay --check")["differences"] == []


def test_results_that_do_not_fit_are_fetched_again(disk: Disk, jobs: Callable[[], Counter[str]]) -> None:
    disk.mill.environment["BATCHMILL_DATABASE_URL"] = f"sqlite:///{disk.folder.parent}/ledger.db"
    written(disk.mill, a=11, b=11)
    disk.fill()
    with disk.mill.started("run --until-idle") as running:
        running.wait_for("_results.jsonl cannot be written")
        assert list((disk.mill.root / "results").iterdir()) == []
        disk.empty()
        running.wait_for("daemon.stopped")
    assert sorted(jobs().values()) == [1, 1]
    assert disk.mill.json("balance")["total"]["refined"] == 22


def test_a_read_only_disk_is_named(disk: Disk) -> None:
    written(disk.mill, a=11)
    files = disk.mill.files()
    disk.option("ro")
    for line in ("plan --wave 3", "run --until-idle", "init"):
        said = disk.mill.refused(line)
        assert str(disk.folder) in said or "Read-only" in said
    assert disk.mill.files() == files
    disk.option("rw")
    assert disk.mill.statuses() == {205: "written"}


def test_a_file_that_grows_past_the_limit_is_given_up_whole(offline: Mill) -> None:
    offline.run("init")
    offline.put("big.json", BIG)
    files, events = offline.files(), offline.events()

    def narrow() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))

    said = offline.refused("plan --wave 2", offline.separately("plan --wave 2", preexec_fn=narrow))
    assert "wave2_extracted.json cannot be written: File too large" in said
    assert (offline.files(), offline.events()) == (files, events)


@pytest.mark.parametrize("line", ["status", "init", "run --until-idle", "plan --wave 2"])
def test_a_file_that_is_no_database_is_named_and_left_alone(offline: Mill, line: str) -> None:
    offline.run("init")
    for suffix in ("-wal", "-shm"):
        (offline.root / f"batchmill.db{suffix}").unlink(missing_ok=True)
    (offline.root / "batchmill.db").write_bytes(b"this was never a database\n" * 100)
    assert "batchmill.db is not a ledger" in offline.refused(line)
    assert (offline.root / "batchmill.db").read_bytes().startswith(b"this was never")


def test_a_ledger_that_was_never_made_is_named(offline: Mill) -> None:
    offline.run("init")
    for path in offline.root.glob("batchmill.db*"):
        path.unlink()
    assert "`batchmill init`" in offline.refused("status")
    assert not (offline.root / "batchmill.db").exists()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://droid:hunter2@127.0.0.1:9/mill",
        "postgresql://droid:hunter2@no-such-host.invalid/mill",
        "mysql://droid:hunter2@127.0.0.1/mill",
        "droid:hunter2",
        "sqlite://",
    ],
)
@pytest.mark.parametrize("line", ["status", "init"])
def test_a_database_out_of_reach_is_named_without_its_password(offline: Mill, url: str, line: str) -> None:
    offline.run("init")
    offline.environment["BATCHMILL_DATABASE_URL"] = url
    ended = offline.call(line)
    assert "database_url" in offline.refused(line, ended)
    assert "hunter2" not in ended.stdout + ended.stderr


@pytest.mark.postgres
def test_init_does_not_show_the_password_of_a_database(offline: Mill, empty_postgres_url: str) -> None:
    host = empty_postgres_url.partition("@")
    user = host[0].removesuffix(":")
    offline.environment["BATCHMILL_DATABASE_URL"] = f"{user}:hunter2{''.join(host[1:])}"
    assert "hunter2" not in offline.run("init") + offline.run("init --json") + offline.run("status")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET actor = 'nobody'",
        "DELETE FROM events",
        "INSERT OR REPLACE INTO events SELECT * FROM events",
    ],
)
def test_the_workspaces_database_does_not_let_an_event_be_changed(offline: Mill, statement: str) -> None:
    written(offline, a=11)
    events = offline.events()
    with (
        closing(sqlite3.connect(offline.root / "batchmill.db")) as connection,
        pytest.raises(sqlite3.IntegrityError, match="never changed"),
        connection,
    ):
        connection.execute(statement)
    assert offline.events() == events


@pytest.mark.postgres
@pytest.mark.parametrize(
    "statement", [b"UPDATE events SET actor = 'nobody'", b"DELETE FROM events", b"TRUNCATE events"]
)
def test_nor_does_a_postgresql_ledger(offline: Mill, empty_postgres_url: str, statement: bytes) -> None:
    offline.environment["BATCHMILL_DATABASE_URL"] = empty_postgres_url
    written(offline, a=11)
    with psycopg.connect(empty_postgres_url) as connection, pytest.raises(psycopg.Error, match="never changed"):
        connection.execute(statement)
    assert len(offline.json("history 205")["events"]) == 2


def test_a_history_that_was_tampered_with_is_found_out(mill: Mill) -> None:
    written(mill, a=11)
    mill.run("run --until-idle")
    with closing(sqlite3.connect(mill.root / "batchmill.db")) as connection, connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute("DELETE FROM events WHERE type = 'batch.written'")
    ended = mill.call("history --verify")
    assert "history does not hold at position" in mill.refused("history --verify", ended)
    assert "batch-205" in ended.stdout


def test_rows_that_were_tampered_with_are_found_out_and_mended(mill: Mill) -> None:
    written(mill, a=11)
    with closing(sqlite3.connect(mill.root / "batchmill.db")) as connection, connection:
        tables = [
            name
            for (name,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE name LIKE '%batch%' AND type = 'table'"
            )
        ]
        assert tables
        for table in tables:
            connection.execute(f'DELETE FROM "{table}"')  # noqa: S608 - a name from the schema
    assert "batch 205's row differs" in mill.call("replay --check").stdout
    mill.run("replay --rebuild")
    assert mill.statuses() == {205: "written"}


def test_a_folder_in_the_place_of_a_file_is_named(offline: Mill) -> None:
    offline.run("init")
    offline.stage(a=11)
    (offline.root / "submissions").rmdir()
    (offline.root / "submissions").write_bytes(b"")
    assert "submissions" in offline.refused("plan --wave 2")
    assert offline.events() == []
    (offline.root / "submissions").unlink()
    offline.run("plan --wave 2")
