"""The checks of facts: each compares what a pair said with what its refinement says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.quality.findings import FAULT, NOTE, QualityFinding, shown
from core.quality.kept.units import DATE, MONEY, NUMBER, PERCENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from core.quality.kept.comparison import Comparison
    from core.quality.kept.mentions import Key, Mention

_NOTHING: Mapping[int, Mention] = {}


def number_changed(pair: Comparison) -> Iterator[QualityFinding]:
    """Find numbers, amounts, spans of time and codes such as EIP-1559 that are gone or became others."""
    return _figures("number-changed", NUMBER, pair)


def percentage_changed(pair: Comparison) -> Iterator[QualityFinding]:
    """Find percentages that are gone, lost their sign or became others."""
    return _figures("percentage-changed", PERCENT, pair)


def money_changed(pair: Comparison) -> Iterator[QualityFinding]:
    """Find sums of money that are gone or became others."""
    return _figures("money-changed", MONEY, pair)


def date_changed(pair: Comparison) -> Iterator[QualityFinding]:
    """Find dates, months, quarters and years that are gone or became others."""
    return _figures("date-changed", DATE, pair)


def number_new(pair: Comparison) -> Iterator[QualityFinding]:
    """Note figures that stand nowhere in the source; examples were asked for, so somebody may want to look."""
    after = pair.after
    told: set[Key] = set()
    for mention in after.figures.all:
        if mention.firm and pair.before.figures.lack(mention) and mention.keys[0] not in told:
            told.add(mention.keys[0])
            reason = f"“{shown(after.words_at(mention))}” stands nowhere in the source"
            yield QualityFinding("number-new", NOTE, reason, after.place(mention))


def ticker_changed(pair: Comparison) -> Iterator[QualityFinding]:
    """Find symbols and trading pairs that are gone or became others; the name of a token stands for its symbol."""
    symbols, after = pair.before.lexicon.symbols, pair.after

    def gone(mention: Mention) -> bool:
        if not after.tickers.lack(mention):
            return False
        (key,) = mention.keys
        return not (isinstance(key, str) and symbols.get(key) in after.terms.known)

    return _lost("ticker-changed", pair, pair.before.tickers.all, gone, pair.exchanged_tickers)


def formula_changed(pair: Comparison) -> Iterator[QualityFinding]:
    """Find formulas and comparisons of which an operator, or what stands beside it, is gone or became another."""
    before = pair.before
    told: set[int] = set()
    for mention in before.formulas.all:
        if mention.firm and mention.start not in told and pair.after.known_formulas.lack(mention):
            told.add(mention.start)
            reason = f"“{shown(before.words_at(mention))}” is gone or is another formula"
            yield QualityFinding("formula-changed", FAULT, reason, before.place(mention))


def address_changed(pair: Comparison) -> Iterator[QualityFinding]:
    """Find addresses and transaction ids that are gone or became others."""
    were = pair.before.addresses.all
    return _lost("address-changed", pair, were, pair.after.known_addresses.lack, _NOTHING) if were else iter(())


def url_changed(pair: Comparison) -> Iterator[QualityFinding]:
    """Find URLs that are gone or became others."""
    return _lost("url-changed", pair, pair.before.urls.all, pair.after.urls.lack, _NOTHING)


def term_dropped(pair: Comparison) -> Iterator[QualityFinding]:
    """Find terms of the glossary of which no form is left; a term within a longer one is that one's matter."""
    before = pair.before
    for number in sorted(before.terms.named - pair.after.terms.known):
        if not before.lexicon.stands_alone(number, before.words, before.terms.named):
            continue
        reason = f"the term “{shown(before.lexicon.entries[number].name)}” is gone in all of its forms"
        yield QualityFinding("term-dropped", FAULT, reason, before.place_of_term(number))


def _figures(check: str, kind: str, pair: Comparison) -> Iterator[QualityFinding]:
    were = [mention for mention in pair.before.figures.all if mention.kind == kind]
    return _lost(check, pair, were, pair.after.figures.lack, pair.exchanged_figures)


def _lost(
    check: str,
    pair: Comparison,
    were: Iterable[Mention],
    gone: Callable[[Mention], bool],
    exchanged: Mapping[int, Mention],
) -> Iterator[QualityFinding]:
    """Yield a fault for each different firm fact that is gone or gave way to another in its words."""
    told: set[Key] = set()
    for mention in were:
        now = exchanged.get(mention.start)
        if not mention.firm or mention.keys[0] in told or (now is None and not gone(mention)):
            continue
        told.add(mention.keys[0])
        was = shown(pair.before.words_at(mention))
        reason = f"“{was}” became “{shown(pair.after.words_at(now))}”" if now else f"“{was}” is gone"
        yield QualityFinding(check, FAULT, reason, pair.before.place(mention))
