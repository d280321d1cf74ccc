"""The ports over every adapter: in memory, in SQLite and in PostgreSQL, in this process and over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from adapters.emulator.provider import EmulatedProvider
from adapters.memory.claims import MemoryClaims
from adapters.memory.lease import MemoryLease
from adapters.memory.read_model import MemoryReadModel
from adapters.memory.store import MemoryEventStore
from adapters.sql.database import open_database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.emulator.emulator import Emulator
    from adapters.sql.database import Database
    from core.ports import Claims, EventStore, Lease, ReadModel
    from core.provider import BatchProvider
    from tests.ledgers import SetClock


class Sharing(NamedTuple):
    """What the workers of a shared ledger have in common."""

    lease: Lease
    claims: Claims
    store: EventStore


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
def memory_lease(clock: SetClock) -> MemoryLease:
    return MemoryLease(clock)


@pytest.fixture
def store(database: Database | None, clock: SetClock, memory_lease: MemoryLease) -> EventStore:
    return database.store if database else MemoryEventStore(clock, memory_lease)


@pytest.fixture
def read_model(database: Database | None) -> ReadModel:
    return database.read_model if database else MemoryReadModel()


@pytest.fixture
def lease(database: Database | None, memory_lease: MemoryLease) -> Lease:
    return database.lease if database else memory_lease


@pytest.fixture
def sharing(request: pytest.FixtureRequest, database: Database | None, memory_lease: MemoryLease) -> Sharing:
    """Give leases that may be shared, with the claims and the store that ask them."""
    if database:
        return Sharing(database.lease, database.claims, database.store)
    store = request.getfixturevalue("store")
    return Sharing(memory_lease, MemoryClaims(memory_lease), store)


@pytest.fixture(params=["in process", "google-genai over HTTP"])
def provider(request: pytest.FixtureRequest, emulator: Emulator) -> BatchProvider:
    """Give a provider over the test's emulator, directly or as the real client meets it."""
    if request.param == "in process":
        return EmulatedProvider(emulator)
    from adapters.gemini.provider import GeminiProvider  # noqa: PLC0415 - the client takes half a second to load

    return GeminiProvider(api_key="any", base_url=request.getfixturevalue("emulator_url"))
