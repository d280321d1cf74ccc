"""A wave beside the one before: a plain statement for each figure, also when the difference is within noise."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING

from core.quality.assessment.report import Beside
from core.quality.findings import FORMED, KEPT
from core.quality.statistics import NO_DIFFERENCE, compare_groups

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.quality.assessment.pair_quality import PairQuality


class Columns:
    """The numbers of a wave's pairs that are compared with another wave's; the greater the better."""

    def __init__(self) -> None:
        """Begin with no pair."""
        self.gains: list[float] = []
        self.errors: list[float] = []
        self.kept: list[float] = []
        self.formed: list[float] = []

    def add(self, pairs: Iterable[PairQuality]) -> None:
        """Take in pairs."""
        for pair in pairs:
            self.gains.append(pair.gain)
            self.errors.append(-pair.after.errors)
            self.kept.append(float(not pair.faults(KEPT)))
            self.formed.append(float(not pair.faults(FORMED)))


def beside(wave: int, earlier: Columns, later: Columns, seed: str, error_rate: float) -> tuple[Beside, ...]:
    """Return each figure of a wave beside that of wave `wave`, with what may be concluded from the difference."""
    found = []
    for name, unit, sign, old, new in (
        ("gain in writing", "errors per 100 words", 1, earlier.gains, later.gains),
        ("errors after", "errors per 100 words", -1, earlier.errors, later.errors),
        ("kept", "of the pairs", 1, earlier.kept, later.kept),
        ("well formed", "of the pairs", 1, earlier.formed, later.formed),
    ):
        compared = compare_groups(old, new, f"{seed}/{name}", error_rate)
        before, now = (round(sign * fmean(values), 6) + 0.0 if values else 0.0 for values in (old, new))
        if compared.verdict == NO_DIFFERENCE:
            said = f"{name}: {now:.3f} {unit}, {before:.3f} in wave {wave}; the difference is within noise"
        else:
            low, high = sorted((abs(compared.low), abs(compared.high)))
            said = (
                f"{name}: {now:.3f} {unit}, {before:.3f} in wave {wave}; {compared.verdict} by "
                f"{abs(compared.difference):.3f} ({low:.3f} to {high:.3f})"
            )
        found.append(Beside(name, wave, before, now, said))
    return tuple(found)
