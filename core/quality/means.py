"""What the scores of a sample come to: means by pair and over the wave, beside what must be reached."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import msgspec

from core.quality.intervals import Interval, mean_interval
from core.quality.scores import DIMENSIONS, latest, weighted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from core.quality.scores import Score

#: What the mean of a wave must reach.
THRESHOLD = 4.0

#: The lowest pairs that are named beside a mean.
WORST = 5


class PairMeans(msgspec.Struct, frozen=True, gc=False):
    """The means of a pair's reviewers: one a dimension in the order of DIMENSIONS, and of the weighted score."""

    pair_id: str
    reviewers: int
    marks: tuple[float, ...]
    weighted: float


class WaveMeans(msgspec.Struct, frozen=True):
    """What a sample's scores come to.

    `weighted` is the mean over the pairs, each with the mean of its reviewers; `reached` says whether it is at
    least `threshold` (exactly, not as rounded), `interval` where the mean of all pairs lies with 95 % confidence.
    `dimensions` are means by name; `worst` the lowest pairs, the lowest first. Without a score there is no mean.
    """

    pairs: int
    scores: int
    reviewers: tuple[str, ...]
    weighted: float | None
    interval: Interval | None
    threshold: float
    reached: bool
    dimensions: dict[str, float]
    worst: tuple[PairMeans, ...]


def pair_means(scores: Iterable[Score]) -> list[PairMeans]:
    """Return the means of every pair's reviewers, by pair id; earlier scores of one reviewer do not count."""
    return [
        PairMeans(
            pair_id,
            len(given),
            tuple(
                float(_mean([Fraction(score.marks[place]) for score in given])) for place in range(len(DIMENSIONS))
            ),
            float(_mean([weighted(score.marks) for score in given])),
        )
        for pair_id, given in sorted(_by_pair(scores).items())
    ]


def wave_means(scores: Iterable[Score], threshold: float = THRESHOLD) -> WaveMeans:
    """Return what the scores of a sample come to, whatever their order."""
    kept = latest(scores)
    pairs = pair_means(kept)
    exact = [_mean([weighted(score.marks) for score in given]) for given in _by_pair(kept).values()]
    mean = _mean(exact) if exact else None
    return WaveMeans(
        pairs=len(pairs),
        scores=len(kept),
        reviewers=tuple(sorted({score.reviewer for score in kept})),
        weighted=None if mean is None else float(mean),
        interval=mean_interval([each.weighted for each in pairs]),
        threshold=threshold,
        reached=mean is not None and mean >= Fraction(str(threshold)),
        dimensions={
            name: sum(each.marks[place] for each in pairs) / len(pairs) for place, name in enumerate(DIMENSIONS)
        }
        if pairs
        else {},
        worst=tuple(sorted(pairs, key=lambda each: (each.weighted, each.pair_id))[:WORST]),
    )


def _by_pair(scores: Iterable[Score]) -> dict[str, list[Score]]:
    by_pair: dict[str, list[Score]] = {}
    for score in latest(scores):
        by_pair.setdefault(score.pair_id, []).append(score)
    return by_pair


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction()) / len(values)
