"""A glossary made ready for looking up: which terms stand in the words of a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.quality.kept.glossary import Entry

#: No term goes across one of these, which are all the same.
_STOP = "|"
_STOPS = ".;:!?,()|"
_SPACED = {code: " " for code in range(128) if not chr(code).isalnum()} | dict.fromkeys(map(ord, _STOPS), _STOP)
_REMEMBERED = 1 << 16
_SHORT = 6
_ENDING = 3


class Words(NamedTuple):
    """The different words of a text as they are written and folded, and all of them, folded, in one row."""

    written: frozenset[str]
    folded: frozenset[str]
    row: str


class Found(NamedTuple):
    """Terms in a text by their numbers: those that stand there by name, and those that a symbol stands for too."""

    named: frozenset[int]
    known: frozenset[int]


class _Folded(dict[str, str]):
    """Words as they are compared, each computed once; what was seen is forgotten when it is too much."""

    def __missing__(self, word: str) -> str:
        if len(self) >= _REMEMBERED:
            self.clear()
        self[word] = folded = _fold(word)
        return folded


def _fold(word: str) -> str:
    """Return a word in lower case and in the singular."""
    word = word.lower()
    if len(word) <= _ENDING or word[-1] != "s" or word[-2] in "sui":
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-2] if word.endswith(("ches", "shes", "xes", "sses", "zes")) else word[:-1]


_FOLDED = _Folded()


def words_of(text: str) -> Words:
    """Cut a text into words, in which plural, hyphen and case make no difference once they are folded."""
    row = (
        text.replace("'s ", " ")
        .replace(" - ", f" {_STOP} ")
        .translate(_SPACED)
        .replace(_STOP, f" {_STOP} ")
        .split()
    )
    folded = list(map(_FOLDED.__getitem__, row))
    return Words(frozenset(row), frozenset(folded), f" {' '.join(folded)} ")


class Lexicon:
    """The entries of a glossary by the words they begin with, by their acronyms and by their symbols.

    Words are compared in lower case; short acronyms (`IL`, `AND`) only in capitals.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        """Look up every form once, so that a text costs as much as it has different words."""
        self.entries = tuple(entries)
        self.symbols = {symbol: number for number, entry in enumerate(entries) for symbol in entry.symbols}
        self.units = {symbol: symbol.lower() for symbol in self.symbols}
        self.acronyms: dict[str, int] = {}
        self._phrases: dict[str, list[tuple[frozenset[str], str, int]]] = {}
        for number, entry in enumerate(entries):
            for form in entry.forms:
                self._add(form, number)
            self._count_by(entry)

    def _add(self, form: str, number: int) -> None:
        if form.isupper() and form.isalnum() and len(form) <= _SHORT:
            self.acronyms |= {form: number, f"{form}s": number}
            return
        row = words_of(form).row
        first, *rest = row.split()
        self._phrases.setdefault(first, []).append((frozenset(rest), row if rest else "", number))

    def _count_by(self, entry: Entry) -> None:
        """Let amounts be counted by the name of a token as by its symbol: `2 bitcoins` are `2 BTC`."""
        if not entry.symbols:
            return
        for form in entry.forms:
            self.units |= dict.fromkeys(
                (form, form.lower(), f"{form}s", f"{form.lower()}s", form.capitalize()), entry.symbols[0].lower()
            )

    def find(self, words: Words) -> Found:
        """Return the terms that stand in the words of a text."""
        named = {self.acronyms[word] for word in self.acronyms.keys() & words.written}
        for first in self._phrases.keys() & words.folded:
            for rest, row, number in self._phrases[first]:
                if rest <= words.folded and row in words.row:
                    named.add(number)
        known = named | {self.symbols[symbol] for symbol in self.symbols.keys() & words.written}
        return Found(frozenset(named), frozenset(known))
