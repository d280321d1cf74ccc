"""How far reviewers agree: Krippendorff's alpha, or the reason why there is none, in words."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from core.planning.naming import counted
from core.quality.scores import DIMENSIONS, latest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from core.quality.scores import Score

#: Krippendorff's own landmarks: data below the second should not be relied on, below the first with reserve.
RELIABLE, TENTATIVE = 0.8, 0.667

_FEWEST = 2


class Level(StrEnum):
    """What the values mean: names, places in an order, or points of a scale with equal steps."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"


class Rating(NamedTuple):
    """One value that one reviewer gave one unit."""

    reviewer: str
    unit: str
    value: float


class Alpha(msgspec.Struct, frozen=True, gc=False):
    """How far reviewers agree: 1 wholly, 0 as chance would, below 0 less; None with the reason in `words`.

    `units` are those that two or more reviewers rated, `values` the ratings of these; the rest cannot be compared.
    """

    value: float | None
    words: str
    reviewers: int
    units: int
    values: int


class Agreement(msgspec.Struct, frozen=True):
    """Alpha of every dimension by name (ordinal), and of the weighted score (interval)."""

    dimensions: dict[str, Alpha]
    weighted: Alpha


def alpha(ratings: Iterable[Rating], level: Level) -> Alpha:
    """Return Krippendorff's alpha; ratings may be missing, and of two of one reviewer on one unit the last counts.

    alpha = 1 - Do / De, with the observed disagreement Do = 1/n Σ o(c,k) d²(c,k) and the expected one
    De = 1/(n(n-1)) Σ n(c) n(k) d²(c,k), over the values c, k of the coincidence matrix: each pair of ratings
    of one unit by different reviewers counts 1 / (ratings of that unit - 1) in o(c,k); n(c) is the sum of a row, n
    that of all.
    d² is 0 or 1 (nominal); the square of the n(g) from c to k, those of c and k themselves by half (ordinal); or
    (c - k)² (interval). From: Krippendorff, Computing Krippendorff's Alpha-Reliability (2011).
    """
    rated: dict[str, dict[str, float]] = {}
    for rating in ratings:
        rated.setdefault(rating.unit, {})[rating.reviewer] = rating.value
    reviewers = len({reviewer for given in rated.values() for reviewer in given})
    shared = [list(given.values()) for given in rated.values() if len(given) >= _FEWEST]
    totals = Counter(value for given in shared for value in given)
    value = None if len(totals) < _FEWEST else _alpha(shared, totals, level)
    words = _meaning(value) if value is not None else _why_not(reviewers, len(rated), len(shared))
    return Alpha(value, words, reviewers, len(shared), sum(totals.values()))


def agreement(scores: Iterable[Score]) -> Agreement:
    """Return how far the reviewers of a sample agree, dimension by dimension and in all."""
    kept = latest(scores)

    def rated(value: Callable[[Score], float]) -> list[Rating]:
        return [Rating(score.reviewer, score.pair_id, value(score)) for score in kept]

    return Agreement(
        {name: alpha(rated(lambda score, name=name: getattr(score, name)), Level.ORDINAL) for name in DIMENSIONS},  # type: ignore[misc]
        alpha(rated(lambda score: score.weighted), Level.INTERVAL),
    )


def _alpha(units: list[list[float]], totals: Counter[float], level: Level) -> float:
    square = _squares(totals, level)
    ratings = sum(totals.values())
    observed = sum(
        square(one, other) * held * others / (len(given) - 1)
        for given in units
        for counts in [Counter(given)]
        for one, held in counts.items()
        for other, others in counts.items()
    )
    expected = sum(
        square(one, other) * held * others for one, held in totals.items() for other, others in totals.items()
    )
    return 1 - (ratings - 1) * observed / expected


def _squares(totals: Counter[float], level: Level) -> Callable[[float, float], float]:
    """Return the squared difference of two values; both are among `totals`."""
    if level is Level.NOMINAL:
        return lambda one, other: float(one != other)
    if level is Level.INTERVAL:
        return lambda one, other: (one - other) ** 2
    # The middle of each value's ranks: what lies between two middles is the sum that the ordinal difference takes.
    middles: dict[float, float] = {}
    below = 0
    for value in sorted(totals):
        middles[value] = below + totals[value] / 2
        below += totals[value]
    return lambda one, other: (middles[one] - middles[other]) ** 2


def _why_not(reviewers: int, units: int, shared: int) -> str:
    if not reviewers:
        return "nobody has scored yet"
    if reviewers == 1:
        return f"one reviewer alone ({counted(units, 'pair')}): agreement needs two"
    if not shared:
        return f"{reviewers} reviewers, and no pair that two of them scored"
    return f"all scores of the {counted(shared, 'pair')} in common are the same: there is no variation to agree on"


def _meaning(value: float) -> str:
    if value >= RELIABLE:
        return "reliable"
    return "tentative" if value >= TENTATIVE else "not reliable"
