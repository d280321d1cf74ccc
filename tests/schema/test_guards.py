from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import DBAPIError

from adapters.sql.database import open_database
from adapters.sql.engine import create, parse
from tests.ledgers import SetClock, new

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from core.ledger.recorded import Recorded

ROW = "INTO events (position, stream, version, type, schema, data, recorded_at, actor, correlation, causation)"
FORGED = "'batch.failed', 1, '{}', '', '', '', ''"
CHANGES = [
    "UPDATE events SET data = '{}'",
    "UPDATE events SET actor = 'nobody' WHERE position = 1",
    "DELETE FROM events",
    "DELETE FROM events WHERE position = 2",
    f"INSERT {ROW} VALUES (1, 'batch-1', 1, {FORGED}) ON CONFLICT (position) DO UPDATE SET data = '{{}}'",  # noqa: S608 - constants
]
SQLITE_CHANGES = [
    f"INSERT OR REPLACE {ROW} VALUES (1, 'batch-9', 9, {FORGED})",  # noqa: S608 - constants
    f"REPLACE {ROW} VALUES (9, 'batch-1', 1, {FORGED})",  # noqa: S608 - constants
    "UPDATE OR REPLACE events SET position = 1 WHERE position = 2",
]
POSTGRES_CHANGES = ["TRUNCATE events", "TRUNCATE events, wave_rows CASCADE", "DELETE FROM events WHERE false"]


def _attempts() -> Iterator[object]:
    for change in CHANGES + SQLITE_CHANGES:
        yield pytest.param("sqlite_url", change, id=f"sqlite: {change[:45]}")
    for change in CHANGES + POSTGRES_CHANGES:
        yield pytest.param("postgres_url", change, id=f"postgres: {change[:45]}", marks=pytest.mark.postgres)


@pytest.fixture
def url(request: pytest.FixtureRequest) -> str:
    address: str = request.getfixturevalue(request.param)
    return address


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = create(parse(url), durable=True)
    yield engine
    engine.dispose()


def _history(url: str) -> list[Recorded]:
    with open_database(url, SetClock()) as database:
        return list(database.store.read())


@pytest.mark.parametrize(("url", "change"), list(_attempts()), indirect=["url"])
def test_the_database_itself_refuses_to_change_an_event(url: str, engine: Engine, change: str) -> None:
    with open_database(url, SetClock()) as database:
        recorded = database.store.append([new("batch-1", 1), new("batch-1", 2)])

    with (
        pytest.raises(DBAPIError, match="events are never changed or deleted"),
        engine.execution_options(writes=True).begin() as connection,
    ):
        connection.exec_driver_sql(change)

    assert _history(url) == recorded


@pytest.mark.postgres
def test_the_guard_stands_even_where_triggers_are_told_to_rest(postgres_url: str) -> None:
    engine = create(parse(postgres_url), durable=True)
    with engine.connect() as connection:
        connection.exec_driver_sql("SET session_replication_role = replica")
        with pytest.raises(DBAPIError, match="events are never changed or deleted"):
            connection.exec_driver_sql("DELETE FROM events")
    engine.dispose()


@pytest.mark.parametrize(
    ("url", "question", "durable", "answer"),
    [
        pytest.param("sqlite_url", "PRAGMA journal_mode", True, "wal", id="sqlite log"),
        pytest.param("sqlite_url", "PRAGMA synchronous", True, 2, id="sqlite events: FULL"),
        pytest.param("sqlite_url", "PRAGMA synchronous", False, 1, id="sqlite rows: NORMAL"),
        pytest.param(
            "postgres_url", "SHOW synchronous_commit", True, "on", id="postgres events", marks=pytest.mark.postgres
        ),
        pytest.param(
            "postgres_url", "SHOW synchronous_commit", False, "off", id="postgres rows", marks=pytest.mark.postgres
        ),
    ],
    indirect=["url"],
)
def test_commits_promise_what_the_engine_says(url: str, question: str, durable: bool, answer: object) -> None:  # noqa: FBT001 - a parameter
    engine = create(parse(url), durable=durable)
    with engine.connect() as connection:
        assert connection.exec_driver_sql(question).scalar() == answer
    engine.dispose()


@pytest.mark.postgres
def test_events_are_durable_on_a_server_that_does_not_wait_for_its_disk(postgres_url: str) -> None:
    engine = create(parse(postgres_url), durable=True)
    with engine.begin() as connection:
        name = connection.exec_driver_sql("SELECT current_database()").scalar()
        connection.exec_driver_sql(f"ALTER DATABASE {name} SET synchronous_commit = off")
    engine.dispose()

    with engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
    engine.dispose()
