"""Walks stored streams through the lifecycle again, and says where history does not follow it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.batch import adopted_events as a
from core.batch import events as e
from core.batch.folding import evolve
from core.batch.lifecycle import Trigger, follow
from core.batch.state import Batch
from core.corpus.history import CorpusHistory, unfounded
from core.corpus.history import evolve as evolve_corpus
from core.errors import RefusedError
from core.ledger.streams import CORPUS, batch_number, wave_number
from core.wave import course_events as w
from core.wave.course import overrules
from core.wave.events import WaveAdopted, WavePlanned, WaveReplanned
from core.wave.lifecycle import Trigger as WaveTrigger
from core.wave.lifecycle import follow as follow_wave
from core.wave.state import Wave
from core.wave.state import evolve as evolve_wave

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from enum import Enum

    from core.batch.events import BatchEvent
    from core.ledger.recorded import Recorded
    from core.wave.events import WaveEvent

#: The trigger that an event stands for; events that are not here leave the status as it is.
TRIGGERS: dict[type[object], Trigger] = {
    e.BatchPlanned: Trigger.PLAN,
    e.BatchWithdrawn: Trigger.WITHDRAW,
    e.BatchWritten: Trigger.WRITE,
    e.BatchSubmitted: Trigger.SUBMIT,
    e.BatchProcessing: Trigger.PROCESS,
    e.BatchSucceeded: Trigger.SUCCEED,
    e.BatchFailed: Trigger.FAIL,
    e.BatchDownloaded: Trigger.DOWNLOAD,
    e.BatchRetried: Trigger.RETRY,
    a.BatchAdopted: Trigger.ADOPT,
    a.JobAdopted: Trigger.FIND,
    a.RefinedAdopted: Trigger.TAKE,
}

WAVE_TRIGGERS: dict[type[object], WaveTrigger] = {
    WavePlanned: WaveTrigger.PLAN,
    WaveAdopted: WaveTrigger.ADOPT,
    WaveReplanned: WaveTrigger.REPLAN,
    w.WaveApproved: WaveTrigger.APPROVE,
    w.WaveStarted: WaveTrigger.START,
    w.WaveFoundRunning: WaveTrigger.FIND,
    w.WaveAssessed: WaveTrigger.ASSESS,
    w.WaveAccepted: WaveTrigger.ACCEPT,
    w.WaveRejected: WaveTrigger.REJECT,
}


class Fault(msgspec.Struct, frozen=True):
    """An event that does not follow from the ones before it: where it stands and what is wrong.

    What concerns the ledger as a whole has "" for a stream, and version 0.
    """

    position: int
    stream: str
    version: int
    reason: str


def verify_stream(events: Iterable[Recorded]) -> list[Fault]:
    """Return every fault of one stream, read in order of versions; an empty list for a sound history."""
    faults: list[Fault] = []
    batch: Batch | None = None
    wave: Wave | None = None
    corpus = CorpusHistory()
    for version, recorded in enumerate(events, start=1):
        if recorded.version != version:
            faults.append(
                _fault(recorded, f"version {version} was expected here, version {recorded.version} stands")
            )
        if (number := batch_number(recorded.stream)) is not None:
            batch = batch or Batch(number=number)
            faults += [_fault(recorded, reason) for reason in _judge(batch, recorded.event)]
            batch = evolve(batch, recorded.event)
        elif (number := wave_number(recorded.stream)) is not None:
            wave = wave or Wave(wave=number)
            faults += [_fault(recorded, reason) for reason in _judge_wave(wave, recorded.event)]
            wave = evolve_wave(wave, recorded.event)
        elif recorded.stream == CORPUS:
            faults += [_fault(recorded, reason) for reason in [unfounded(corpus, recorded.event)] if reason]
            corpus = evolve_corpus(corpus, recorded.event)
        else:
            faults.append(_fault(recorded, "the stream belongs to no batch, no wave and no corpus"))
    return faults


def _strayed(name: str, follow_on: Callable[[], Enum], become: Callable[[], Enum]) -> list[str]:
    """Return why what became of a batch or wave is not what its lifecycle leads to, nothing where it is."""
    try:
        reached = follow_on()
    except RefusedError as refusal:
        return [str(refusal)]
    after = become()
    return (
        [] if after is reached else [f"{name} became {after.value} where the lifecycle leads to {reached.value}"]
    )


def _judge(batch: Batch, event: BatchEvent) -> list[str]:
    """Return what the lifecycle and the accounts have to say against this event."""
    reasons: list[str] = []
    trigger = TRIGGERS.get(type(event))
    if trigger is not None:
        reasons += _strayed(
            batch.name, lambda: follow(batch.name, batch.status, trigger), lambda: evolve(batch, event).status
        )
    match event:
        case e.BatchSubmitted() if not batch.intent_open:
            reasons.append(f"{batch.name} has job {event.job_name} without an intent recorded before it")
        case e.AnswersRead() if event.refined + len(event.unrefined) != batch.pairs:
            reasons.append(f"{batch.name} has {batch.pairs} pairs and another number of verdicts")
        case _:
            pass
    return reasons


def _judge_wave(wave: Wave, event: WaveEvent) -> list[str]:
    """Return what the wave's lifecycle has to say against this event, and what it says of its past wrongly."""
    reasons: list[str] = []
    trigger = trigger_of(wave, event)
    if trigger is not None:
        reasons += _strayed(
            wave.name,
            lambda: follow_wave(wave.name, wave.status, trigger),
            lambda: evolve_wave(wave, event).status,
        )
    match event:
        case WavePlanned() if event.revision != wave.revision + 1:
            reasons.append(f"revision {event.revision} follows {wave.revision}")
        case w.WaveApproved() if event.plan_version != wave.plan_version:
            reasons.append(
                f"version {event.plan_version} was approved, and the last plan is version {wave.plan_version}"
            )
        case w.WaveAccepted() | w.WaveRejected() if trigger is not None:
            if (event.verdict, event.overruled) != (wave.verdict, overrules(trigger, wave.verdict)):
                reasons.append(f"the verdict on {wave.name} was {wave.verdict or 'none'!r}, and another is named")
        case _:
            pass
    return reasons


def trigger_of(wave: Wave, event: WaveEvent) -> WaveTrigger | None:
    """Return what an event pulls; more found of a wave that is adopted already leaves its status as it is."""
    if isinstance(event, WaveAdopted) and wave.adopted is not None:
        return None
    return WAVE_TRIGGERS.get(type(event))


def _fault(recorded: Recorded, reason: str) -> Fault:
    return Fault(position=recorded.position, stream=recorded.stream, version=recorded.version, reason=reason)
