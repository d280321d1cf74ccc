"""What people and models give a refined pair: five marks from 1 to 5, and what each weighs."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotations at run time
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import msgspec

from core.errors import BadInputError
from core.one_line import one_line

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

#: The longest comment in characters: it goes into the ledger.
LONGEST_COMMENT = 2_000
LONGEST_REVIEWER = 60

#: Begins the name of a reviewer that is a model, and of no other.
MODEL = "model:"

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


def reviewer_named(name: str) -> str:
    """Return a person's name as reviewer; BadInputError for one that is empty, too long, or that of a model."""
    reviewer = one_line(name)
    if not reviewer or len(reviewer) > LONGEST_REVIEWER or reviewer.startswith(MODEL):
        raise BadInputError(
            f"{reviewer[:LONGEST_REVIEWER] or 'an empty name'} cannot be a reviewer; name a person in at most "
            f"{LONGEST_REVIEWER} characters, and not beginning with {MODEL}"
        )
    return reviewer


def by_people(scores: Iterable[Score]) -> list[Score]:
    """Return the scores that people gave; those of models are compared with them and never mixed with them."""
    return [score for score in scores if not score.reviewer.startswith(MODEL)]


def by_models(scores: Iterable[Score]) -> list[Score]:
    """Return the scores that models gave."""
    return [score for score in scores if score.reviewer.startswith(MODEL)]


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
