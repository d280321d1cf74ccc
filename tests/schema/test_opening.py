from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from adapters.sql.access import Access
from adapters.sql.database import open_database
from adapters.sql.engine import create, parse, place
from adapters.sql.faults import ledger_error
from adapters.sql.migrate import upgrade
from core.errors import LedgerError
from tests.ledgers import SetClock, new


def refusal(url: str) -> str:
    """Return the one sentence that opening `url` ends with."""
    with pytest.raises(LedgerError) as caught:
        open_database(url, SetClock())
    sentence = str(caught.value)
    assert "\n" not in sentence
    return sentence


def test_a_ledger_that_is_not_there_is_not_made_by_looking(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"

    assert refusal(f"sqlite:///{file}") == (
        f"there is no ledger at {file}; put it back from a backup, or in a new workspace run `batchmill init`"
    )
    assert not file.exists()


def test_an_empty_file_holds_no_ledger(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").touch()

    assert "holds no ledger yet; run `batchmill init`" in refusal(f"sqlite:///{tmp_path}/ledger.db")


@pytest.mark.postgres
def test_an_empty_postgresql_database_holds_no_ledger(empty_postgres_url: str) -> None:
    assert "holds no ledger yet; run `batchmill init`" in refusal(empty_postgres_url)


def test_a_file_of_another_kind_is_not_taken_for_a_ledger(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    file.write_text("total_pairs: 701\n" * 100)

    assert "is not a ledger" in refusal(f"sqlite:///{file}")
    with pytest.raises(LedgerError, match="is not a ledger"):
        upgrade(f"sqlite:///{file}")
    assert file.read_text().startswith("total_pairs")


def test_a_ledger_is_not_made_in_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="cannot be opened; check that its folder exists"):
        upgrade(f"sqlite:///{tmp_path}/nowhere/ledger.db")


@pytest.mark.parametrize(
    ("found", "advice"),
    [
        ("'9999'", "newer batchmill .*; update batchmill"),
        ("'0000'", "older batchmill .*run `batchmill db upgrade`"),
    ],
)
@pytest.mark.parametrize("kind", ["sqlite_url", pytest.param("postgres_url", marks=pytest.mark.postgres)])
def test_a_ledger_of_another_version_is_refused(
    request: pytest.FixtureRequest, kind: str, found: str, advice: str
) -> None:
    url = request.getfixturevalue(kind)
    access = Access(create(parse(url), durable=True), "ledger")
    with access.writing() as connection:
        connection.execute(text(f"UPDATE alembic_version SET version_num = {found}"))  # noqa: S608 - a constant
    access.close()

    with pytest.raises(LedgerError, match=advice):
        open_database(url, SetClock())


def test_a_newer_ledger_is_not_upgraded(sqlite_url: str) -> None:
    access = Access(create(parse(sqlite_url), durable=True), "ledger")
    with access.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    access.close()

    with pytest.raises(LedgerError, match="update batchmill"):
        upgrade(sqlite_url)


@pytest.mark.parametrize(
    ("url", "advice"),
    [
        ("ledger.db", "not the address of a database"),
        ("postgresql://droid:se:cret@mill:port/x", "not the address of a database"),
        ("sqlite://", "a ledger in memory would be lost"),
        ("sqlite:///:memory:", "a ledger in memory would be lost"),
        ("mysql://droid:secret@mill/ledger", "asks for mysql"),
    ],
)
def test_an_address_that_is_none_is_explained(url: str, advice: str) -> None:
    sentence = refusal(url)

    assert advice in sentence
    assert "sqlite:///ledger.db" in sentence
    assert "cret" not in sentence


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+psycopg2"])
def test_every_way_to_write_postgresql_means_the_same_driver(scheme: str) -> None:
    url = parse(f"{scheme}://droid:secret@mill:5433/ledger")

    assert url.drivername == "postgresql+psycopg"
    assert place(url) == "PostgreSQL mill:5433/ledger"


def test_a_server_that_does_not_answer_is_named_without_the_password() -> None:
    sentence = refusal("postgresql://droid:hunter2@127.0.0.1:1/ledger")

    assert sentence.startswith("PostgreSQL 127.0.0.1:1/ledger cannot be reached")
    assert "hunter2" not in sentence


@pytest.mark.postgres
def test_a_database_that_does_not_exist_is_named(postgres_url: str) -> None:
    sentence = refusal(postgres_url.replace("/ledger_", "/no_ledger_"))

    assert "does not exist" in sentence
    assert "no_ledger_" in sentence


def test_a_ledger_that_another_program_keeps_locked_is_named(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.sql.engine.PATIENCE", 0.05)
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with open_database(sqlite_url, SetClock()) as database:
        with pytest.raises(LedgerError, match="is held by another program"):
            database.store.append([new("batch-1", 1)])
        other.execute("ROLLBACK")
        other.close()

        assert database.store.append([new("batch-1", 1)])[0].position == 1


def test_a_disk_that_fills_up_loses_nothing_that_was_appended(sqlite_url: str) -> None:
    access = Access(create(parse(sqlite_url), durable=True), "ledger.db")
    with access.appending() as cursor:
        cursor.execute("PRAGMA max_page_count = 1")
    with (
        pytest.raises(LedgerError, match=r"disk that holds ledger\.db is full; nothing was written"),
        access.appending() as cursor,
    ):
        cursor.execute("CREATE TABLE more AS SELECT randomblob(1000000) AS than_fits")
    access.close()

    with open_database(sqlite_url, SetClock()) as database:
        assert database.store.append([new("batch-1", 1)])[0].position == 1


@pytest.mark.postgres
def test_an_append_reaches_a_server_that_came_back(postgres_url: str) -> None:
    with open_database(postgres_url, SetClock()) as database:
        database.store.append([new("batch-1", 1)])
        access = Access(create(parse(postgres_url), durable=True), "ledger")
        with access.reading() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        access.close()

        assert database.store.append([new("batch-1", 2)])[0].position == 2


@pytest.mark.parametrize(
    ("complaint", "sentence"),
    [
        ("attempt to write a readonly database", "ledger.db may not be written to; check the permissions"),
        ("disk I/O error", "the disk that holds ledger.db is full or fails"),
        ("database disk image is malformed", "ledger.db is damaged; restore it from a backup"),
        ("something unheard of", "ledger.db refused (something unheard of); nothing was written"),
    ],
)
def test_what_the_driver_complains_about_becomes_a_sentence(complaint: str, sentence: str) -> None:
    assert str(ledger_error("ledger.db", sqlite3.OperationalError(complaint))).startswith(sentence)


def test_opening_a_ledger_does_not_load_the_migrations(sqlite_url: str) -> None:
    program = (
        "import sys; from adapters.sql.database import open_database\n"
        f"open_database({sqlite_url!r}, None).close()\n"
        "sys.exit('alembic' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", program], cwd=Path.cwd(), check=False)  # noqa: S603 - our own program

    assert done.returncode == 0
