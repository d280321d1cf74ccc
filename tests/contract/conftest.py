"""The ports over every adapter: in memory, in SQLite and in PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.memory.lease import MemoryLease
from adapters.memory.read_model import MemoryReadModel
from adapters.memory.store import MemoryEventStore
from adapters.sql.database import open_database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.sql.database import Database
    from core.ports import EventStore, Lease, ReadModel
    from tests.ledgers import SetClock

SQLITE = "sqlite_url"
POSTGRES = pytest.param("postgres_url", marks=pytest.mark.postgres)


@pytest.fixture(params=[SQLITE, POSTGRES])
def ledger_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(request.param)
    return url


@pytest.fixture(params=["memory", SQLITE, POSTGRES])
def database(request: pytest.FixtureRequest, clock: SetClock) -> Iterator[Database | None]:
    """Give an open database, or None where the adapters in memory are meant."""
    if request.param == "memory":
        yield None
        return
    with open_database(request.getfixturevalue(request.param), clock) as opened:
        yield opened


@pytest.fixture
def store(database: Database | None, clock: SetClock) -> EventStore:
    return database.store if database else MemoryEventStore(clock)


@pytest.fixture
def read_model(database: Database | None) -> ReadModel:
    return database.read_model if database else MemoryReadModel()


@pytest.fixture
def lease(database: Database | None, clock: SetClock) -> Lease:
    return database.lease if database else MemoryLease(clock)
