"""A wave as its plans left it, or as an older process did."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from core.wave.course_events import (
    CourseEvent,
    WaveAccepted,
    WaveApproved,
    WaveAssessed,
    WaveFoundRunning,
    WaveRejected,
    WaveStarted,
)
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
from core.wave.lifecycle import Status
from core.wave.request_events import RequestEvent
from core.wave.score_events import ScoreEvent

if TYPE_CHECKING:
    from core.wave.events import RequestTerms, WaveEvent


DECIDED = {Status.ACCEPTED, Status.REJECTED}


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

    `status` is where the wave stands. `plan_version` is the version of the last plan's event, or of that for
    missing pairs, and `approved` says that it is approved. `found` is set as long as its batches' histories alone
    tell that the wave runs, and says by which. `assessed` and `decision` are the latest ones.
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
    status: Status = Status.UNPLANNED
    plan_version: int = 0
    approved: bool = False
    found: str = ""
    assessed: WaveAssessed | None = None
    decision: WaveAccepted | WaveRejected | None = None

    @property
    def name(self) -> str:
        """What sentences call it."""
        return f"wave {self.wave}"

    @property
    def depends_on(self) -> int | None:
        """The wave that has to be accepted before this one is sent; None for none."""
        return self.plan.depends_on if self.plan else None

    @property
    def accepted(self) -> bool:
        """Whether it was accepted last, whatever was planned of it since."""
        return isinstance(self.decision, WaveAccepted)

    @property
    def verdict(self) -> str:
        """The last assessment's verdict, "" where there is none."""
        return self.assessed.verdict if self.assessed else ""

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
    """Return the wave after `event`; a new plan has to be approved and released anew."""
    version = wave.version + 1
    replace = msgspec.structs.replace
    if isinstance(event, ScoreEvent | RequestEvent):
        return replace(wave, version=version)
    match event:
        case WavePlanned():
            return Wave(
                wave=event.wave,
                version=version,
                revision=event.revision,
                plan=event,
                status=Status.PLANNED,
                plan_version=version,
            )
        case WaveReleased():
            return replace(wave, version=version, released=True, held="")
        case WaveHeld(reason=reason):
            return replace(wave, version=version, released=False, held=reason)
        case FormCompared(form=form):
            return replace(wave, version=version, form=form)
        case WaveAdopted():
            status = wave.status if wave.adopted else Status.ADOPTED
            return replace(wave, version=version, revision=event.revision, adopted=event, status=status)
        case JobsListed(source=source, sha256=sha256, loose=loose):
            lists = (*wave.lists, (source, sha256))
            return replace(wave, version=version, lists=lists, loose=tuple(dict.fromkeys((*wave.loose, *loose))))
        case WaveReplanned(batches=batches):
            return replace(
                wave,
                version=version,
                replanned=event,
                repairs=tuple(dict.fromkeys((*wave.repairs, *batches))),
                released=False,
                held="",
                status=Status.PLANNED,
                plan_version=version,
                approved=False,
            )
        case _:
            return replace(_on_course(wave, event), version=version)


def _on_course(wave: Wave, event: CourseEvent) -> Wave:
    replace = msgspec.structs.replace
    match event:
        case WaveApproved():
            return replace(wave, status=Status.APPROVED, approved=True)
        case WaveStarted():
            return replace(wave, status=Status.RUNNING)
        case WaveFoundRunning():
            return replace(wave, status=Status.RUNNING, approved=True, found="")
        case WaveAssessed():
            status = wave.status if wave.status in DECIDED else Status.ASSESSED
            return replace(wave, status=status, assessed=event)
        case WaveAccepted():
            return replace(wave, status=Status.ACCEPTED, decision=event)
        case WaveRejected():
            return replace(wave, status=Status.REJECTED, decision=event)


def found_running(wave: Wave, batch: str) -> Wave:
    """Return a wave of which a batch was submitted: one merely planned was sent before approvals were asked for.

    `batch` is how sentences call it. A plan for missing pairs says nothing of what was sent before it.
    """
    if wave.status is not Status.PLANNED or wave.adopted is not None:
        return wave
    found = f"{batch} was sent before waves had to be approved"
    return msgspec.structs.replace(wave, status=Status.RUNNING, approved=True, found=found)
