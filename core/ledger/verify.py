"""Walks stored streams through the lifecycle again, and says where history does not follow it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.batch import events as e
from core.batch.folding import evolve
from core.batch.lifecycle import Trigger, follow
from core.batch.state import Batch
from core.errors import RefusedError
from core.ledger.streams import batch_number, wave_number
from core.wave.events import WavePlanned
from core.wave.state import Wave
from core.wave.state import evolve as evolve_wave

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.batch.events import BatchEvent
    from core.ledger.recorded import Recorded

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
            if isinstance(recorded.event, WavePlanned) and recorded.event.revision != wave.revision + 1:
                faults.append(_fault(recorded, f"revision {recorded.event.revision} follows {wave.revision}"))
            wave = evolve_wave(wave, recorded.event)
        else:
            faults.append(_fault(recorded, "the stream belongs to no batch and no wave"))
    return faults


def _judge(batch: Batch, event: BatchEvent) -> list[str]:
    """Return what the lifecycle and the accounts have to say against this event."""
    reasons: list[str] = []
    trigger = TRIGGERS.get(type(event))
    if trigger is not None:
        try:
            reached = follow(batch.name, batch.status, trigger)
        except RefusedError as refusal:
            reasons.append(str(refusal))
        else:
            after = evolve(batch, event).status
            if after is not reached:
                reasons.append(f"{batch.name} became {after.value} where the lifecycle leads to {reached.value}")
    match event:
        case e.BatchSubmitted() if not batch.intent_open:
            reasons.append(f"{batch.name} has job {event.job_name} without an intent recorded before it")
        case e.AnswersRead() if event.refined + len(event.unrefined) != batch.pairs:
            reasons.append(f"{batch.name} has {batch.pairs} pairs and another number of verdicts")
        case _:
            pass
    return reasons


def _fault(recorded: Recorded, reason: str) -> Fault:
    return Fault(position=recorded.position, stream=recorded.stream, version=recorded.version, reason=reason)
