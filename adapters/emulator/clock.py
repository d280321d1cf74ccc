"""The emulator's clock: nanoseconds since 1970, at a speed of its own, going on over restarts."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapters.emulator.rows import Rows
    from core.ports import Clock

NowNs = Callable[[], int]
"""Returns the present moment in nanoseconds since 1970-01-01 UTC."""

SECOND = 1_000_000_000
FILE_LIFETIME = 48 * 3600 * SECOND

LARGEST_STEP = 100 * 366 * 86400.0
"""Seconds by which a clock cannot be put forward at once: a century."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def fast_clock(rows: Rows, speed: float, wall: NowNs = time.time_ns) -> NowNs:
    """Return a clock of this speed that starts where the clock kept in `rows` stands now.

    While the emulator was down, its time went on at the speed it last had; a new speed counts from now, so the
    clock never jumps back and a restart without a change of speed changes nothing.
    """
    started = wall()
    anchor = rows.anchor()
    if anchor is None:
        emulated = started
    else:
        was_emulated, was_wall, was_speed = anchor
        emulated = was_emulated + int(max(0, started - was_wall) * was_speed)
    rows.set_anchor(emulated, started, speed)
    return lambda: emulated + int((wall() - started) * speed)


class DrivenClock:
    """A clock that can also be put forward, and stays so over a restart if it is kept in `rows`."""

    def __init__(self, base: NowNs, rows: Rows, speed: float) -> None:
        self._base = base
        self._rows = rows
        self._speed = speed
        self._ahead_ns = 0

    def __call__(self) -> int:
        """Return the present moment."""
        return self._base() + self._ahead_ns

    def advance(self, seconds: float) -> None:
        """Put the clock forward."""
        self._ahead_ns += int(seconds * SECOND)
        self._rows.set_anchor(self(), time.time_ns(), self._speed)


def given_clock(clock: Clock) -> NowNs:
    """Return `clock` in nanoseconds."""
    return lambda: nanoseconds(clock.now())


def nanoseconds(moment: datetime) -> int:
    """Return an aware datetime in nanoseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND * 1000


def moment(nanoseconds: int) -> datetime:
    """Return the moment as an aware datetime in UTC, cut to the microsecond."""
    return _EPOCH + timedelta(microseconds=nanoseconds // 1000)


def timestamp(nanoseconds: int) -> str:
    """Return the moment as the API writes it: RFC 3339 in UTC with nine decimals."""
    whole, fraction = divmod(nanoseconds, SECOND)
    return f"{_EPOCH + timedelta(seconds=whole):%Y-%m-%dT%H:%M:%S}.{fraction:09d}Z"
