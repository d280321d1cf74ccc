"""Whether a model that judges may stand beside the people: their scores of the same pairs compared."""

from __future__ import annotations

from enum import StrEnum
from statistics import fmean
from typing import TYPE_CHECKING

import msgspec

from core.planning.naming import counted
from core.quality.agreement import TENTATIVE, Alpha, Level, Rating, alpha
from core.quality.intervals import Interval, mean_interval
from core.quality.means import pair_means
from core.quality.scores import DIMENSIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from core.quality.means import PairMeans
    from core.quality.scores import Score

PEOPLE, JUDGE = "people", "judge"

#: Marks differ by no more than so much to count as near.
NEAR = 1.0


class Calibrated(StrEnum):
    """Whether a judge agrees with the people, or too little is known to say."""

    AGREES = "agrees"
    DOES_NOT_AGREE = "does not agree"
    TOO_FEW = "too few"


class CalibrationTerms(msgspec.Struct, frozen=True):
    """What agreement takes.

    At least `pairs` in common; an alpha of `alpha` or more; the 95 % interval of the mean difference within
    ± `difference` points; and `near` of the pairs within one point.
    """

    pairs: int = 20
    alpha: float = TENTATIVE
    difference: float = 0.5
    near: float = 0.9


class Calibration(msgspec.Struct, frozen=True):
    """How a judge's scores compare with the people's means of the same pairs.

    `alpha` is that of the weighted scores (interval data, the people as one reviewer); `difference` is judge minus
    people in points, with its interval, and `dimensions` the same for each dimension; `near` the share of pairs
    whose weighted scores are within one point. Without a pair in common they are None.
    """

    pairs: int
    alpha: Alpha
    difference: float | None
    interval: Interval | None
    near: float | None
    dimensions: dict[str, float]
    verdict: Calibrated
    sentence: str


_DEFAULT = CalibrationTerms()


def calibrate(people: Iterable[Score], judge: Iterable[Score], terms: CalibrationTerms = _DEFAULT) -> Calibration:
    """Compare a judge's scores with the people's, pair by pair; scores of other pairs do not count."""
    theirs = {each.pair_id: each for each in pair_means(people)}
    its = {each.pair_id: each for each in pair_means(judge)}
    both = sorted(theirs.keys() & its.keys())
    differences = [its[pair_id].weighted - theirs[pair_id].weighted for pair_id in both]
    rated = [
        Rating(name, pair_id, means[pair_id].weighted)
        for name, means in ((PEOPLE, theirs), (JUDGE, its))
        for pair_id in both
    ]
    found = Calibration(
        pairs=len(both),
        alpha=alpha(rated, Level.INTERVAL),
        difference=fmean(differences) if both else None,
        interval=mean_interval(differences),
        near=fmean(abs(each) <= NEAR for each in differences) if both else None,
        dimensions=_by_dimension(both, theirs, its),
        verdict=Calibrated.TOO_FEW,
        sentence="",
    )
    verdict, sentence = _judged(found, terms)
    return msgspec.structs.replace(found, verdict=verdict, sentence=sentence)


def _by_dimension(
    both: list[str], theirs: Mapping[str, PairMeans], its: Mapping[str, PairMeans]
) -> dict[str, float]:
    if not both:
        return {}
    return {
        name: fmean(its[pair_id].marks[place] - theirs[pair_id].marks[place] for pair_id in both)
        for place, name in enumerate(DIMENSIONS)
    }


def _judged(found: Calibration, terms: CalibrationTerms) -> tuple[Calibrated, str]:
    """Return the verdict and what it rests on."""
    if found.difference is None or found.interval is None or found.near is None or found.pairs < terms.pairs:
        common = counted(found.pairs, "pair")
        return (
            Calibrated.TOO_FEW,
            f"too few: {common} scored by people and by the judge, and {terms.pairs} are needed to compare them",
        )
    if found.alpha.value is None:
        return Calibrated.TOO_FEW, f"too few different scores: {found.alpha.words}"
    faults = [
        fault
        for fault, wrong in (
            (f"alpha is below {terms.alpha}", found.alpha.value < terms.alpha),
            (
                f"the mean difference may be more than {terms.difference}",
                max(abs(found.interval.low), abs(found.interval.high)) > terms.difference,
            ),
            (f"fewer than {terms.near:.0%} of the pairs are within one point", found.near < terms.near),
        )
        if wrong
    ]
    verdict = Calibrated.DOES_NOT_AGREE if faults else Calibrated.AGREES
    figures = (
        f"alpha {found.alpha.value:.2f}, mean difference {found.difference:+.2f} "
        f"({found.interval.low:+.2f} to {found.interval.high:+.2f}), {found.near:.0%} within one point"
    )
    because = f": {'; '.join(faults)}" if faults else ""
    return (
        verdict,
        f"the judge {verdict.value} with the people on {counted(found.pairs, 'pair')} ({figures}){because}",
    )
