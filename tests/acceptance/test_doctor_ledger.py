"""What `batchmill doctor` finds wrong with a database, an event, a table or a driver."""

from __future__ import annotations

import signal
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.checkups import come_home, examined, trouble
from tests.workspaces import written

if TYPE_CHECKING:
    from tests.workspaces import Mill


@pytest.mark.parametrize(
    ("version", "advice"), [("'0000'", "`batchmill db upgrade`"), ("'9999'", "update batchmill"), ("NULL", "init")]
)
def test_a_schema_of_another_version_is_a_line(offline: Mill, version: str, advice: str) -> None:
    written(offline, a=11)
    with closing(sqlite3.connect(offline.root / "batchmill.db")) as connection, connection:
        connection.execute("DELETE FROM alembic_version")
        if version != "NULL":
            connection.execute(f"INSERT INTO alembic_version VALUES ({version})")  # noqa: S608 - a constant

    found = examined(offline, "--offline")

    assert (found["database"][0], found["schema"][0]) == ("ok", "fail")
    assert advice in found["schema"][1]
    assert "leftover parts" in found


@pytest.mark.parametrize("content", [None, b"", b"this was never a database\n" * 100])
def test_a_database_that_is_none_is_a_line_and_left_alone(offline: Mill, content: bytes | None) -> None:
    offline.run("init")
    for path in offline.root.glob("batchmill.db*"):
        path.unlink()
    if content is not None:
        (offline.root / "batchmill.db").write_bytes(content)

    assert trouble(offline, "--offline") == {"database": "fail"}
    left = [path.read_bytes() for path in offline.root.glob("batchmill.db*")]
    assert left == ([] if content is None else [content])


@pytest.mark.parametrize("url", ["postgresql://droid:hunter2@127.0.0.1:9/mill", "droid:hunter2", "sqlite://"])
def test_a_database_out_of_reach_is_a_line_without_its_password(offline: Mill, url: str) -> None:
    offline.run("init")
    offline.environment["BATCHMILL_DATABASE_URL"] = url

    found = examined(offline, "--offline")

    assert found["database"][0] == "fail"
    assert "database_url" in found["database"][1]
    assert "hunter2" not in str(found)


@pytest.mark.postgres
def test_a_ledger_in_postgresql_is_fine(mill: Mill, empty_postgres_url: str) -> None:
    mill.environment["BATCHMILL_DATABASE_URL"] = empty_postgres_url

    found = examined(come_home(mill))

    assert {state for state, _ in found.values()} == {"ok"}
    assert found["database"][1].startswith("PostgreSQL")


def test_a_ledger_that_another_program_holds_is_a_line(offline: Mill, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.sql.glance.PATIENCE", 50)
    written(offline, a=11)
    with closing(sqlite3.connect(offline.root / "batchmill.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        found = examined(offline, "--offline")
        other.execute("ROLLBACK")

    assert found["writes"][0] == "fail"
    assert "is held by another program" in found["writes"][1]
    assert (found["events"][0], found["batch files"][0]) == ("ok", "ok")


def test_an_event_that_cannot_be_read_is_a_line(offline: Mill) -> None:
    written(offline, a=11)
    with closing(sqlite3.connect(offline.root / "batchmill.db")) as connection, connection:
        connection.execute(
            "INSERT INTO events SELECT 900, 'batch-205', 900, 'batch.of_tomorrow', 1, '{}', recorded_at, actor, "
            "correlation, causation, chain FROM events WHERE position = 1"
        )

    found = examined(offline, "--offline")

    assert found["events"][0] == "fail"
    assert "update batchmill" in found["events"][1]
    assert "nobody drives" in found["driver"][1]


def test_a_ledger_that_was_cut_short_is_a_line(offline: Mill) -> None:
    written(offline, a=11)
    assert examined(offline, "--offline")["head"][0] == "ok"
    offline.sql(
        "DROP TRIGGER events_no_delete", "DELETE FROM events WHERE position = (SELECT max(position) FROM events)"
    )

    found = examined(offline, "--offline")["head"]

    assert found[0] == "fail"
    assert "the last event is at position" in found[1]
    assert "restore a backup" in found[1]


def test_rows_and_documents_that_were_edited_are_warnings(offline: Mill) -> None:
    written(offline, a=11)
    with closing(sqlite3.connect(offline.root / "batchmill.db")) as connection, connection:
        connection.execute("UPDATE batch_rows SET pairs = 12")
    (offline.root / "timeline.md").unlink()

    found = examined(offline, "--offline")

    assert (found["tables"][0], found["documents"][0]) == ("warn", "warn")
    assert "batch 205" in found["tables"][1]
    assert "timeline.md" in found["documents"][1]
    offline.run("replay --rebuild")
    assert trouble(offline, "--offline") == {}


def test_a_daemon_is_named_while_it_lives_and_missed_when_it_died(mill: Mill) -> None:
    written(mill, a=11)
    mill.environment["BATCHMILL_DRIVING__POLL_EVERY"] = "600"
    with mill.started("run") as running:
        running.wait_for("batch.submitted")
        found = examined(mill)
        assert f"daemon (process {running.process.pid} on " in found["driver"][1]
        assert "which lives" in found["driver"][1]
        assert {state for state, _ in found.values()} == {"ok"}
        assert str(running.process.pid) in mill.refused("run --until-idle")
        running.end(signal.SIGKILL)

    found = examined(mill, "--offline")

    assert found["driver"][0] == "warn"
    assert "has died, and a job may have results that expire" in found["driver"][1]
