"""What the emulator can be told when it starts."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - msgspec reads the annotations at run time

import msgspec

from adapters.emulator.quotas import Quotas
from adapters.emulator.scenario import Scenario
from adapters.emulator.truth import Truth
from core.errors import BadInputError


class EmulatorSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where the emulator listens, where it keeps its state and how fast its jobs pass.

    `port` 0 takes any free port; `folder` None keeps everything in memory and forgets it at the end. A job waits
    `pending_seconds` and then runs `running_seconds` by the emulator's clock, of which `speed` seconds pass in
    each second of the wall clock; with `drivable_clock` a client may put that clock forward. The `scenario` says
    which trouble it makes; a limit in `quotas` comes before the scenario's own. The `truth` says what exists when
    it starts.
    Raises BadInputError for times that cannot be.
    """

    host: str = "127.0.0.1"
    port: int = 8086
    folder: Path | None = None
    pending_seconds: float = 2.0
    running_seconds: float = 8.0
    speed: float = 1.0
    scenario: Scenario = Scenario()
    quotas: Quotas = Quotas()
    drivable_clock: bool = False
    truth: Truth = Truth()

    def __post_init__(self) -> None:
        """Refuse a clock that stands still and durations below zero."""
        if self.speed <= 0:
            raise BadInputError(f"the emulator's speed is {self.speed:g}; give a number above 0, 1 is real time")
        if min(self.pending_seconds, self.running_seconds) < 0:
            raise BadInputError("the emulator's pending and running seconds cannot be negative; give 0 or more")
