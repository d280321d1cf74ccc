from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from adapters.memory.store import MemoryEventStore
from core.batch.events import BatchPlanned
from core.batch.lifecycle import Status
from core.engine.books import Books, Entry
from core.errors import RefusedError
from core.ledger.load import load_batch
from core.ledger.recorded import NewEvent
from tests.batches import GIVE_UP, HAPPY, JOB, PLAN, PROCESS, START, UPLOAD, WAYS, WRITE, told
from tests.ledgers import CONTEXT, SetClock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.batch.commands import BatchCommand
    from core.ledger.recorded import Recorded


@pytest.fixture
def store() -> MemoryEventStore:
    return MemoryEventStore(SetClock())


def put(store: MemoryEventStore, number: int, commands: Sequence[BatchCommand], *, after: int = 0) -> None:
    """Append what these commands lead to, as somebody else; `after` leaves out so many events."""
    events = [
        msgspec.structs.replace(event, number=number) if isinstance(event, BatchPlanned) else event
        for event in told(commands)[0][after:]
    ]
    store.append(
        [
            NewEvent(f"batch-{number}", version, event, CONTEXT)
            for version, event in enumerate(events, start=after + 1)
        ]
    )


def test_the_books_hold_the_open_batches_by_number(store: MemoryEventStore) -> None:
    put(store, 206, WAYS[Status.WRITTEN])
    put(store, 205, WAYS[Status.SUBMITTED])
    put(store, 207, WAYS[Status.PLANNED])
    put(store, 208, (*HAPPY, GIVE_UP))
    books = Books(store, "daemon@mill")

    books.refresh()

    assert books.open_numbers() == [205, 206]
    assert books.position == store.head()


def test_a_batch_that_is_not_open_can_still_be_asked_for(store: MemoryEventStore) -> None:
    put(store, 208, (*HAPPY, GIVE_UP))
    books = Books(store, "daemon@mill")
    books.refresh()

    assert books.get(208) == load_batch(store, 208)
    assert books.get(999).status is Status.UNPLANNED


def test_a_batch_that_is_done_is_dropped_and_one_that_opens_again_is_picked_up_whole(
    store: MemoryEventStore,
) -> None:
    put(store, 205, WAYS[Status.PLANNED])
    books = Books(store, "daemon@mill")
    books.refresh()
    assert books.open_numbers() == []

    put(store, 205, HAPPY[:6], after=1)
    books.refresh()

    assert books.open_numbers() == [205]
    assert books.get(205) == load_batch(store, 205)


def test_what_is_written_is_signed_and_says_why(store: MemoryEventStore) -> None:
    put(store, 205, WAYS[Status.WRITTEN])
    shown: list[Recorded] = []
    books = Books(store, "daemon@mill", shown.extend)
    books.refresh()

    recorded = books.write([Entry(205, (START,), "written and due")])

    assert recorded == shown
    [start] = recorded
    assert (start.actor, start.correlation, start.causation) == ("daemon@mill", "batch-205/a1", "written and due")


def test_several_facts_of_one_batch_are_one_commit(store: MemoryEventStore) -> None:
    put(store, 205, HAPPY[:3])
    books = Books(store, "daemon@mill")
    books.refresh()

    recorded = books.write([Entry(205, (UPLOAD, JOB), "the provider created the job")])

    assert [each.version for each in recorded] == [4, 5]
    assert books.get(205).job_name == "batches/one"


def test_a_refused_command_takes_everything_beside_it_down_and_changes_nothing(store: MemoryEventStore) -> None:
    put(store, 205, HAPPY[:3])
    put(store, 206, HAPPY[:3])
    books = Books(store, "daemon@mill")
    books.refresh()
    head = store.head()

    with pytest.raises(RefusedError):
        books.write([Entry(206, (UPLOAD,), "x"), Entry(205, (UPLOAD, PROCESS), "y")])

    assert store.head() == head
    assert books.get(206) == load_batch(store, 206)
    assert books.get(205) == load_batch(store, 205)


def test_facts_that_are_known_already_are_not_written(store: MemoryEventStore) -> None:
    put(store, 205, HAPPY[:6])
    shown: list[Recorded] = []
    books = Books(store, "daemon@mill", shown.extend)
    books.refresh()

    assert books.write([Entry(205, (JOB, PROCESS), "said again")]) == []
    assert books.write([]) == []
    assert shown == []


def test_a_fact_that_meets_somebody_elses_is_decided_again(store: MemoryEventStore) -> None:
    put(store, 205, HAPPY[:3])
    mine, others = Books(store, "mine"), Books(store, "other's")
    mine.refresh()
    others.refresh()
    others.write([Entry(205, (UPLOAD,), "the other was first")])

    recorded = mine.write([Entry(205, (JOB,), "the provider created the job")])

    assert [each.version for each in recorded] == [5]
    assert mine.open_numbers() == [205]
    assert mine.get(205) == load_batch(store, 205)


def test_the_books_stay_in_step_when_somebody_elses_events_stand_between(store: MemoryEventStore) -> None:
    put(store, 205, WAYS[Status.WRITTEN])
    books = Books(store, "daemon@mill")
    books.refresh()
    put(store, 206, (PLAN, WRITE))

    books.write([Entry(205, (START,), "written and due")])

    assert books.position == store.head()
    assert books.open_numbers() == [205, 206]
    assert books.get(205) == load_batch(store, 205)
