from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from adapters.scheduler import Loop

if TYPE_CHECKING:
    from collections.abc import Callable

#: Far more than any of these loops lives.
LONG = 3_600.0


def run(
    loop: Loop, tick: Callable[[], bool], beat: Callable[[], None] = lambda: None, *, beats: float = LONG
) -> bool:
    return loop.run(tick, beat=beat, beat_seconds=beats, grace_seconds=5.0)


def test_it_ticks_until_a_tick_says_that_it_is_done() -> None:
    loop, ticks = Loop(0.001), iter([True, True, False])

    assert run(loop, lambda: next(ticks)) is True
    assert loop.stopping
    assert list(ticks) == []


def test_the_first_tick_comes_at_once() -> None:
    assert run(Loop(LONG), lambda: False) is True


def test_what_a_tick_raises_ends_the_loop_and_reaches_the_caller() -> None:
    def tick() -> bool:
        raise LookupError("no such batch")

    with pytest.raises(LookupError, match="no such batch"):
        run(Loop(0.001), tick)


def test_a_tick_under_way_when_the_loop_is_stopped_is_the_last_and_is_waited_for() -> None:
    loop, ticks = Loop(0.001), []

    def tick() -> bool:
        ticks.append(threading.current_thread())
        loop.stop()
        return True

    assert run(loop, tick) is True
    assert len(ticks) == 1
    assert ticks[0] is not threading.main_thread()


def test_a_tick_that_does_not_end_in_time_is_left_behind() -> None:
    loop, hanging, release = Loop(0.001), threading.Event(), threading.Event()

    def tick() -> bool:
        hanging.set()
        release.wait(60)
        return True

    def stop() -> None:
        hanging.wait(60)
        loop.stop()

    stopper = threading.Thread(target=stop)
    stopper.start()
    try:
        assert loop.run(tick, beat=lambda: None, beat_seconds=LONG, grace_seconds=0.01) is False
    finally:
        release.set()
        stopper.join()


def test_no_tick_begins_while_another_runs() -> None:
    loop, running, most = Loop(0.001), [], []
    beats = threading.Event()

    def tick() -> bool:
        running.append(1)
        most.append(len(running))
        # Several ticks would have been due by the second beat.
        beats.wait(5)
        beats.clear()
        running.pop()
        return len(most) < 3

    assert run(loop, tick, beats.set, beats=0.005) is True
    assert most == [1, 1, 1]


def test_the_heart_beats_while_a_tick_takes_long() -> None:
    beaten = threading.Event()

    def tick() -> bool:
        assert beaten.wait(60)
        return False

    assert run(Loop(LONG), tick, beaten.set, beats=0.005) is True


def test_what_a_beat_raises_ends_the_loop() -> None:
    loop = Loop(LONG)

    def tick() -> bool:
        while not loop.stopping:
            threading.Event().wait(0.001)
        return True

    def beat() -> None:
        raise PermissionError("somebody else holds the lease")

    with pytest.raises(PermissionError, match="somebody else holds the lease"):
        run(loop, tick, beat, beats=0.005)


def test_a_loop_that_was_stopped_before_it_ran_does_not_tick() -> None:
    loop = Loop(0.001)
    loop.stop()
    ticks: list[int] = []

    def tick() -> bool:
        ticks.append(1)
        return False

    assert run(loop, tick) is True
    assert ticks == []
