"""The table of checks that look for what a refinement must keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.quality.findings import KEPT, Check
from core.quality.kept import changed
from core.quality.kept.comparison import Comparison, Reader
from core.quality.kept.lexicon import Lexicon

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from core.quality.findings import After, Before, QualityFinding, Terms
    from core.quality.kept.glossary import Entry

    Comparing = Callable[[Comparison], Iterator[QualityFinding]]

_CHECKS: tuple[tuple[str, str, Comparing], ...] = (
    ("number-changed", "A wrong amount, span or code misleads whoever acts on it.", changed.number_changed),
    (
        "percentage-changed",
        "Rates and shares are what answers about markets are made of.",
        changed.percentage_changed,
    ),
    ("money-changed", "A sum that moved by a digit is another claim.", changed.money_changed),
    ("date-changed", "A figure is true only of its time.", changed.date_changed),
    ("number-new", "The prompt asks for examples, and a made-up figure looks like one.", changed.number_new),
    (
        "formula-changed",
        "One operator makes a formula wrong, and nobody sees it at a glance.",
        changed.formula_changed,
    ),
    ("ticker-changed", "Another symbol is another asset.", changed.ticker_changed),
    ("address-changed", "Money sent to another address is gone.", changed.address_changed),
    ("url-changed", "A source that cannot be found proves nothing.", changed.url_changed),
    ("term-dropped", "A pair is found by the terms of its field.", changed.term_dropped),
)
#: The names of the checks, in their order.
NAMES = tuple(name for name, _, _ in _CHECKS)


def kept_checks(glossary: Sequence[Entry]) -> tuple[Check, ...]:
    """Return the checks of what is kept, with the terms of a glossary; they share what they read of a pair."""
    reader = Reader(Lexicon(glossary))
    return tuple(Check(name, KEPT, reason, _bound(reader, function)) for name, reason, function in _CHECKS)


def _bound(reader: Reader, function: Comparing) -> Callable[[Before, After, Terms], Iterator[QualityFinding]]:
    def check(before: Before, after: After, _terms: Terms) -> Iterator[QualityFinding]:
        return function(reader.compare(before, after))

    return check
