from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.emulator.clock import SECOND, fast_clock, given_clock, moment, timestamp
from adapters.emulator.rows import Rows
from adapters.emulator.settings import EmulatorSettings
from core.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Wall:
    def __init__(self) -> None:
        self.ns = 1_700_000_000 * SECOND

    def __call__(self) -> int:
        return self.ns


@pytest.fixture
def rows() -> Iterator[Rows]:
    with contextlib.closing(Rows(None)) as rows:
        yield rows


def test_a_new_clock_starts_at_the_wall_and_passes_at_its_speed(rows: Rows) -> None:
    wall = Wall()
    start = wall.ns
    now = fast_clock(rows, 60.0, wall)
    assert now() == start

    wall.ns += 2 * SECOND

    assert now() == start + 120 * SECOND


def test_a_restart_without_a_change_of_speed_changes_nothing(rows: Rows) -> None:
    wall = Wall()
    first = fast_clock(rows, 60.0, wall)
    wall.ns += 5 * SECOND

    second = fast_clock(rows, 60.0, wall)

    assert second() == first()
    wall.ns += 5 * SECOND
    assert second() == first()


@given(st.lists(st.tuples(st.floats(0.01, 1000.0), st.integers(0, 100)), max_size=10))
def test_the_clock_never_jumps_back_whatever_its_speeds_were(lives: list[tuple[float, int]]) -> None:
    wall = Wall()
    last = wall.ns
    with contextlib.closing(Rows(None)) as rows:
        for speed, seconds in lives:
            now = fast_clock(rows, speed, wall)
            assert now() >= last - 1
            wall.ns += seconds * SECOND
            last = now()


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001 - hypothesis wants naive bounds
def test_a_given_clock_keeps_every_microsecond(instant: datetime) -> None:
    aware = instant.replace(tzinfo=UTC)

    class Fixed:
        def now(self) -> datetime:
            return aware

    assert moment(given_clock(Fixed())()) == aware


def test_a_timestamp_has_nine_decimals() -> None:
    assert timestamp(1_767_697_751_943_530_657) == "2026-01-06T11:09:11.943530657Z"


@pytest.mark.parametrize("wrong", [{"speed": 0.0}, {"pending_seconds": -1.0}, {"running_seconds": -0.5}])
def test_times_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(BadInputError):
        EmulatorSettings(**wrong)  # type: ignore[arg-type]
