"""A pair before and after, with the facts of both sides read once for all checks."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from core.quality.kept.contexts import exchanged
from core.quality.kept.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.quality.findings import After, Before
    from core.quality.kept.lexicon import Lexicon
    from core.quality.kept.mentions import Mention


class Comparison:
    """The facts of a pair, those of its refinement, and which gave way to which."""

    def __init__(self, before: Reading, after: Reading) -> None:
        """Compare two readings; what a check does not ask for is not computed."""
        self.before = before
        self.after = after

    @cached_property
    def exchanged_figures(self) -> Mapping[int, Mention]:
        """What stands in the place of numbers and dates of the source, by their places there."""
        return exchanged(self.before.figures_in_words, self.after.figures_in_words)

    @cached_property
    def exchanged_tickers(self) -> Mapping[int, Mention]:
        """What stands in the place of symbols of the source, by their places there."""
        return exchanged(self.before.tickers_in_words, self.after.tickers_in_words)


class Reader:
    """Compares pairs for checks that come one after the other: it remembers the last pair."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Read with the terms of a lexicon."""

        @lru_cache(maxsize=1)
        def compare(question: str, answer: str, refined_question: str, refined_answer: str) -> Comparison:
            return Comparison(
                Reading(question, answer, lexicon), Reading(refined_question, refined_answer, lexicon)
            )

        self._compare = compare

    def compare(self, before: Before, after: After) -> Comparison:
        """Return the facts of a pair and of its refinement."""
        return self._compare(before.question, before.answer, after.question, after.answer)
