"""A pair as it is shown to whoever judges it: its question and answer before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.exchange.extracted import ExtractedPair


class ReviewPair(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One refined pair; `source` is its source's key. All texts are data, and may hold anything."""

    pair_id: str
    category: str | None
    source: str
    question_before: str
    answer_before: str
    question_after: str
    answer_after: str

    @property
    def characters(self) -> int:
        """The length of all four texts."""
        texts = (self.question_before, self.answer_before, self.question_after, self.answer_after)
        return sum(map(len, texts))


def review_pair(before: ExtractedPair, after: Mapping[str, Any]) -> ReviewPair:
    """Return a pair of the extract beside its refined answer, a line of a refined-pairs file."""
    return ReviewPair(
        pair_id=before.pair_id,
        category=before.category,
        source=before.pair_id.rpartition("-")[0],
        question_before=before.question,
        answer_before=before.answer,
        question_after=after["refined_question"],
        answer_after=after["refined_answer"],
    )
