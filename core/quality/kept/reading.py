"""The text of a pair with the facts in it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from core.quality.kept.addresses import addresses
from core.quality.kept.contexts import contexts
from core.quality.kept.dates import dates
from core.quality.kept.formulas import formulas, known_formulas
from core.quality.kept.mentions import gathered
from core.quality.kept.numbers import numbers
from core.quality.kept.plain import BREAK, plain
from core.quality.kept.tickers import tickers
from core.quality.kept.urls import urls

if TYPE_CHECKING:
    from core.quality.kept.contexts import Contexts
    from core.quality.kept.lexicon import Found, Lexicon
    from core.quality.kept.mentions import Mention, Mentions


class Reading:
    """The facts of a question and its answer, which are one text: a fact may move from one to the other.

    `text` is plain, as long as `whole`, and has blanks where `whole` has URLs and addresses.
    """

    def __init__(self, question: str, answer: str, lexicon: Lexicon) -> None:
        """Read URLs and addresses, and what stands outside of them when it is asked for."""
        asked = plain(question)
        self.question_end = len(asked)
        self.lexicon = lexicon
        self.whole = f"{asked} {BREAK} {plain(answer)}"
        found = urls(self.whole)
        self.urls = gathered(found)
        outside = _blanked(self.whole, found)
        self.words = lexicon.words(outside)
        found = addresses(outside, self.words.written)
        self.addresses = gathered(found)
        self.text = _blanked(outside, found)

    @cached_property
    def figures(self) -> Mentions:
        """Numbers and dates."""
        days = dates(self.text, self.words.written)
        taken = frozenset(place for day in days for place in range(day.start, day.end))
        counted = numbers(self.text, self.words.written, self.lexicon.units, taken)
        return gathered(sorted([*days, *counted], key=_start) if days else counted)

    @cached_property
    def tickers(self) -> Mentions:
        """Symbols of tokens, and other words in capitals."""
        return gathered(tickers(self.text, self.lexicon.symbols, self.lexicon.acronyms))

    @cached_property
    def terms(self) -> Found:
        """Terms of the glossary."""
        return self.lexicon.find(self.words)

    @cached_property
    def formulas(self) -> Mentions:
        """Formulas."""
        return formulas(self.text)

    @cached_property
    def known_formulas(self) -> Mentions:
        """Formulas, and comparisons in words."""
        return known_formulas(self.text)

    @cached_property
    def known_addresses(self) -> Mentions:
        """Addresses, those in URLs included, and those that a URL stands right behind: without it they end."""
        found = addresses(self.whole, self.lexicon.words(self.whole).written)
        places = {mention.start for mention in found}
        return gathered([*found, *(mention for mention in self.addresses.all if mention.start not in places)])

    @cached_property
    def figures_in_words(self) -> Contexts:
        """Numbers and dates by the words beside them."""
        return contexts(self.text, self.figures.all)

    @cached_property
    def tickers_in_words(self) -> Contexts:
        """Symbols by the words beside them."""
        return contexts(self.text, self.tickers.all)

    def place(self, mention: Mention) -> str:
        """Return where a mention stands."""
        return "question" if mention.start < self.question_end else "answer"

    def place_of_term(self, number: int) -> str:
        """Return where a term stands first."""
        asked = self.lexicon.find(self.lexicon.words(self.text[: self.question_end]))
        return "question" if number in asked.named else "answer"

    def words_at(self, mention: Mention) -> str:
        """Return a mention as it is written."""
        return self.whole[mention.start : mention.end]


def _start(mention: Mention) -> int:
    return mention.start


def _blanked(text: str, mentions: list[Mention]) -> str:
    if not mentions:
        return text
    parts: list[str] = []
    end = 0
    for mention in sorted(mentions, key=_start):
        if mention.start >= end:
            parts += (text[end : mention.start], " " * (mention.end - mention.start))
            end = mention.end
    return "".join((*parts, text[end:]))
