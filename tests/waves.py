"""Wave plans of a few pairs for tests, and the ledger entries they lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.batch.events import BatchPlanned
from core.batch.parts import Estimate
from core.ledger.load import load_wave
from core.ledger.recorded import NewEvent
from core.ledger.streams import wave_stream
from core.pairs import PairRange
from core.wave.course import ApproveWave
from core.wave.decider import PlanWave, decide_wave
from core.wave.events import PlannedSource, PlanSettings, WavePlanned
from tests.batches import MODEL, planned
from tests.ledgers import CONTEXT, NOON

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.ports import EventStore
    from core.wave.decider import WaveCommand

SETTINGS = PlanSettings(
    strategy="indicator", batch_size=100, low_count="combine", low_count_below=10, first_number=205
)


def planned_source(key: str = "w2-s30-tvl", found: int = 4, plan: int | None = None) -> PlannedSource:
    """Return a source of `found` pairs of which `plan` (all: None) are in batches."""
    carried = found if plan is None else plan
    return PlannedSource(
        key=key,
        path=f"{key}.json",
        sha256="f" * 64,
        session=30,
        indicator=key.rpartition("-")[2],
        category="dex_metrics",
        claimed=found,
        found=found,
        planned=carried,
        excluded=None if carried == found and found else "it was left out for a reason",
    )


def wave_planned(  # noqa: PLR0913 - what plans differ in
    sources: Sequence[PlannedSource] = (planned_source(),),
    batches: Sequence[int] = (205,),
    *,
    wave: int = 2,
    revision: int = 1,
    fingerprint: str = "one",
    depends_on: int | None = None,
) -> WavePlanned:
    return WavePlanned(
        wave=wave,
        revision=revision,
        inbox="inbox",
        sources=tuple(sources),
        batches=tuple(batches),
        settings=SETTINGS,
        decisions=(),
        extract_path="submissions/wave2_extracted.jsonl",
        extract_sha256="f" * 64,
        model=MODEL,
        prompt_path="prompts/refinement.md",
        prompt_sha256="c" * 64,
        prices_dated="2026-11, official price page",
        estimate=Estimate(input_tokens=4_000, output_tokens=6_000, cost_usd=0.081),
        fingerprint=fingerprint,
        depends_on=depends_on,
        at=NOON,
    )


def plan_of(
    *numbers: int, pairs: int = 4, revision: int = 1, fingerprint: str = "one", replace: bool = False
) -> PlanWave:
    """Return the plan of wave 2 with one source and `pairs` pairs for each batch number."""
    keys = {number: f"w2-s30-n{number}" for number in numbers}
    return PlanWave(
        planned=wave_planned(
            [planned_source(key, pairs) for key in keys.values()],
            numbers,
            revision=revision,
            fingerprint=fingerprint,
        ),
        batches=tuple(planned(number, pairs=pairs, revision=revision, source=key) for number, key in keys.items()),
        replace=replace,
    )


def of_wave(plan: PlanWave, wave: int, depends_on: int | None) -> PlanWave:
    """Return a plan as one of another wave."""
    return msgspec.structs.replace(
        plan,
        planned=msgspec.structs.replace(plan.planned, wave=wave, depends_on=depends_on),
        batches=tuple(msgspec.structs.replace(batch, wave=wave) for batch in plan.batches),
    )


def carrying(number: int, *ranges: tuple[str, int, int]) -> BatchPlanned:
    """Return a batch of these runs of pairs (source's key, first, last)."""
    event = planned(number)
    return BatchPlanned(
        number=number,
        wave=event.wave,
        revision=event.revision,
        title=event.title,
        ranges=tuple(PairRange(*run) for run in ranges),
        model=event.model,
        prompt_sha256=event.prompt_sha256,
        estimate=event.estimate,
        at=event.at,
    )


def approval(store: EventStore, wave: int) -> ApproveWave:
    """Return the approval of the plan that a wave has."""
    return ApproveWave("the price is right", load_wave(store, wave).plan_version, 0.081, NOON)


def tell_wave(store: EventStore, wave: int, command: WaveCommand) -> None:
    """Append what follows from a command to a wave, which may not be refused."""
    found = load_wave(store, wave)
    store.append(
        [
            NewEvent(wave_stream(wave), version, event, CONTEXT)
            for version, event in enumerate(decide_wave(found, command), start=found.version + 1)
        ]
    )
