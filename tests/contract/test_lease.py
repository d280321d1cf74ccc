from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import msgspec
import pytest

from adapters.process import is_dead, this_process
from core.errors import LeaseHeldError
from tests.ledgers import NOON, SetClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.ports import Holder, Lease

replace = msgspec.structs.replace


@pytest.fixture
def daemon() -> Holder:
    """Give this very process, which is certainly alive."""
    return this_process("daemon", NOON)


@pytest.fixture
def submit() -> Holder:
    """Give the same process in another role, with a token of its own."""
    return this_process("submit", NOON)


@pytest.fixture
def unburied() -> Iterator[int]:
    """Give the id of a process that has ended and whose parent has not asked about it."""
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        yield child.pid


def dead(holder: Holder) -> Holder:
    """Return the holder as if it had been a process that has ended and is gone."""
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        pass
    return replace(holder, pid=child.pid, token="of-the-dead")  # noqa: S106 - a name, no secret


def test_nobody_holds_a_new_lease(lease: Lease) -> None:
    assert lease.current() is None


def test_the_lease_is_held_by_who_acquired_it(lease: Lease, daemon: Holder) -> None:
    lease.acquire(daemon, seconds=60)

    assert lease.current() == daemon


def test_another_is_refused_and_told_who_holds_it(lease: Lease, daemon: Holder, submit: Holder) -> None:
    lease.acquire(daemon, seconds=60)

    with pytest.raises(LeaseHeldError) as refusal:
        lease.acquire(submit, seconds=60)

    sentence = str(refusal.value)
    assert sentence.startswith(f"a daemon (process {daemon.pid} on {daemon.host}, since 2026-11-02T12:00:00Z)")
    assert "stop it" in sentence
    assert lease.current() == daemon


def test_an_errand_that_drives_is_named_with_its_article(lease: Lease, daemon: Holder, submit: Holder) -> None:
    lease.acquire(msgspec.structs.replace(daemon, kind="errand"), seconds=60)

    with pytest.raises(LeaseHeldError, match=r"^an errand \(process "):
        lease.acquire(submit, seconds=60)


def test_a_holder_renews_its_lease(lease: Lease, clock: SetClock, daemon: Holder, submit: Holder) -> None:
    lease.acquire(daemon, seconds=60)
    clock.advance(50)
    lease.acquire(daemon, seconds=60)
    clock.advance(50)

    with pytest.raises(LeaseHeldError):
        lease.acquire(submit, seconds=60)


def test_a_lease_that_has_run_out_is_taken_over(
    lease: Lease, clock: SetClock, daemon: Holder, submit: Holder
) -> None:
    lease.acquire(daemon, seconds=60)
    clock.advance(60)

    assert lease.current() is None
    lease.acquire(submit, seconds=60)
    assert lease.current() == submit
    with pytest.raises(LeaseHeldError, match="a submit "):
        lease.acquire(daemon, seconds=60)


def test_a_lease_that_has_run_out_may_be_renewed_when_nobody_took_it(
    lease: Lease, clock: SetClock, daemon: Holder
) -> None:
    lease.acquire(daemon, seconds=60)
    clock.advance(600)

    lease.acquire(daemon, seconds=60)

    assert lease.current() == daemon


def test_the_lease_of_a_dead_process_is_taken_over_at_once(lease: Lease, daemon: Holder) -> None:
    lease.acquire(dead(daemon), seconds=3600)

    assert lease.current() is None
    lease.acquire(daemon, seconds=60)
    assert lease.current() == daemon


def test_the_lease_of_another_machine_is_only_ever_outwaited(
    lease: Lease, clock: SetClock, daemon: Holder
) -> None:
    lease.acquire(replace(dead(daemon), host="another-mill"), seconds=60)

    with pytest.raises(LeaseHeldError, match="on another-mill"):
        lease.acquire(daemon, seconds=60)
    clock.advance(61)
    lease.acquire(daemon, seconds=60)


def test_a_released_lease_is_free(lease: Lease, daemon: Holder, submit: Holder) -> None:
    lease.acquire(daemon, seconds=60)
    lease.release(daemon)

    assert lease.current() is None
    lease.acquire(submit, seconds=60)


def test_who_does_not_hold_the_lease_cannot_give_it_back(lease: Lease, daemon: Holder, submit: Holder) -> None:
    lease.acquire(daemon, seconds=60)

    lease.release(submit)

    assert lease.current() == daemon


def test_of_many_at_once_one_gets_the_lease(lease: Lease) -> None:
    def take(_: int) -> bool:
        try:
            lease.acquire(this_process("submit", NOON), seconds=60)
        except LeaseHeldError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(take, range(8))) == 1


def test_of_many_at_once_one_takes_over_from_the_dead(lease: Lease, daemon: Holder) -> None:
    lease.acquire(dead(daemon), seconds=3600)

    def take(_: int) -> bool:
        try:
            lease.acquire(this_process("submit", NOON), seconds=60)
        except LeaseHeldError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(take, range(8))) == 1


def test_a_process_that_ended_is_dead_even_before_its_parent_knows(daemon: Holder, unburied: int) -> None:
    assert not is_dead(daemon)
    assert is_dead(replace(daemon, pid=unburied))


def test_a_process_id_that_was_given_out_again_is_not_the_holder(daemon: Holder) -> None:
    assert is_dead(replace(daemon, started=f"{daemon.started}9"))


def test_a_process_that_belongs_to_somebody_else_is_alive(daemon: Holder, monkeypatch: pytest.MonkeyPatch) -> None:
    def not_permitted(pid: int, signal: int) -> None:
        raise PermissionError(pid, signal)

    monkeypatch.setattr(os, "kill", not_permitted)

    assert not is_dead(daemon)


def test_a_renewed_lease_keeps_its_number_even_after_it_ran_out(
    lease: Lease, clock: SetClock, daemon: Holder
) -> None:
    first = lease.acquire(daemon, seconds=60)
    clock.advance(30)
    renewed = lease.acquire(daemon, seconds=60)
    clock.advance(600)

    assert (first.name, first.number) == ("driver", 1)
    assert renewed == lease.acquire(daemon, seconds=60) == first


def test_a_lease_that_is_taken_over_gets_a_higher_number(
    lease: Lease, clock: SetClock, daemon: Holder, submit: Holder
) -> None:
    first = lease.acquire(daemon, seconds=60)
    clock.advance(60)
    second = lease.acquire(submit, seconds=60)
    clock.advance(60)

    assert first.number < second.number < lease.acquire(daemon, seconds=60).number


def test_a_number_is_not_given_out_again_after_the_lease_was_given_back(
    lease: Lease, daemon: Holder, submit: Holder
) -> None:
    numbers = []
    for holder in (daemon, submit, daemon):
        numbers.append(lease.acquire(holder, seconds=60).number)
        lease.release(holder)

    assert numbers == sorted(set(numbers))


def test_who_was_refused_has_used_up_no_number(lease: Lease, daemon: Holder, submit: Holder) -> None:
    held = lease.acquire(daemon, seconds=60)
    with pytest.raises(LeaseHeldError):
        lease.acquire(submit, seconds=60)
    lease.release(daemon)

    assert lease.acquire(submit, seconds=60).number == held.number + 1
