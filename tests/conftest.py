"""Fixtures that more than one tier of tests uses: an emulator on a clock that jumps, and its address."""

from __future__ import annotations

import contextlib
import signal
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.emulator.emulator import Emulator
from adapters.emulator.server import serving
from adapters.emulator.settings import EmulatorSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest_plugins = ["tests.ledgers"]

# A shell that runs the suite in the background has it, and every command that it starts, ignore Ctrl-C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


class JumpingClock:
    """The wall clock, which a test can put forward."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def jump(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)


@pytest.fixture
def emulator_clock() -> JumpingClock:
    return JumpingClock()


@pytest.fixture
def emulator_settings() -> EmulatorSettings:
    """Override this to give the emulator a folder or other times; jobs take 0.2 s here."""
    return EmulatorSettings(port=0, pending_seconds=0.0, running_seconds=0.2)


@pytest.fixture
def emulator(emulator_settings: EmulatorSettings, emulator_clock: JumpingClock) -> Iterator[Emulator]:
    """Give the emulator itself, in memory and without HTTP."""
    with contextlib.closing(Emulator(emulator_settings, emulator_clock)) as emulator:
        yield emulator


@pytest.fixture
def emulator_url(emulator: Emulator, emulator_settings: EmulatorSettings) -> Iterator[str]:
    """Give the base URL of the same emulator, served over HTTP from a thread."""
    with serving(emulator, emulator_settings) as url:
        yield url
