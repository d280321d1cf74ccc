"""What people and models give a refined pair: five marks from 1 to 5, their weights, and what they come to."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotations at run time
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import msgspec

from core.quality.intervals import Interval, mean_interval

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LOWEST, HIGHEST = 1, 5

#: The dimensions in the order in which they are asked, and what each weighs, in per cent.
WEIGHTS: Final[Mapping[str, int]] = {
    "technical_accuracy": 35,
    "clarity": 25,
    "depth": 20,
    "practical_use": 15,
    "tone": 5,
}
DIMENSIONS: Final = tuple(WEIGHTS)

#: What the mean of a wave must reach.
THRESHOLD = 4.0

#: The lowest pairs that are named beside a mean.
WORST = 5

Marks = tuple[int, int, int, int, int]
"""One mark a dimension, in the order of DIMENSIONS."""


class Score(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What one reviewer gave one pair; each mark is 1 to 5. Raises ValueError for any other."""

    reviewer: str
    pair_id: str
    technical_accuracy: int
    clarity: int
    depth: int
    practical_use: int
    tone: int
    comment: str = ""
    at: datetime

    def __post_init__(self) -> None:
        """Refuse marks that nobody can have given."""
        check_marks(self.marks)

    @property
    def marks(self) -> Marks:
        """The five marks in the order of DIMENSIONS."""
        return self.technical_accuracy, self.clarity, self.depth, self.practical_use, self.tone

    @property
    def weighted(self) -> float:
        """The weighted mean of the five marks, from 1 to 5."""
        return float(weighted(self.marks))


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


def scored(reviewer: str, pair_id: str, marks: Sequence[int], *, comment: str = "", at: datetime) -> Score:
    """Return five marks, in the order of DIMENSIONS, as a score; ValueError for marks that are not 1 to 5."""
    check_marks(marks)
    technical_accuracy, clarity, depth, practical_use, tone = marks
    return Score(
        reviewer=reviewer,
        pair_id=pair_id,
        technical_accuracy=technical_accuracy,
        clarity=clarity,
        depth=depth,
        practical_use=practical_use,
        tone=tone,
        comment=comment,
        at=at,
    )


def check_marks(marks: Sequence[int]) -> None:
    """Raise ValueError unless these are five whole numbers from 1 to 5."""
    if len(marks) != len(DIMENSIONS) or not all(type(mark) is int and LOWEST <= mark <= HIGHEST for mark in marks):
        raise ValueError(f"a score is five whole numbers from {LOWEST} to {HIGHEST}, not {marks!r}")


def weighted(marks: Sequence[int]) -> Fraction:
    """Return the weighted mean of five marks, exactly: the sum of weight * mark over the sum of the weights."""
    return Fraction(sum(map(int.__mul__, WEIGHTS.values(), marks)), sum(WEIGHTS.values()))


def latest(scores: Iterable[Score]) -> list[Score]:
    """Return one score for each reviewer and pair: the one given last, of two at one time the later in line."""
    kept: dict[tuple[str, str], Score] = {}
    for score in scores:
        before = kept.get((score.reviewer, score.pair_id))
        if before is None or before.at <= score.at:
            kept[score.reviewer, score.pair_id] = score
    return list(kept.values())


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
