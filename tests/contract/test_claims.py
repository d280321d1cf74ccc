from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.memory.claims import MemoryClaims
from adapters.memory.lease import MemoryLease
from adapters.process import this_process
from adapters.sql.access import Access
from adapters.sql.database import open_database
from adapters.sql.engine import create, parse
from core.errors import LeaseHeldError, LeaseLostError, RefusedError
from tests.ledgers import NOON, SetClock, new

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.sql.database import Database
    from core.ports import Fence, Holder
    from tests.contract.conftest import Sharing

OPEN = range(205, 217)


@pytest.fixture(params=["memory", pytest.param("postgres_url", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, clock: SetClock) -> Iterator[Database | None]:
    """Give an open database that can be shared, or None where the adapters in memory are meant."""
    if request.param == "memory":
        yield None
        return
    with open_database(request.getfixturevalue(request.param), clock) as opened:
        yield opened


def worker() -> Holder:
    return this_process("daemon", NOON)


def joined(sharing: Sharing, holder: Holder | None = None) -> Fence:
    return sharing.lease.acquire(holder or worker(), seconds=60, shared=True)


def settled(sharing: Sharing, fences: list[Fence], numbers: range = OPEN) -> list[frozenset[int]]:
    """Let every worker look twice, as in two pulses: what is too much is given back, then what is free taken."""
    for fence in fences:
        sharing.claims.divide(fence, numbers)
    return [sharing.claims.divide(fence, numbers).mine for fence in fences]


def test_workers_do_not_exclude_each_other(sharing: Sharing) -> None:
    first, second = worker(), worker()
    fences = [joined(sharing, first), joined(sharing, second)]

    assert fences[0].name != fences[1].name
    assert fences[0].number < fences[1].number
    assert sharing.lease.current() == first
    assert joined(sharing, second) == fences[1]


def test_who_wants_the_ledger_alone_is_refused_beside_a_worker(sharing: Sharing) -> None:
    first = worker()
    joined(sharing, first)

    with pytest.raises(LeaseHeldError, match=r"a daemon .*stop it or let it finish"):
        sharing.lease.acquire(worker(), seconds=60)
    sharing.lease.release(first)
    sharing.lease.acquire(worker(), seconds=60)


def test_a_worker_is_refused_beside_who_drives_alone(sharing: Sharing, clock: SetClock) -> None:
    alone = this_process("submit", NOON)
    sharing.lease.acquire(alone, seconds=60)

    with pytest.raises(LeaseHeldError, match="a submit "):
        joined(sharing)
    clock.advance(60)
    joined(sharing)
    with pytest.raises(LeaseHeldError, match="a daemon "):
        sharing.lease.acquire(alone, seconds=60)


def test_one_worker_alone_claims_everything(sharing: Sharing) -> None:
    share = sharing.claims.divide(joined(sharing), OPEN)

    assert (share.mine, share.place, share.workers) == (frozenset(OPEN), 0, 1)


def test_nothing_open_is_nothing_to_claim(sharing: Sharing) -> None:
    assert sharing.claims.divide(joined(sharing), ()).mine == frozenset()


def test_shares_even_out_when_a_worker_joins(sharing: Sharing) -> None:
    first = joined(sharing)
    sharing.claims.divide(first, OPEN)
    second = joined(sharing)

    assert sharing.claims.divide(second, OPEN).mine == frozenset()
    kept = sharing.claims.divide(first, OPEN)
    taken = sharing.claims.divide(second, OPEN)

    assert (kept.mine, kept.place, kept.workers) == (frozenset(range(205, 211)), 0, 2)
    assert (taken.mine, taken.place, taken.workers) == (frozenset(range(211, 217)), 1, 2)


def test_a_share_is_not_changed_without_need(sharing: Sharing) -> None:
    fences = [joined(sharing) for _ in range(3)]
    shares = settled(sharing, fences)

    assert [len(share) for share in shares] == [4, 4, 4]
    assert settled(sharing, fences) == shares


def test_the_batches_of_a_worker_that_left_are_free(sharing: Sharing) -> None:
    leaver = worker()
    fences = [joined(sharing, leaver), joined(sharing)]
    settled(sharing, fences)
    sharing.lease.release(leaver)

    assert sharing.claims.divide(fences[1], OPEN).mine == frozenset(OPEN)


def test_the_batches_of_a_dead_worker_are_free_and_it_cannot_append_any_more(
    sharing: Sharing, clock: SetClock
) -> None:
    paused, other = joined(sharing), worker()
    living = joined(sharing, other)
    settled(sharing, [paused, living])
    clock.advance(59)
    joined(sharing, other)
    clock.advance(1)

    share = sharing.claims.divide(living, OPEN)

    assert (share.mine, share.workers) == (frozenset(OPEN), 1)
    with pytest.raises(LeaseLostError, match="start the command again"):
        sharing.store.append([new("batch-205", 1)], fence=paused)
    with pytest.raises(LeaseLostError):
        sharing.claims.divide(paused, OPEN)
    assert sharing.store.append([new("batch-205", 1)], fence=living)[0].position == 1


def test_a_paused_worker_that_nobody_missed_goes_on(sharing: Sharing, clock: SetClock) -> None:
    holder = worker()
    fence = joined(sharing, holder)
    clock.advance(3600)

    assert sharing.claims.divide(fence, OPEN).mine == frozenset(OPEN)
    assert joined(sharing, holder) == fence


def test_a_worker_that_comes_back_after_it_was_given_up_is_another_one(sharing: Sharing, clock: SetClock) -> None:
    holder = worker()
    before = joined(sharing, holder)
    clock.advance(60)
    sharing.claims.divide(joined(sharing), OPEN)

    after = joined(sharing, holder)

    assert after.name == before.name
    assert after.number > before.number
    with pytest.raises(LeaseLostError):
        sharing.claims.divide(before, OPEN)


def test_batches_that_are_closed_or_new_change_the_share(sharing: Sharing) -> None:
    fences = [joined(sharing), joined(sharing)]
    settled(sharing, fences)

    shares = settled(sharing, fences, range(211, 225))

    assert frozenset.union(*shares) == frozenset(range(211, 225))
    assert [len(share) for share in shares] == [7, 7]


def test_a_worker_that_is_behind_takes_nothing_away_that_it_does_not_know_of(sharing: Sharing) -> None:
    ahead, behind = joined(sharing), joined(sharing)
    settled(sharing, [ahead, behind])

    newest = sharing.claims.divide(ahead, range(205, 225)).mine
    sharing.claims.divide(behind, OPEN)

    assert sharing.claims.divide(ahead, range(205, 225)).mine == newest


@given(steps=st.lists(st.tuples(st.integers(0, 3), st.sets(st.integers(1, 30))), max_size=30))
def test_no_two_hold_one_batch_whatever_they_know(steps: list[tuple[int, set[int]]]) -> None:
    lease = MemoryLease(SetClock())
    claims = MemoryClaims(lease)
    fences = [lease.acquire(worker(), seconds=60, shared=True) for _ in range(4)]
    held: dict[int, frozenset[int]] = {}
    for who, numbers in steps:
        share = claims.divide(fences[who], numbers)
        assert share.mine <= numbers
        assert len(share.mine) <= -(-len(numbers) // 4)
        held[who] = share.mine
        assert sum(map(len, held.values())) == len(frozenset().union(*held.values()))


@pytest.mark.postgres
def test_no_two_hold_one_batch_when_all_divide_at_once(postgres_url: str) -> None:
    clock, numbers, workers, rounds = SetClock(), range(1, 101), 4, 12
    together = Barrier(workers)

    def divide(_: int) -> list[frozenset[int]]:
        with open_database(postgres_url, clock) as database:
            fence = database.lease.acquire(worker(), seconds=60, shared=True)
            shares = []
            for turn in range(rounds):
                together.wait(30)
                # What is open shrinks, so that everybody gives back, deletes and claims at the same time.
                shares.append(database.claims.divide(fence, numbers[turn:]).mine)
            return shares

    with ThreadPoolExecutor(workers) as pool:
        everybody = list(pool.map(divide, range(workers)))

    for turn, shares in enumerate(zip(*everybody, strict=True)):
        assert sum(map(len, shares)) == len(frozenset().union(*shares)), turn
    assert frozenset().union(*(shares[-1] for shares in everybody)) == frozenset(numbers[rounds - 1 :])


@pytest.mark.postgres
def test_a_locked_row_is_passed_over_and_not_waited_for(postgres_url: str) -> None:
    with open_database(postgres_url, SetClock()) as database:
        leaver = worker()
        database.claims.divide(database.lease.acquire(leaver, seconds=60, shared=True), OPEN)
        database.lease.release(leaver)
        access = Access(create(parse(postgres_url), durable=False), "ledger")
        fence = database.lease.acquire(worker(), seconds=60, shared=True)
        with access.writing() as connection:
            connection.exec_driver_sql("SELECT * FROM claims WHERE number = 207 FOR UPDATE")

            assert database.claims.divide(fence, OPEN).mine == frozenset(OPEN) - {207}

        assert database.claims.divide(fence, OPEN).mine == frozenset(OPEN)
        access.close()


@pytest.mark.postgres
def test_a_look_that_changes_nothing_writes_nothing_and_closed_batches_leave_no_row(postgres_url: str) -> None:
    access = Access(create(parse(postgres_url), durable=False), "ledger")

    def rows() -> list[tuple[object, ...]]:
        with access.reading() as connection:
            return [tuple(row) for row in connection.exec_driver_sql("SELECT number, xmin::text FROM claims")]

    with open_database(postgres_url, SetClock()) as database:
        fence = database.lease.acquire(worker(), seconds=60, shared=True)
        database.claims.divide(fence, OPEN)
        before = rows()
        database.claims.divide(fence, OPEN)
        assert rows() == before

        database.claims.divide(fence, ())
        assert rows() == []
    access.close()


def test_sqlite_is_driven_by_one_alone(sqlite_url: str) -> None:
    with (
        open_database(sqlite_url, SetClock()) as database,
        pytest.raises(RefusedError, match=r"share a ledger on PostgreSQL alone.* without --shared"),
    ):
        database.lease.acquire(worker(), seconds=60, shared=True)


def test_the_first_worker_that_lives_is_the_one_on_show(sharing: Sharing) -> None:
    gone = msgspec.structs.replace(worker(), pid=2**22 - 1)
    joined(sharing, gone)
    second = worker()
    joined(sharing, second)

    assert sharing.lease.current() == second
