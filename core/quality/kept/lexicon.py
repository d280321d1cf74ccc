"""A glossary made ready for looking up: which terms stand in the words of a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.quality.kept.glossary import Entry

#: No term goes across one of these, which are all the same.
_STOP = "|"
_STOPS = ".;:!?,()|"
_SPACED = {code: " " for code in range(128) if not chr(code).isalnum()} | dict.fromkeys(map(ord, _STOPS), _STOP)
_REMEMBERED = 1 << 16
_SHORT = 6
_ENDING = 3
_STEM = 6
_BRITISH = ("isation", "ised", "ising", "ise", "iser")


class Words(NamedTuple):
    """The words of a text: the different ones as they are written and folded, and all of them in a row."""

    written: frozenset[str]
    folded: frozenset[str]
    row: str


class Found(NamedTuple):
    """Terms in a text by their numbers: those that stand there by name, and those that a symbol stands for too."""

    named: frozenset[int]
    known: frozenset[int]


class _Folded(dict[str, str]):
    """Words as they are compared, each computed once; what was seen is forgotten when it is too much."""

    def __init__(self, exact: Mapping[str, str]) -> None:
        super().__init__()
        self._exact = exact

    def __missing__(self, word: str) -> str:
        if len(self) >= _REMEMBERED:
            self.clear()
        self[word] = folded = self._exact.get(word) or fold(word)
        return folded


def fold(word: str) -> str:
    """Return a word in lower case, in the singular, and with the z of American spelling."""
    word = word.lower()
    if len(word) > _ENDING and word[-1] == "s" and word[-2] not in "sui":
        word = _singular(word)
    if "is" in word and len(word) > _STEM:
        for ending in _BRITISH:
            if word.endswith(ending):
                return f"{word[: -len(ending)]}iz{ending[2:]}"
    return word


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-2] if word.endswith(("ches", "shes", "xes", "sses", "zes")) else word[:-1]


def split(text: str) -> list[str]:
    """Return the words of a text, and a stop where no term goes on."""
    if not text.isascii():
        text = text.encode("ascii", "xmlcharrefreplace").decode()
    text = text.replace("'s ", " ").replace(" - ", f" {_STOP} ").translate(_SPACED)
    return text.replace(_STOP, f" {_STOP} ").split()


class Lexicon:
    """The entries of a glossary by the words they begin with, by their symbols, and by what counts as written.

    Words are compared in lower case. Short acronyms (`IL`) count only in capitals, and are read as the first form
    of their entry, so that `AMM design` is `automated market maker design`.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        """Look up every form once, so that a text costs as much as it has different words."""
        self.entries = tuple(entries)
        self.symbols = {symbol: number for number, entry in enumerate(entries) for symbol in entry.symbols}
        self.units = {symbol: symbol.lower() for symbol in self.symbols}
        self.acronyms: dict[str, str] = {}
        for entry in entries:
            self._read_acronyms(entry)
        self._exact = {word: number for number, entry in enumerate(entries) for word in entry.exact}
        self._folded = _Folded(self.acronyms)
        self._phrases: dict[str, list[tuple[frozenset[str], str, int]]] = {}
        self._rows = [[self.words(form).row for form in entry.forms] for entry in entries]
        for number, entry in enumerate(entries):
            for row in self._rows[number]:
                first, *rest = row.split()
                self._phrases.setdefault(first, []).append((frozenset(rest), row if rest else "", number))
            self._count_by(entry)

    def _read_acronyms(self, entry: Entry) -> None:
        acronyms = tuple(filter(_is_acronym, entry.forms))
        read = " ".join(map(fold, split(entry.forms[0]))) if acronyms else ""
        for form in acronyms:
            self.acronyms |= {form: read, f"{form}s": read}

    def _count_by(self, entry: Entry) -> None:
        """Let amounts be counted by the name of a token as by its symbol: `2 bitcoins` are `2 BTC`."""
        for form in filter(str.islower, entry.forms) if entry.symbols else ():
            names = (form, f"{form}s", form.capitalize())
            self.units |= dict.fromkeys(names, entry.symbols[0].lower())

    def words(self, text: str) -> Words:
        """Return the words of a text, in which plural, hyphen and case make no difference once they are folded."""
        written = split(text)
        row = " ".join(map(self._folded.__getitem__, written))
        return Words(frozenset(written), frozenset(row.split(" ")), f" {row} ")

    def find(self, words: Words) -> Found:
        """Return the terms that stand in the words of a text."""
        named = {self._exact[word] for word in self._exact.keys() & words.written}
        for first in self._phrases.keys() & words.folded:
            for rest, row, number in self._phrases[first]:
                if rest <= words.folded and row in words.row:
                    named.add(number)
        known = named | {self.symbols[symbol] for symbol in self.symbols.keys() & words.written}
        return Found(frozenset(named), frozenset(known))

    def stands_alone(self, number: int, words: Words, named: frozenset[int]) -> bool:
        """Tell whether a term stands somewhere outside of longer ones among the `named`."""
        if not words.written.isdisjoint(self.entries[number].exact):
            return True
        own = self._rows[number]
        longer = [
            row for other in named - {number} for row in self._rows[other] if any(short in row for short in own)
        ]
        left = words.row
        for row in sorted(longer, key=len, reverse=True):
            left = left.replace(row, f" {_STOP} ")
        return any(row in left for row in own)


def _is_acronym(form: str) -> bool:
    return form.isupper() and form.isalnum() and len(form) <= _SHORT
