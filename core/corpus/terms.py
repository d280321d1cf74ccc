"""By which rules pairs count as duplicates."""

from __future__ import annotations

import msgspec

from core.corpus.choices import Figures, Repeated


class Terms(msgspec.Struct, frozen=True, gc=False):
    """The parameters of a deduplication.

    Two pairs are near when the word shingles (runs of `shingle` words) of question and answer together have a
    Jaccard similarity of at least `threshold`. Candidates for that share one of `bands` bands of `rows` MinHash
    values each: with a similarity s they are found with probability 1 - (1 - s^rows)^bands. In a band's bucket of
    more than `widest` texts not every two are compared (see `core.corpus.banding`). Answers of fewer than
    `answer_words` words make no two pairs the same: "Yes." answers many questions. Pairs are near as well when the
    cosine of their vectors is at least `cosine` (None: vectors are not compared). `figures` says whether pairs
    that are near and state other figures are merged all the same.
    """

    threshold: float = 0.8
    shingle: int = 3
    bands: int = 16
    rows: int = 8
    seed: int = 1
    widest: int = 64
    answer_words: int = 5
    repeated: Repeated = Repeated.KEEP
    cosine: float | None = None
    figures: Figures = Figures.MERGE

    def chance(self, similarity: float) -> float:
        """Return the probability that two texts of this similarity become candidates (Leskovec et al., 3.4.2)."""
        return 1 - (1 - similarity**self.rows) ** self.bands


#: MinHash values of a text, and how many of them may make a band, the most selective first.
_VALUES = 128
_ROWS = (8, 6, 5, 4, 3, 2)
#: Texts just at the threshold are to be found with this probability at least.
_CHANCE = 0.9


def terms_for(
    threshold: float, repeated: Repeated, cosine: float | None = None, figures: Figures = Figures.MERGE
) -> Terms:
    """Return the terms for a threshold: the most selective bands that still find what lies at it (16 of 8)."""
    tried = [
        Terms(
            threshold=threshold,
            bands=_VALUES // rows,
            rows=rows,
            repeated=repeated,
            cosine=cosine,
            figures=figures,
        )
        for rows in _ROWS
    ]
    return next((terms for terms in tried if terms.chance(threshold) >= _CHANCE), tried[-1])
