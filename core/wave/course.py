"""Judges what is asked of a wave on its way: approved, started, assessed, accepted or rejected."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotations at run time
from typing import TYPE_CHECKING

import msgspec

from core.errors import RefusedError
from core.wave.course_events import (
    WaveAccepted,
    WaveApproved,
    WaveAssessed,
    WaveFoundRunning,
    WaveRejected,
    WaveStarted,
)
from core.wave.lifecycle import Status, Trigger, follow

if TYPE_CHECKING:
    from core.wave.course_events import CourseEvent
    from core.wave.state import Wave

GOOD, NOT_GOOD, UNDECIDED = "good", "not good", "undecided"
#: The verdicts that a decision follows from; against any other, or without one, it overrules the gate.
FOLLOWS = {Trigger.ACCEPT: {GOOD}, Trigger.REJECT: {NOT_GOOD, UNDECIDED}}


class ApproveWave(msgspec.Struct, frozen=True):
    """Let the plan be sent that stands at this version of the wave's stream, for what it is expected to cost."""

    reason: str
    plan_version: int
    expected_usd: float
    at: datetime


class StartWave(msgspec.Struct, frozen=True):
    """The first of the wave is about to be submitted."""

    at: datetime


class AssessWave(msgspec.Struct, frozen=True):
    """The wave was judged by rule."""

    assessed: WaveAssessed


class AcceptWave(msgspec.Struct, frozen=True):
    """The next wave may be paid for."""

    reason: str
    at: datetime


class RejectWave(msgspec.Struct, frozen=True):
    """Neither the rest of this wave nor the next one may be paid for."""

    reason: str
    at: datetime


CourseCommand = ApproveWave | StartWave | AssessWave | AcceptWave | RejectWave


def decide_course(wave: Wave, command: CourseCommand) -> list[CourseEvent]:
    """Return what follows for the wave; nothing when it is so already.

    What its batches alone tell of it (`wave.found`) is put on record first. Raises RefusedError where the
    lifecycle has no such way, for a decision without a reason, and for the approval of a plan that is not the
    last one.
    """
    match command:
        case ApproveWave():
            events = _approve(wave, command)
        case StartWave(at=at):
            events = _start(wave, at)
        case AssessWave(assessed=assessed):
            events = _assess(wave, assessed)
        case AcceptWave() | RejectWave():
            events = _judge(wave, command)
    at = command.assessed.at if isinstance(command, AssessWave) else command.at
    found: list[CourseEvent] = [WaveFoundRunning(reason=wave.found, at=at)] if wave.found else []
    return [*found, *events] if events or isinstance(command, StartWave) else []


def _approve(wave: Wave, command: ApproveWave) -> list[CourseEvent]:
    if wave.approved:
        return []
    follow(wave.name, wave.status, Trigger.APPROVE)
    if command.plan_version != wave.plan_version:
        raise RefusedError(
            f"{wave.name} was planned again meanwhile; look at the new plan, then run `batchmill approve --wave "
            f"{wave.wave}` again"
        )
    if not command.reason.strip():
        raise RefusedError(f"say why {wave.name} is approved, with --reason")
    return [WaveApproved(command.reason, wave.revision, command.plan_version, command.expected_usd, command.at)]


def _start(wave: Wave, at: datetime) -> list[CourseEvent]:
    if wave.approved and wave.status is not Status.APPROVED:
        return []
    follow(wave.name, wave.status, Trigger.START)
    return [WaveStarted(at)]


def _assess(wave: Wave, assessed: WaveAssessed) -> list[CourseEvent]:
    follow(wave.name, wave.status, Trigger.ASSESS)
    if assessed.verdict not in {GOOD, NOT_GOOD, UNDECIDED}:
        raise RefusedError(f"{wave.name} cannot be assessed as {assessed.verdict!r}")
    known = wave.assessed
    return [] if known and msgspec.structs.replace(assessed, at=known.at) == known else [assessed]


def _judge(wave: Wave, command: AcceptWave | RejectWave) -> list[CourseEvent]:
    accepts = isinstance(command, AcceptWave)
    trigger, reached = (Trigger.ACCEPT, Status.ACCEPTED) if accepts else (Trigger.REJECT, Status.REJECTED)
    if wave.status is reached:
        return []
    follow(wave.name, wave.status, trigger)
    if not command.reason.strip():
        raise RefusedError(f"say why {wave.name} is {reached.value}, with --reason")
    event, opposite = (WaveAccepted, WaveRejected) if accepts else (WaveRejected, WaveAccepted)
    return [
        event(
            reason=command.reason,
            verdict=wave.verdict,
            overruled=overrules(trigger, wave.verdict),
            reverses=isinstance(wave.decision, opposite),
            at=command.at,
        )
    ]


def overrules(trigger: Trigger, verdict: str) -> bool:
    """Whether a decision (accept or reject) does not follow from a verdict, or from none ("")."""
    return verdict not in FOLLOWS[trigger]
