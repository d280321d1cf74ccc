"""Who lost its lease cannot append, whatever it was in the middle of."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYetError
from typing import TYPE_CHECKING

import msgspec
import pytest

from adapters.process import this_process
from adapters.sql.database import open_database
from core.errors import ConflictError, LeaseHeldError, LeaseLostError
from core.ports import Fence
from tests.ledgers import NOON, SetClock, new

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from core.ports import EventStore, Holder, Lease


@pytest.fixture
def holder() -> Holder:
    return this_process("daemon", NOON)


@pytest.fixture
def other() -> Holder:
    return this_process("submit", NOON)


class CallingClock(SetClock):
    """A clock that does something whenever it is asked."""

    def __init__(self, call: Callable[[], object]) -> None:
        super().__init__()
        self._call = call

    def now(self) -> datetime:
        self._call()
        return super().now()


def test_who_holds_the_lease_appends(store: EventStore, lease: Lease, holder: Holder) -> None:
    fence = lease.acquire(holder, seconds=60)

    store.append([new("batch-1", 1)], fence=fence)
    store.append([new("batch-1", 2), new("batch-2", 1)], fence=fence)

    assert store.head() == 3


def test_a_paused_holder_that_lost_its_lease_cannot_append(
    store: EventStore, lease: Lease, clock: SetClock, holder: Holder, other: Holder
) -> None:
    before = lease.acquire(holder, seconds=60)
    clock.advance(60)
    after = lease.acquire(other, seconds=60)

    with pytest.raises(LeaseLostError) as refusal:
        store.append([new("batch-1", 1)], fence=before)

    assert "\n" not in str(refusal.value)
    assert f"lease {before.number} of this process ran out" in str(refusal.value)
    assert store.head() == 0
    assert store.append([new("batch-1", 1)], fence=after)[0].position == 1
    with pytest.raises(LeaseHeldError):
        lease.acquire(holder, seconds=60)


def test_a_lease_that_ran_out_holds_as_long_as_nobody_took_it(
    store: EventStore, lease: Lease, clock: SetClock, holder: Holder
) -> None:
    fence = lease.acquire(holder, seconds=60)
    clock.advance(3600)

    assert store.append([new("batch-1", 1)], fence=fence)[0].position == 1


def test_what_was_taken_over_and_is_free_again_is_lost_all_the_same(
    store: EventStore, lease: Lease, clock: SetClock, holder: Holder, other: Holder
) -> None:
    before = lease.acquire(holder, seconds=60)
    clock.advance(60)
    lease.acquire(other, seconds=60)
    lease.release(other)
    after = lease.acquire(holder, seconds=60)

    with pytest.raises(LeaseLostError):
        store.append([new("batch-1", 1)], fence=before)
    store.append([new("batch-1", 1)], fence=after)


def test_a_lease_that_was_given_back_is_no_lease(store: EventStore, lease: Lease, holder: Holder) -> None:
    fence = lease.acquire(holder, seconds=60)
    lease.release(holder)

    with pytest.raises(LeaseLostError):
        store.append([new("batch-1", 1)], fence=fence)


def test_a_fence_of_another_name_or_number_opens_nothing(store: EventStore, lease: Lease, holder: Holder) -> None:
    fence = lease.acquire(holder, seconds=60)

    for forged in (Fence("worker-1", fence.number), msgspec.structs.replace(fence, number=fence.number + 1)):
        with pytest.raises(LeaseLostError):
            store.append([new("batch-1", 1)], fence=forged)


def test_without_a_fence_anybody_appends(store: EventStore, lease: Lease, holder: Holder) -> None:
    lease.acquire(holder, seconds=60)

    assert store.append([new("batch-1", 1)])[0].position == 1


def test_a_conflict_under_a_good_fence_is_a_conflict(store: EventStore, lease: Lease, holder: Holder) -> None:
    fence = lease.acquire(holder, seconds=60)
    store.append([new("batch-1", 1)], fence=fence)

    with pytest.raises(ConflictError):
        store.append([new("batch-1", 1)], fence=fence)
    assert store.append([new("batch-1", 2)], fence=fence)[0].position == 2


def test_the_lease_cannot_be_taken_over_in_the_middle_of_an_append(
    ledger_url: str, clock: SetClock, holder: Holder, other: Holder
) -> None:
    clock.advance(3600)
    takers: list[Future[Fence]] = []
    heads: list[int] = []

    def take_over() -> Fence:
        fence = database.lease.acquire(other, seconds=60)
        heads.append(database.store.head())
        return fence

    def try_to_take_over() -> None:
        takers.append(pool.submit(take_over))
        with pytest.raises(NotYetError):
            takers[0].result(timeout=0.3)

    with (
        ThreadPoolExecutor(1) as pool,
        open_database(ledger_url, clock) as database,
        open_database(ledger_url, SetClock()) as early,
        open_database(ledger_url, CallingClock(try_to_take_over)) as late,
    ):
        fence = early.lease.acquire(holder, seconds=60)
        late.store.append([new("batch-1", 1)], fence=fence)

        assert takers[0].result(timeout=30).number > fence.number
        assert heads == [1]
        with pytest.raises(LeaseLostError):
            early.store.append([new("batch-1", 2)], fence=fence)


@pytest.mark.postgres
def test_a_heartbeat_does_not_wait_for_an_append(postgres_url: str, holder: Holder) -> None:
    def beat() -> None:
        assert pool.submit(lambda: early.lease.acquire(holder, seconds=60)).result(timeout=30) == fence

    with (
        ThreadPoolExecutor(1) as pool,
        open_database(postgres_url, SetClock()) as early,
        open_database(postgres_url, CallingClock(beat)) as late,
    ):
        fence = early.lease.acquire(holder, seconds=60)

        assert late.store.append([new("batch-1", 1)], fence=fence)[0].position == 1


def test_of_many_that_take_turns_only_the_last_appends(ledger_url: str, clock: SetClock) -> None:
    def take_and_append(_: int) -> tuple[int, Fence]:
        with open_database(ledger_url, SetClock()) as database:
            while True:
                try:
                    fence = database.lease.acquire(this_process("daemon", NOON), seconds=0)
                    version = database.store.head() + 1
                    database.store.append([new("batch-1", version)], fence=fence)
                except (LeaseLostError, ConflictError):
                    continue
                return version, fence

    with ThreadPoolExecutor(4) as pool:
        done = sorted(pool.map(take_and_append, range(12)))

    numbers = [fence.number for _, fence in done]
    assert [version for version, _ in done] == list(range(1, 13))
    assert numbers == sorted(set(numbers))
    with open_database(ledger_url, clock) as database:
        assert database.store.head() == 12
