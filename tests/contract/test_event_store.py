from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta, timezone
from multiprocessing import get_context
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.sql.database import open_database
from adapters.sql.store import PAGE
from core.batch.events import BatchFailed, BatchProcessing
from core.errors import ConflictError, LedgerError
from tests.ledgers import CONTEXT, NOON, SetClock, append_alone, new

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.ports import EventStore

#: Examples share one store and keep apart by the names of their streams.
SHARED = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_an_empty_ledger_has_nothing_to_tell(store: EventStore) -> None:
    assert store.head() == 0
    assert list(store.read()) == []
    assert store.streams() == []
    assert list(store.read_stream("batch-1")) == []
    assert store.append([]) == []


def test_what_is_appended_is_read_back_as_it_was_recorded(store: EventStore) -> None:
    recorded = store.append([new("batch-205", 1, BatchFailed(cause="expired", reason="48 h", at=NOON))])

    assert list(store.read()) == recorded
    (one,) = recorded
    assert (one.position, one.stream, one.version) == (1, "batch-205", 1)
    assert (one.type, one.schema) == ("batch.failed", 1)
    assert one.event == BatchFailed(cause="expired", reason="48 h", at=NOON)
    assert one.recorded_at == "2026-11-02T12:00:00.000000Z"
    assert (one.actor, one.correlation, one.causation) == (CONTEXT.actor, CONTEXT.correlation, CONTEXT.causation)


def test_one_commit_may_carry_many_streams(store: EventStore) -> None:
    recorded = store.append(
        [new(f"batch-{number}", version) for version in (1, 2) for number in range(1, 301)],
    )

    assert [one.position for one in recorded] == list(range(1, 601))
    assert list(store.read()) == recorded
    assert [one.version for one in store.read_stream("batch-300")] == [1, 2]


@pytest.mark.parametrize("versions", [[2], [0], [1, 1], [1, 3], [2, 1]])
def test_versions_must_follow_each_other_from_one(store: EventStore, versions: list[int]) -> None:
    with pytest.raises(ConflictError, match="batch-1 changed"):
        store.append([new("batch-1", version) for version in versions])

    assert store.head() == 0


def test_a_conflict_leaves_nothing_and_names_the_streams_that_moved(store: EventStore) -> None:
    before = store.append([new("batch-1", 1), new("batch-2", 1)])

    with pytest.raises(ConflictError) as refusal:
        store.append([new("batch-3", 1), new("batch-2", 1), new("batch-1", 2), new("wave-2", 5)])

    assert refusal.value.streams == ("batch-2", "wave-2")
    assert list(store.read()) == before
    assert [one.position for one in store.append([new("batch-3", 1)])] == [3]


@SHARED
@given(
    commits=st.lists(
        st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 4)), min_size=1, max_size=4), max_size=6
    )
)
def test_only_the_next_events_of_a_stream_are_ever_appended(
    store: EventStore, commits: list[list[tuple[str, int]]]
) -> None:
    example = uuid4().hex
    reached = {"a": 0, "b": 0}
    for commit in commits:
        after = dict(reached)
        fits = True
        for stream, version in commit:
            after[stream] += 1
            fits = fits and version == after[stream]
        events = [new(f"{example}-{stream}", version) for stream, version in commit]
        if fits:
            store.append(events)
            reached = after
        else:
            with pytest.raises(ConflictError):
                store.append(events)

    for stream, version in reached.items():
        kept = [one.version for one in store.read_stream(f"{example}-{stream}")]
        assert kept == list(range(1, version + 1))


@SHARED
@given(reason=st.text())
def test_any_text_comes_back_as_it_went_in(store: EventStore, reason: str) -> None:
    event = BatchFailed(cause="failed", reason=reason, at=NOON)
    stream = uuid4().hex

    store.append([new(stream, 1, event)])

    assert [one.event for one in store.read_stream(stream)] == [event]


@pytest.mark.parametrize("reason", ["\0", "a\0b", "\\u0000", "\ufdd0", "🜁 ½ \u2028", "'; DROP TABLE events; --"])
def test_text_that_databases_stumble_over_comes_back(store: EventStore, reason: str) -> None:
    event = BatchFailed(cause="failed", reason=reason, at=NOON)

    store.append([new("batch-1", 1, event)])

    assert [one.event for one in store.read()] == [event]


def test_reading_goes_from_after_to_until(store: EventStore) -> None:
    store.append([new("batch-1", version) for version in range(1, 11)])

    def positions(after: int = 0, until: int | None = None) -> list[int]:
        return [one.position for one in store.read(after=after, until=until)]

    assert positions(after=3, until=6) == [4, 5, 6]
    assert positions(after=8) == [9, 10]
    assert positions(until=2) == [1, 2]
    assert positions(until=0) == []
    assert positions(after=10) == []
    assert positions(after=6, until=3) == []
    assert [one.version for one in store.read_stream("batch-1", after_version=8)] == [9, 10]


def test_reading_passes_over_the_ends_of_pages(store: EventStore) -> None:
    number = 2 * PAGE + 1
    store.append([new("batch-1", version) for version in range(1, number + 1)])

    assert [one.position for one in store.read()] == list(range(1, number + 1))
    assert [one.version for one in store.read_stream("batch-1")] == list(range(1, number + 1))


def test_appending_goes_on_while_somebody_reads(store: EventStore) -> None:
    store.append([new("batch-1", version) for version in range(1, PAGE + 2)])
    reading = store.read()
    next(reading)

    store.append([new("batch-2", 1)])

    assert [one.stream for one in reading][-1] == "batch-2"


def test_streams_are_listed_by_prefix_in_order(store: EventStore) -> None:
    names = ["batch-10", "batch-2", "Batch-3", "batch_4", "wave-2", "batch-é"]
    store.append([new(name, 1) for name in names])

    assert store.streams() == sorted(names)
    assert store.streams("batch-") == ["batch-10", "batch-2", "batch-é"]
    assert store.streams("batch-2") == ["batch-2"]
    assert store.streams("%") == []


def test_a_moment_is_found_among_the_positions(store: EventStore, clock: SetClock) -> None:
    for version in (1, 2, 3):
        store.append([new("batch-1", version), new("batch-2", version)])
        clock.advance(10)

    assert store.position_at(NOON - timedelta(microseconds=1)) == 0
    assert store.position_at(NOON) == 2
    assert store.position_at(NOON + timedelta(seconds=19)) == 4
    assert store.position_at(NOON + timedelta(days=1)) == 6


def test_a_moment_may_be_told_in_any_time_zone(store: EventStore) -> None:
    store.append([new("batch-1", 1)])
    zone = timezone(timedelta(hours=-5))

    assert store.position_at(datetime(2026, 11, 2, 7, tzinfo=zone)) == 1
    assert store.position_at(datetime(2026, 11, 2, 6, 59, tzinfo=zone)) == 0


def test_recorded_time_does_not_go_back_with_the_clock(store: EventStore, clock: SetClock) -> None:
    store.append([new("batch-1", 1)])
    clock.advance(-3600)
    store.append([new("batch-1", 2)])

    assert [one.recorded_at for one in store.read()] == ["2026-11-02T12:00:00.000000Z"] * 2
    assert store.position_at(NOON) == 2


def test_an_event_without_a_stored_name_is_not_appended(store: EventStore) -> None:
    with pytest.raises(KeyError):
        store.append([new("batch-1", 1), new("batch-2", 1, event="no event")])

    assert store.head() == 0


def test_racing_appenders_each_win_a_version_once(store: EventStore) -> None:
    def race(_: int) -> int:
        won = 0
        while (version := sum(1 for _ in store.read_stream("batch-1")) + 1) <= 20:
            try:
                store.append([new("batch-1", version)])
                won += 1
            except ConflictError:
                continue
        return won

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(race, range(3))) == 20
    assert [one.version for one in store.read()] == list(range(1, 21))


def _tail(store: EventStore, finished: Callable[[], bool]) -> list[int]:
    """Follow the positions until nothing more can come; `finished` may wait a little."""
    seen: list[int] = []
    while True:
        last_look = finished()
        seen += [one.position for one in store.read(after=seen[-1] if seen else 0)]
        if last_look:
            return seen


def test_a_reader_who_follows_threads_misses_no_position(store: EventStore) -> None:
    def append(stream: str) -> None:
        for version in range(1, 61):
            store.append([new(stream, version)])

    with ThreadPoolExecutor(3) as pool:
        tasks = [pool.submit(append, f"batch-{number}") for number in range(3)]
        seen = _tail(store, lambda: not wait(tasks, timeout=0.002).not_done)
        for task in tasks:
            task.result()

    assert seen == list(range(1, 181))


def test_a_reader_who_follows_processes_misses_no_position(ledger_url: str, clock: SetClock) -> None:
    spawn = get_context("spawn")
    appenders = [spawn.Process(target=append_alone, args=(ledger_url, f"batch-{n}", 50)) for n in range(4)]
    for appender in appenders:
        appender.start()
    with open_database(ledger_url, clock) as database:
        seen = _tail(database.store, lambda: all(appender.exitcode is not None for appender in appenders))

    assert [appender.exitcode for appender in appenders] == [0] * 4
    assert seen == list(range(1, 201))


def test_events_outlive_the_process_that_appended_them(ledger_url: str, clock: SetClock) -> None:
    with open_database(ledger_url, clock) as database:
        recorded = database.store.append([new("batch-1", 1), new("batch-1", 2)])

    with open_database(ledger_url, clock) as database:
        assert list(database.store.read()) == recorded
        assert database.store.append([new("batch-1", 3)])[0].position == 3


def test_a_commit_that_was_cut_short_leaves_the_store_usable(ledger_url: str) -> None:
    class BrokenClock(SetClock):
        def now(self) -> datetime:
            raise OSError("no time")

    with open_database(ledger_url, BrokenClock()) as broken, open_database(ledger_url, SetClock()) as database:
        with pytest.raises(OSError, match="no time"):
            broken.store.append([new("batch-1", 1)])

        assert [one.position for one in database.store.append([new("batch-1", 1)])] == [1]


def test_an_event_of_an_unknown_kind_is_named_with_its_place(
    ledger_url: str, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_database(ledger_url, clock) as database:
        monkeypatch.setattr("adapters.sql.store.encode", lambda _: ("batch.teleported", 1, "{}"))
        database.store.append([new("batch-7", 1, BatchProcessing(at=NOON))])

        with pytest.raises(LedgerError, match=r"position 1, batch-7: .*batch\.teleported.*update batchmill"):
            list(database.store.read())
