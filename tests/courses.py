"""One wave's way from its plan to its acceptance for tests: commands, and what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.batch.parts import Estimate
from core.errors import RefusedError
from core.wave.course import AcceptWave, ApproveWave, AssessWave, RejectWave, StartWave
from core.wave.course_events import CriterionJudged, WaveAssessed
from core.wave.decider import AdoptWave, HoldWave, PlanWave, ReleaseWave, ReplanWave, decide_plan, decide_wave
from core.wave.events import RequestTerms, WaveAdopted, WaveReplanned
from core.wave.state import Wave, evolve
from tests.batches import MODEL, SHA
from tests.ledgers import NOON
from tests.waves import wave_planned

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.wave.decider import WaveCommand
    from core.wave.events import WaveEvent

Command = PlanWave | ApproveWave | StartWave | AssessWave | AcceptWave | RejectWave | AdoptWave | ReplanWave
Command = Command | ReleaseWave | HoldWave


def assessed(verdict: str = "good", seed: int = 7) -> WaveAssessed:
    criterion = CriterionJudged(
        name="kept",
        figure=0.97,
        threshold=0.99,
        sample=701,
        passed=verdict == "good",
        sentence="numbers are gone from 21 of 701 pairs",
        worst=("w2-s30-tvl-004",),
    )
    return WaveAssessed(verdict, (criterion,), seed, (("resamples", "400"),), None, "", "", NOON)


def adopted(sources: tuple[tuple[str, str], ...] = ()) -> WaveAdopted:
    return WaveAdopted(
        wave=2,
        revision=1 + len(sources),
        tracking="old/batch_tracking.json",
        tracking_sha256=SHA,
        claimed_batches=1,
        claimed_pairs=4,
        sources=(),
        batches=(1,),
        extract_path="wave2_extracted.json",
        extract_sha256=SHA if not sources else "b" * 64,
        findings=(),
        at=NOON,
    )


def replanned(*batches: int) -> WaveReplanned:
    return WaveReplanned(
        wave=2,
        only=("lost",),
        batches=batches,
        pairs=4 * len(batches),
        packing=RequestTerms(None, None, False, 1.0, "", 1_000_000, 65_536, 0, 75),  # noqa: FBT003 - by place
        model=MODEL,
        prompt_path="prompts/refinement.md",
        prompt_sha256="c" * 64,
        prices_dated="November 2025",
        estimate=Estimate(input_tokens=4_000, output_tokens=6_000, cost_usd=0.081),
        at=NOON,
    )


PLAN = PlanWave(wave_planned(batches=()), (), replace=True)
START = StartWave(NOON)
GOOD, BAD, OPEN = (AssessWave(assessed(verdict)) for verdict in ("good", "not good", "undecided"))
ACCEPT, REJECT = AcceptWave("it reads well", NOON), RejectWave("the numbers are gone", NOON)
ADOPT = AdoptWave(adopted())


def approve(version: int = 1) -> ApproveWave:
    return ApproveWave("the price is right", version, 0.081, NOON)


def told(commands: Iterable[Command]) -> tuple[list[WaveEvent], Wave]:
    """Return what became of wave 2; what it refuses is passed over, and plans get the revision that is next."""
    wave = Wave(wave=2)
    events: list[WaveEvent] = []
    for command in commands:
        try:
            decided = decided_of(wave, command)
        except RefusedError:
            continue
        for event in decided:
            wave = evolve(wave, event)
            events.append(event)
    return events, wave


def decided_of(wave: Wave, command: Command) -> list[WaveEvent]:
    """Return what a command leads to; an approval is of the plan that stands, a plan is a new one."""
    match command:
        case PlanWave():
            revision = wave.revision + 1
            planned = wave_planned(
                (), (), revision=revision, fingerprint=command.planned.fingerprint + str(revision)
            )
            return [event for _, _, event in decide_plan(wave, {}, PlanWave(planned, (), replace=True))]  # type: ignore[misc] # a wave's
        case ApproveWave():
            return decide_wave(wave, msgspec.structs.replace(command, plan_version=wave.plan_version))
        case _:
            return decide_wave(wave, command)


def given(*commands: WaveCommand | PlanWave) -> Wave:
    """Return wave 2 after these commands, none of which may be refused."""
    wave = Wave(wave=2)
    for command in commands:
        for event in decided_of(wave, command):  # type: ignore[arg-type] # those that tests give
            wave = evolve(wave, event)
    return wave
