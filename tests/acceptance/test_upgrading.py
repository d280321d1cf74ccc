"""`db upgrade`: an older ledger is copied, then brought up; nothing else touches a ledger of another version."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from alembic import command

from adapters.sql.access import Access
from adapters.sql.database import SCHEMA
from adapters.sql.engine import create, parse
from adapters.sql.migrate import config
from tests.workspaces import Mill, written

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ledgers import Postgres

OLD = "0002"


def downgrade(url: str) -> None:
    access = Access(create(parse(url), durable=True), "ledger")
    with access.writing() as connection:
        settings = config()
        settings.attributes["connection"] = connection
        command.downgrade(settings, OLD)
    access.close()


@pytest.fixture
def older(offline: Mill) -> Mill:
    """Give a written wave in a ledger of the version before the chain."""
    written(offline, a=11)
    downgrade(f"sqlite:///{offline.root}/batchmill.db")
    return offline


def events(file: Path) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT * FROM events ORDER BY position").fetchall()


@pytest.mark.parametrize("line", ["status", "run --until-idle", "history --verify", "backup out.tar"])
def test_an_older_ledger_is_refused_at_every_start(older: Mill, line: str) -> None:
    said = older.refused(line)
    assert f"is of an older batchmill (schema {OLD}); run `batchmill db upgrade`" in said
    assert not (older.root / "out.tar").exists()


@pytest.mark.parametrize("line", ["db upgrade", "init"])
def test_an_older_ledger_is_copied_and_brought_up(older: Mill, line: str) -> None:
    before = older.events()

    older.run(line)

    assert [row[:-1] for row in older.events()] == before
    assert older.json("history --verify")["faults"] == []
    assert older.json("replay --check")["differences"] == []
    [copy] = older.root.glob(f"batchmill-{OLD}-*.db")
    assert events(copy) == before
    assert f"is of schema {SCHEMA} already" in older.run("db upgrade")
    assert [copy] == list(older.root.glob("batchmill-*.db"))


def test_it_says_where_the_copy_is(older: Mill) -> None:
    upgraded = older.json("db upgrade")
    assert (upgraded["before"], upgraded["after"]) == (OLD, SCHEMA)
    assert upgraded["copy"].startswith(f"{older.root}/batchmill-{OLD}-")


@pytest.mark.parametrize("line", ["db upgrade", "status", "run", "init", "doctor"])
def test_a_newer_ledger_is_refused_by_an_older_program(offline: Mill, line: str) -> None:
    written(offline, a=11)
    offline.sql("UPDATE alembic_version SET version_num = '9999'")
    before = offline.events()
    ended = offline.call(line)
    assert ended.status == 1
    assert "update batchmill" in ended.stderr + ended.stdout
    assert offline.events() == before
    assert list(offline.root.glob("batchmill-*.db")) == []


def test_a_ledger_that_somebody_drives_is_not_upgraded(older: Mill) -> None:
    older.sql(
        "INSERT INTO lease (name, number, kind, host, pid, started, token, expires_at) VALUES ('driver', 1, "
        "'daemon', 'elsewhere', 1, '2026-11-02T12:00:00Z', 't', '9999-01-01T00:00:00.000000Z')"
    )
    assert "a daemon (process 1 on elsewhere" in older.refused("db upgrade")
    assert list(older.root.glob("batchmill-*.db")) == []


def test_where_there_is_no_ledger_there_is_nothing_to_upgrade(offline: Mill) -> None:
    offline.run("init")
    for path in offline.root.glob("batchmill.db*"):
        path.unlink()
    assert "there is no ledger at" in offline.refused("db upgrade")


@pytest.mark.postgres
def test_a_postgresql_ledger_is_brought_up(offline: Mill, postgres: Postgres) -> None:
    name = postgres.create("template0")
    offline.environment["BATCHMILL_DATABASE_URL"] = postgres.url(name)
    written(offline, a=11)
    downgrade(postgres.url(name))
    assert "run `batchmill db upgrade`" in offline.refused("status")
    offline.run("db upgrade")
    assert offline.json("history --verify")["faults"] == []
    postgres.drop(name)
