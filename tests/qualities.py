"""Pairs as the checks of quality left them, and groups of them, for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.quality.assessment.groups import Tally
from core.quality.assessment.pair_quality import Judged, PairQuality, Written
from core.quality.findings import FAULT, QualityFinding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.quality.assessment.groups import Group


def found(criterion: str, check: str = "number-changed", severity: str = FAULT) -> Judged:
    return Judged(criterion, QualityFinding(check, severity, "“5%” is gone", "answer"))


def quality(
    ordinal: int = 1,
    *findings: Judged,
    gain: float = 1.0,
    errors: tuple[float, float] = (2.0, 1.0),
    **changes: object,
) -> PairQuality:
    fields: dict[str, object] = {
        "pair_id": f"w2-s30-tvl-{ordinal:03d}",
        "batch": 205,
        "carrier": 205,
        "indicator": "tvl",
        "category": "dex_metrics",
        "prompt": "7107511bcdce768e",
        "length_ratio": 1.5,
    }
    return PairQuality(
        **(fields | changes),  # type: ignore[arg-type] # by name
        gain=gain,
        before=Written(errors[0], 40.0, 20.0, 100),
        after=Written(errors[1], 50.0, 16.0, 120),
        findings=findings,
    )


def group(pairs: Iterable[PairQuality], error_rate: float = 0.05) -> Group:
    tally = Tally("wave-2")
    for pair in pairs:
        tally.add(pair)
    return tally.group("1/wave-2", error_rate)
