"""A wave as its plans left it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.wave.events import Form, FormCompared, PlannedSource, WaveHeld, WavePlanned, WaveReleased

if TYPE_CHECKING:
    from core.wave.events import WaveEvent


class Wave(msgspec.Struct, frozen=True, gc=False):
    """What a decision about a wave needs to know; `plan` is the latest one.

    `released` says that all of it may be sent, `held` why it waits for a person; `form` is that of its files.
    """

    wave: int
    version: int = 0
    revision: int = 0
    plan: WavePlanned | None = None
    released: bool = False
    held: str = ""
    form: Form | None = None

    @property
    def sources(self) -> tuple[PlannedSource, ...]:
        """The sources of the latest plan."""
        return self.plan.sources if self.plan else ()

    @property
    def batches(self) -> tuple[int, ...]:
        """The batch numbers of the latest plan."""
        return self.plan.batches if self.plan else ()


def evolve(wave: Wave, event: WaveEvent) -> Wave:
    """Return the wave after `event`; a new plan has to be released anew."""
    version = wave.version + 1
    match event:
        case WavePlanned():
            return Wave(wave=event.wave, version=version, revision=event.revision, plan=event)
        case WaveReleased():
            return msgspec.structs.replace(wave, version=version, released=True, held="")
        case WaveHeld(reason=reason):
            return msgspec.structs.replace(wave, version=version, released=False, held=reason)
        case FormCompared(form=form):
            return msgspec.structs.replace(wave, version=version, form=form)
