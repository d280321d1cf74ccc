"""One pair before and after: both measured, and what somebody should look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.quality.findings import FAULT, NOTE, QualityFinding, shown
from core.quality.written.measures import Measures, measure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from core.quality.findings import After, Before, Terms
    from core.quality.language import LanguageChecker

MORE_ERRORS = "more-errors"

#: Why each check of a trace exists, by its name.
REASONS = {
    "opener": "The refinement greets its user before it answers.",
    "closer": "The refinement offers its user more help after the answer.",
    "refusal": "The model declined to refine, or speaks of itself.",
    "residue": "A tool left its own report in the text.",
    "padding": "One character or word again and again only fills space.",
    "repetition": "The answer says the same phrases over and over.",
    "lead-in": "The refinement announces an answer before it gives one.",
    MORE_ERRORS: "The refinement has more errors of language than its source.",
}


class WrittenPair(msgspec.Struct, frozen=True):
    """A pair's text measured as it was sent and as it came back; the texts themselves are not kept."""

    pair_id: str
    before: Measures
    after: Measures

    @property
    def gain(self) -> float:
        """By how many errors per 100 words the refinement is written better; below 0 it is worse."""
        return self.after.score - self.before.score


def measure_pair(
    before: Before,
    after: After,
    checker: LanguageChecker,
    terms: Terms,
    glossary: AbstractSet[str] = frozenset(),
) -> WrittenPair:
    """Measure both texts of a pair alike; `glossary` holds terms in small letters."""
    most = terms["words_checked"]
    return WrittenPair(
        before.pair_id,
        measure(before.question, before.answer, checker, most, glossary),
        measure(after.question, after.answer, checker, most, glossary),
    )


def findings(pair: WrittenPair, terms: Terms) -> Iterator[QualityFinding]:
    """Yield what the refinement brought in as faults, and what it only kept of its source as notes."""
    for name, seen in pair.after.traces.items():
        severity = NOTE if name in pair.before.traces else FAULT
        yield QualityFinding(name, severity, shown(seen, 120), "answer")
    before, after = pair.before.error_rate, pair.after.error_rate
    if after - before > terms["error_rise"]:
        reason = f"{after:.1f} errors of language per 100 words, {before:.1f} before"
        yield QualityFinding(MORE_ERRORS, NOTE, reason)
