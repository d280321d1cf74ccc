"""What all checks came to for one pair, in the shape in which it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.quality.findings import FAULT, QualityFinding

if TYPE_CHECKING:
    from core.quality.written.measures import Measures


class Written(msgspec.Struct, frozen=True, gc=False):
    """How one text is written: errors per 100 checked words, Flesch Reading Ease, words a sentence, all words."""

    errors: float
    ease: float | None
    sentence_length: float
    words: int


class Judged(msgspec.Struct, frozen=True, gc=False):
    """One finding with the criterion that its check counts for."""

    criterion: str
    finding: QualityFinding


class PairQuality(msgspec.Struct, frozen=True, gc=False):
    """One pair's quality: where it belongs, how it is written before and after, and what was found.

    `batch` is the batch of the plan, `carrier` the batch or repair that brought the answer home. `gain` is by how
    many errors per 100 words the refinement is written better; `length_ratio` that of the answers' characters.
    """

    pair_id: str
    batch: int
    carrier: int
    indicator: str
    category: str | None
    prompt: str
    gain: float
    before: Written
    after: Written
    length_ratio: float
    findings: tuple[Judged, ...]

    def faults(self, criterion: str) -> int:
        """Return how many faults count for a criterion."""
        return sum(each.criterion == criterion and each.finding.severity == FAULT for each in self.findings)


def written(measures: Measures) -> Written:
    """Return the figures of a text that are kept."""
    return Written(
        errors=round(measures.error_rate, 3),
        ease=None if measures.ease is None else round(measures.ease, 1),
        sentence_length=round(measures.sentence_length, 2),
        words=measures.words,
    )
