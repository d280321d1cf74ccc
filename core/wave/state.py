"""A wave as its plans left it, or as an older process did."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from core.wave.events import (
    Form,
    FormCompared,
    JobsListed,
    LooseClaim,
    PlannedSource,
    WaveAdopted,
    WaveHeld,
    WavePlanned,
    WaveReleased,
    WaveReplanned,
)

if TYPE_CHECKING:
    from core.wave.events import RequestTerms, WaveEvent


class Extract(NamedTuple):
    """The wave's input of record: its path in the workspace, and the sha256 it has."""

    path: str
    sha256: str


class Terms(NamedTuple):
    """What the wave's requests are written by; `packing` is None in plans from before it was recorded."""

    model: str
    prompt_path: str
    prompt_sha256: str
    packing: RequestTerms | None


class Wave(msgspec.Struct, frozen=True, gc=False):
    """What a decision about a wave needs to know; `plan` is the latest one.

    `adopted` is set instead for a wave of an older process, with `lists` (source and sha256) and `loose` claims of
    jobs, and `replanned` once its missing pairs were asked for again, with all repairs that were made for it in
    `repairs`. `released` says that all of it may be sent, `held` why it waits for a person; `form` is that of its
    files.
    """

    wave: int
    version: int = 0
    revision: int = 0
    plan: WavePlanned | None = None
    adopted: WaveAdopted | None = None
    lists: tuple[tuple[str, str], ...] = ()
    loose: tuple[LooseClaim, ...] = ()
    replanned: WaveReplanned | None = None
    repairs: tuple[int, ...] = ()
    released: bool = False
    held: str = ""
    form: Form | None = None

    @property
    def sources(self) -> tuple[PlannedSource, ...]:
        """The sources of the latest plan, or the files of an adopted wave."""
        if self.adopted:
            return self.adopted.sources
        return self.plan.sources if self.plan else ()

    @property
    def batches(self) -> tuple[int, ...]:
        """The batch numbers of the latest plan, or of an adopted wave."""
        if self.adopted:
            return self.adopted.batches
        return self.plan.batches if self.plan else ()

    @property
    def to_send(self) -> tuple[int, ...]:
        """The batches that are sent for the wave, in order: of its plan, or the repairs of an adopted one."""
        return self.repairs if self.adopted else self.batches

    @property
    def extract(self) -> Extract | None:
        """The wave's input of record, None for one that has none."""
        origin = self.adopted or self.plan
        return Extract(origin.extract_path, origin.extract_sha256) if origin else None

    @property
    def terms(self) -> Terms | None:
        """What its requests are written by, None where nothing was ever planned to be sent."""
        if self.replanned:
            last = self.replanned
            return Terms(last.model, last.prompt_path, last.prompt_sha256, last.packing)
        if self.plan:
            return Terms(
                self.plan.model, self.plan.prompt_path, self.plan.prompt_sha256, self.plan.settings.packing
            )
        return None


def evolve(wave: Wave, event: WaveEvent) -> Wave:
    """Return the wave after `event`; a new plan has to be released anew."""
    version = wave.version + 1
    replace = msgspec.structs.replace
    match event:
        case WavePlanned():
            return Wave(wave=event.wave, version=version, revision=event.revision, plan=event)
        case WaveReleased():
            return replace(wave, version=version, released=True, held="")
        case WaveHeld(reason=reason):
            return replace(wave, version=version, released=False, held=reason)
        case FormCompared(form=form):
            return replace(wave, version=version, form=form)
        case WaveAdopted():
            return replace(wave, version=version, revision=event.revision, adopted=event)
        case JobsListed(source=source, sha256=sha256, loose=loose):
            lists = (*wave.lists, (source, sha256))
            return replace(wave, version=version, lists=lists, loose=tuple(dict.fromkeys((*wave.loose, *loose))))
        case WaveReplanned(batches=batches):
            repairs = tuple(dict.fromkeys((*wave.repairs, *batches)))
            return replace(wave, version=version, replanned=event, repairs=repairs, released=False, held="")
