"""A plan as the events that record it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.batch.events import BatchPlanned
from core.wave.events import WavePlanned

if TYPE_CHECKING:
    from datetime import datetime

    from core.planning.plan import Plan


def wave_planned(  # noqa: PLR0913 - what the plan itself does not know
    plan: Plan,
    *,
    extract_path: str,
    extract_sha256: str,
    prompt_path: str,
    depends_on: int | None,
    at: datetime,
) -> WavePlanned:
    """Return the wave's event; the paths are relative to the workspace."""
    return WavePlanned(
        wave=plan.wave,
        revision=plan.revision,
        inbox=plan.inbox,
        sources=plan.sources,
        batches=tuple(batch.number for batch in plan.batches),
        settings=plan.settings,
        decisions=plan.decisions,
        extract_path=extract_path,
        extract_sha256=extract_sha256,
        model=plan.model,
        prompt_path=prompt_path,
        prompt_sha256=plan.prompt_sha256,
        prices_dated=plan.prices_dated,
        estimate=plan.estimate,
        fingerprint=plan.fingerprint,
        depends_on=depends_on,
        at=at,
    )


def batches_planned(plan: Plan, *, at: datetime) -> list[BatchPlanned]:
    """Return one event a batch, by number."""
    return [
        BatchPlanned(
            number=batch.number,
            wave=plan.wave,
            revision=plan.revision,
            title=batch.title,
            ranges=batch.ranges,
            model=plan.model,
            prompt_sha256=plan.prompt_sha256,
            estimate=batch.estimate,
            at=at,
        )
        for batch in plan.batches
    ]
