"""The rows of a ledger and their hashes: the same in memory, in SQLite and in PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from adapters.memory.store import MemoryEventStore
from core.batch.events import BatchFailed
from core.errors import ConflictError, RefusedError
from core.ledger.chain import NOTHING, Head
from core.ledger.tampering import ChainWalk
from tests.ledgers import NOON, SetClock, new

if TYPE_CHECKING:
    from adapters.sql.database import Database
    from core.ledger.stored import StoredEvent, StoredEvents
    from core.ports import EventStore

SHARED = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def stored(database: Database | None, store: EventStore) -> StoredEvents:
    if database:
        return database.stored
    assert isinstance(store, MemoryEventStore)
    return store


def head_of(rows: list[StoredEvent]) -> Head:
    """Return the head that sound rows lead to."""
    walk = ChainWalk()
    assert [fault for row in rows for fault in walk.take(row)] == []
    return walk.head


def test_an_empty_ledger_has_the_head_of_nothing(stored: StoredEvents) -> None:
    assert stored.ledger_head() == NOTHING
    assert list(stored.rows()) == list(stored.rows_of("batch-1")) == []


def test_what_is_appended_is_chained_and_leads_to_the_head(store: EventStore, stored: StoredEvents) -> None:
    store.append([new("batch-1", 1), new("batch-2", 1), new("batch-1", 2)])
    store.append([new("batch-2", 2)])
    store.append([new("batch-1", 3), new("batch-1", 4)])

    rows = list(stored.rows())

    assert head_of(rows) == stored.ledger_head()
    assert stored.ledger_head().position == 6
    assert [row.decoded() for row in rows] == list(store.read())
    assert list(stored.rows_of("batch-1")) == [row for row in rows if row.stream == "batch-1"]
    assert [row.position for row in stored.rows(after=2, until=4)] == [3, 4]


def test_the_same_events_have_the_same_hashes_in_every_database(store: EventStore, stored: StoredEvents) -> None:
    events = [new("batch-1", 1), new("batch-1", 2, BatchFailed(cause="expired", reason="½ \0 🜁", at=NOON))]
    memory = MemoryEventStore(SetClock())
    memory.append(events)
    store.append(events)

    assert list(stored.rows()) == list(memory.rows())
    assert stored.ledger_head() == memory.ledger_head()


def test_a_commit_that_is_refused_leaves_the_head(store: EventStore, stored: StoredEvents) -> None:
    store.append([new("batch-1", 1)])
    head = stored.ledger_head()
    for events in ([new("batch-1", 1)], [new("batch-2", 1), new("batch-1", 3)], [new("batch-3", 2)]):
        with pytest.raises(ConflictError):
            store.append(events)
    assert stored.ledger_head() == head


@SHARED
@given(commits=st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=5), max_size=5))
def test_any_commits_lead_to_the_head(store: EventStore, stored: StoredEvents, commits: list[list[str]]) -> None:
    for commit in commits:
        reached = {name: sum(1 for _ in store.read_stream(f"batch-{name}")) for name in "abc"}
        events = []
        for name in commit:
            reached[name] += 1
            events.append(new(f"batch-{name}", reached[name]))
        store.append(events)
    assert head_of(list(stored.rows())) == stored.ledger_head()


def elsewhere(*events: tuple[str, int]) -> list[StoredEvent]:
    """Return the rows of another ledger."""
    memory = MemoryEventStore(SetClock())
    memory.append([new(stream, version) for stream, version in events])
    return list(memory.rows())


def test_rows_of_another_ledger_are_taken_in_as_they_are(store: EventStore, stored: StoredEvents) -> None:
    rows = elsewhere(*((f"batch-{number}", version) for number in range(300) for version in (1, 2)))

    assert stored.take_in(iter(rows), onto=NOTHING) == head_of(rows)

    assert list(stored.rows()) == rows
    assert stored.ledger_head() == head_of(rows)
    assert store.append([new("batch-7", 3)])[0].position == 601
    assert head_of(list(stored.rows())) == stored.ledger_head()


def test_rows_go_on_where_the_ledger_ends(store: EventStore, stored: StoredEvents) -> None:
    rows = elsewhere(("batch-1", 1), ("batch-1", 2), ("batch-1", 3))
    half = stored.take_in(rows[:2], onto=NOTHING)

    stored.take_in(rows[2:], onto=half)

    assert stored.ledger_head() == head_of(rows)
    assert [one.version for one in store.read_stream("batch-1")] == [1, 2, 3]


def test_rows_are_taken_in_behind_the_head_that_was_meant_alone(store: EventStore, stored: StoredEvents) -> None:
    rows = elsewhere(("batch-1", 1))
    store.append([new("batch-2", 1)])
    with pytest.raises(RefusedError, match="nothing was taken in"):
        stored.take_in(rows, onto=NOTHING)
    assert [one.stream for one in store.read()] == ["batch-2"]


def test_rows_that_break_off_leave_nothing(store: EventStore, stored: StoredEvents) -> None:
    rows = elsewhere(*((f"batch-{number}", 1) for number in range(1200)))
    rows[1100] = replace(rows[1100], position=9_000)
    with pytest.raises(RefusedError):
        stored.take_in(iter(rows), onto=NOTHING)
    assert (store.head(), stored.ledger_head()) == (0, NOTHING)
