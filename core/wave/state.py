"""A wave as its plans left it."""

from __future__ import annotations

import msgspec

from core.wave.events import PlannedSource, WavePlanned  # noqa: TC001 - msgspec reads the annotations at run time


class Wave(msgspec.Struct, frozen=True, gc=False):
    """What a decision about a wave needs to know; `plan` is the latest one."""

    wave: int
    version: int = 0
    revision: int = 0
    plan: WavePlanned | None = None

    @property
    def sources(self) -> tuple[PlannedSource, ...]:
        """The sources of the latest plan."""
        return self.plan.sources if self.plan else ()

    @property
    def batches(self) -> tuple[int, ...]:
        """The batch numbers of the latest plan."""
        return self.plan.batches if self.plan else ()


def evolve(wave: Wave, event: WavePlanned) -> Wave:
    """Return the wave after `event`."""
    return Wave(wave=event.wave, version=wave.version + 1, revision=event.revision, plan=event)
