from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from adapters.sql.access import Access
from adapters.sql.database import SCHEMA, open_database
from adapters.sql.engine import create, parse
from adapters.sql.glance import glance
from core.errors import LedgerError
from core.ports import Holder
from tests.ledgers import SetClock

if TYPE_CHECKING:
    from pathlib import Path

DAEMON = Holder("daemon", "elsewhere", 4711, "2026-11-02T12:00:00Z", "t1")


@pytest.fixture(params=["sqlite_url", pytest.param("postgres_url", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest) -> str:
    address: str = request.getfixturevalue(request.param)
    return address


def test_a_sound_ledger_answers_every_question(url: str) -> None:
    with glance(url) as database:
        database.answer()
        database.take_writes()

        assert database.schema() == SCHEMA
        assert database.drivers() == []
        assert (database.kind == "SQLite") is (database.file is not None)


def test_a_schema_of_another_program_is_told_and_not_refused(url: str) -> None:
    access = Access(create(parse(url), durable=True), "ledger")
    with access.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    access.close()

    with glance(url) as database:
        assert database.schema() == "9999"


def test_a_driver_stays_on_record_when_its_lease_has_run_out(url: str) -> None:
    clock = SetClock()
    with open_database(url, clock) as ledger:
        ledger.lease.acquire(DAEMON, seconds=60)
        clock.advance(3600)
        assert ledger.lease.current() is None

    with glance(url) as database:
        assert database.drivers() == [(DAEMON, "2026-11-02T12:01:00.000000Z")]


def test_looking_makes_no_database_where_there_is_none(tmp_path: Path) -> None:
    with (
        glance(f"sqlite:///{tmp_path}/ledger.db") as database,
        pytest.raises(LedgerError, match="run `batchmill init`"),
    ):
        database.answer()

    (tmp_path / "ledger.db").touch()
    with glance(f"sqlite:///{tmp_path}/ledger.db") as database, pytest.raises(LedgerError, match="is empty"):
        database.answer()

    assert [(path.name, path.stat().st_size) for path in tmp_path.iterdir()] == [("ledger.db", 0)]


def test_a_database_that_another_program_holds_can_be_read_and_takes_no_writes(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.sql.glance.PATIENCE", 50)
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with glance(sqlite_url) as database:
            assert database.schema() == SCHEMA
            with pytest.raises(LedgerError, match="is held by another program"):
                database.take_writes()
