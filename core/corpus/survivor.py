"""Which pair of a cluster stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

#: The rule as people read it.
RULE = (
    "the highest overall quality score, then the highest completeness, then the oldest (first wave, batch, place)"
)


class Candidate(msgspec.Struct, frozen=True, gc=False):
    """What the rule asks of a pair; scores are 0 to 100, None where the model gave none."""

    row: int
    overall: float | None
    completeness: float | None


def survivor(cluster: Iterable[Candidate]) -> int:
    """Return the row that stays by `RULE`; a score that is missing is below every other."""
    return min(cluster, key=_rank).row


def _rank(pair: Candidate) -> tuple[float, float, int]:
    return (-_or_worst(pair.overall), -_or_worst(pair.completeness), pair.row)


def _or_worst(score: float | None) -> float:
    return -1.0 if score is None else score
