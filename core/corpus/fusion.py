"""One ranking made of several: reciprocal rank fusion (Cormack, Clarke, Büttcher 2009)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: What the authors found best in their pilot, and everybody uses: it keeps a first place from deciding alone.
K = 60


def fuse(rankings: Sequence[Sequence[str]]) -> list[tuple[str, float]]:
    """Return every name with its score, the best first: the sum over the rankings of 1 / (60 + place), from 1.

    Names with the same score stand in the order of the first ranking that has them.
    """
    scores: dict[str, float] = {}
    for ranking in rankings:
        for place, name in enumerate(ranking, start=1):
            scores[name] = scores.get(name, 0.0) + 1 / (K + place)
    return sorted(scores.items(), key=lambda item: -item[1])
