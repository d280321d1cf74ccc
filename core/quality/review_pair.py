"""A pair as it is shown to whoever judges it: its question and answer before and after."""

from __future__ import annotations

import msgspec


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
