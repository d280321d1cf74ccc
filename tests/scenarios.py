"""An emulator with a scenario, in memory and on a clock that stands until it is put forward."""

from __future__ import annotations

import io
import json
import weakref
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from adapters.emulator.emulator import Emulator
from adapters.emulator.provider import EmulatedProvider
from adapters.emulator.quotas import Quotas
from adapters.emulator.scenario import scenario_of
from adapters.emulator.settings import EmulatorSettings

if TYPE_CHECKING:
    from core.provider import Job

MODEL = "gemini-2.5-flash"
PENDING, RUNNING = 60.0, 600.0
LONG_ENOUGH = PENDING + RUNNING + 1


class StandingClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self._now = datetime(2026, 11, 2, tzinfo=UTC)

    def now(self) -> datetime:
        return self._now

    def jump(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


class Troubled:
    """An emulator in memory with a scenario, and what a test does with it."""

    def __init__(self, scenario: str = "", quotas: Quotas | None = None) -> None:
        self.clock = StandingClock()
        settings = EmulatorSettings(
            pending_seconds=PENDING,
            running_seconds=RUNNING,
            scenario=scenario_of(scenario, "the test's"),
            quotas=quotas or Quotas(),
        )
        self.emulator = Emulator(settings, self.clock)
        weakref.finalize(self, self.emulator.close)
        self.provider = EmulatedProvider(self.emulator)

    def submit(self, display_name: str = "j1", rows: int = 4) -> Job:
        """Upload so many rows with keys r1, r2, … and create a job of them."""
        file = self.provider.upload(io.BytesIO(batch_lines(rows)), display_name=display_name)
        return self.provider.create(model=MODEL, input_file=file.name, display_name=display_name)

    def ended(self, display_name: str = "j1", rows: int = 4) -> Job:
        """Submit a job, let the time of an untroubled one pass, and return how it then stands."""
        job = self.submit(display_name, rows)
        self.clock.jump(LONG_ENOUGH)
        return self.provider.get(job.name)

    def lines(self, job: Job) -> list[dict[str, Any]]:
        """Download a job's result."""
        sink = io.BytesIO()
        self.provider.download(job, sink)
        return [json.loads(line) for line in sink.getvalue().splitlines()]

    def faults(self) -> dict[str, int]:
        """Return the faults counted so far."""
        return dict(self.emulator.stats()["faults"])


def batch_lines(rows: int) -> bytes:
    """Return a batch file of so many rows, each with one pair to refine."""
    return b"".join(json.dumps(_row(number)).encode() + b"\n" for number in range(1, rows + 1))


def _row(number: int) -> dict[str, Any]:
    pair = {"pair_id": f"p{number}", "question": f"What is {number}?", "answer": f"It is {number}, a number."}
    text = "Q&A PAIRS TO REFINE:\n" + json.dumps([pair])
    return {"key": f"r{number}", "request": {"contents": [{"parts": [{"text": text}]}]}}
