from __future__ import annotations

import pytest

from adapters.memory.lease import MemoryLease
from adapters.process import this_process
from cli.keeping import Keeper, Outage
from core.errors import LeaseHeldError, LeaseLostError
from core.ports import Fence
from tests.ledgers import NOON, SetClock


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def lease(clock: SetClock) -> MemoryLease:
    return MemoryLease(clock)


@pytest.fixture
def keeper(lease: MemoryLease, clock: SetClock) -> Keeper:
    return keeper_of(lease, clock)


def keeper_of(lease: MemoryLease, clock: SetClock, *, shared: bool = False) -> Keeper:
    return Keeper(lease, clock, this_process("daemon", NOON), seconds=60, shared=shared)


def test_there_is_no_fence_and_nothing_holds_before_the_lease_is_taken(keeper: Keeper) -> None:
    assert keeper.fence() is None
    assert not keeper.holds()


def test_the_fence_stays_from_beat_to_beat(keeper: Keeper, clock: SetClock) -> None:
    keeper.take()
    fence = keeper.fence()
    for _ in range(5):
        clock.advance(keeper.beat_seconds)
        keeper.beat()

    assert fence == keeper.fence() == Fence("driver", 1)
    assert keeper.holds()


def test_it_holds_until_a_second_before_its_end(keeper: Keeper, clock: SetClock) -> None:
    keeper.take()
    clock.advance(58.9)
    assert keeper.holds()
    clock.advance(0.1)
    assert not keeper.holds()
    keeper.beat()
    assert keeper.holds()


def test_two_beats_fit_between_a_missed_one_and_the_end(keeper: Keeper) -> None:
    assert keeper.beat_seconds * 3 < 60


def test_a_lease_that_another_has_is_lost(keeper: Keeper, lease: MemoryLease, clock: SetClock) -> None:
    keeper.take()
    clock.advance(60)
    keeper_of(lease, clock).take()

    with pytest.raises(LeaseLostError, match=r"longer than its lease of 60 s.*a daemon \(process .* drives"):
        keeper.beat()
    assert not keeper.holds()


@pytest.mark.parametrize("shared", [False, True])
def test_a_lease_that_another_had_meanwhile_is_lost_and_left_to_others(shared: bool) -> None:  # noqa: FBT001 - a parameter
    clock = SetClock()
    lease = MemoryLease(clock)
    keeper, other = keeper_of(lease, clock, shared=shared), keeper_of(lease, clock)
    keeper.take()
    before = keeper.fence()
    clock.advance(60)
    other.take()
    other.give_back()

    with pytest.raises(LeaseLostError, match="start it again"):
        keeper.beat()

    assert keeper.fence() == before
    assert not keeper.holds()
    assert lease.current() is None


def test_a_worker_that_was_given_up_in_an_outage_may_join_again(lease: MemoryLease, clock: SetClock) -> None:
    keeper, other = keeper_of(lease, clock, shared=True), keeper_of(lease, clock, shared=True)
    keeper.take()
    clock.advance(60)
    other.take()

    keeper.take()
    keeper.beat()

    fence = keeper.fence()
    assert fence is not None
    assert (fence.number, keeper.holds()) == (3, True)


def test_who_never_had_the_lease_is_refused_and_has_not_lost_it(
    keeper: Keeper, lease: MemoryLease, clock: SetClock
) -> None:
    keeper_of(lease, clock).take()

    with pytest.raises(LeaseHeldError):
        keeper.take()


def test_an_outage_is_told_once_and_its_end_as_well() -> None:
    told: list[str] = []
    outage = Outage(told.append)
    outage.over()
    for _ in range(3):
        outage.failed(LookupError("the ledger is away"))
    outage.over()
    outage.over()

    assert told == [
        "the ledger is away; trying again until the ledger answers, and nothing is sent meanwhile",
        "the ledger answers again; going on",
    ]


def test_the_pause_of_an_outage_grows_to_half_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("cli.keeping.time.monotonic", lambda: now)
    outage = Outage(lambda _: None)
    pauses = []
    for _ in range(8):
        outage.failed(LookupError("away"))
        began = now
        while outage.resting:
            now += 0.5
        pauses.append(now - began)

    assert pauses == [1, 2, 4, 8, 16, 30, 30, 30]
    outage.over()
    assert not outage.resting
