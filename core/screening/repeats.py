"""Which questions came before, in this wave or an earlier one, kept as 60-bit keys and not as texts."""

from __future__ import annotations

import unicodedata
from array import array
from hashlib import blake2b
from typing import TYPE_CHECKING

from core.screening.subject import Past

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from core.screening.subject import Limits, Subject

#: 60 bits fill the two digits of a small Python integer. Among the two million keys of a million pairs some two
#: equal by chance once in 600,000 waves.
_BITS = (1 << 60) - 1
_EDGES = "\"'“”\u2018\u2019.,:;?! "
REPEATED_PAIR = "repeated-pair"


def keys_of(question: str, answer: str) -> tuple[int, int]:
    """Return the keys by which a pair is known again: the question's, and that of question and answer together."""
    asked = question_key(question)
    return asked, _pair_key(asked, answer.lower().split())


def question_key(question: str) -> int:
    """Return the key of a question; case, blanks, quotes around it and its last mark make no difference."""
    return _key(_plain(question.lower().split()).strip(_EDGES), b"question")


def pair_key(question: str, answer: str) -> int:
    """Return the key of question and answer together, told alike as `question_key` tells."""
    return keys_of(question, answer)[1]


class Repeats:
    """Remembers questions; a million pairs take some 130 MB."""

    def __init__(self, earlier: Container[int] = frozenset()) -> None:
        """Know the question keys and pair keys of earlier waves, which may stand in one collection."""
        self._earlier = earlier
        self._number: dict[int, int] = {}
        self._whole = array("Q")
        self._ordinals = array("Q")
        self._starts: list[str] = []
        self._sources: dict[str, int] = {}
        self._others: dict[int, int] = {}

    def meet(self, source: str, ordinal: int, pair: Subject) -> Past | None:
        """Return where the pair's question stood before (None: nowhere), and remember the pair."""
        asked = question_key(pair.question)
        whole = _pair_key(asked, pair.words)
        number = self._number.get(asked)
        if number is None:
            self._keep(asked, whole, source, ordinal)
            return Past(whole in self._earlier) if asked in self._earlier else None
        if whole in self._earlier:
            return Past(whole=True)
        if whole == self._whole[number]:
            return self._past(self._ordinals[number], whole=True)
        here = self._packed(source, ordinal)
        there = self._others.setdefault(whole, here)
        if there != here:
            return self._past(there, whole=True)
        return self._past(self._ordinals[number], whole=False)

    def keys(self) -> Iterator[int]:
        """Yield the keys of all questions and pairs met, for the waves that come after."""
        yield from self._number
        yield from self._whole
        yield from self._others

    def _keep(self, asked: int, whole: int, source: str, ordinal: int) -> None:
        self._number[asked] = len(self._whole)
        self._whole.append(whole)
        self._ordinals.append(self._packed(source, ordinal))

    def _packed(self, source: str, ordinal: int) -> int:
        index = self._sources.get(source)
        if index is None:
            index = self._sources[source] = len(self._starts)
            self._starts.append(source)
        return index << 32 | ordinal

    def _past(self, packed: int, *, whole: bool) -> Past:
        return Past(whole, self._starts[packed >> 32], packed & 0xFFFFFFFF)


def repeated_pair(pair: Subject, _limits: Limits) -> str | None:
    """Find a pair whose question and answer both stood before."""
    return f"question and answer stand in {pair.past.place}" if pair.past and pair.past.whole else None


def repeated_question(pair: Subject, _limits: Limits) -> str | None:
    """Find a question that was asked before and has another answer here."""
    if pair.past is None or pair.past.whole:
        return None
    return f"asked in {pair.past.place}, with another answer: “{pair.question}”"


def _pair_key(asked: int, words: list[str]) -> int:
    return _key(f"{asked} {_plain(words)}", b"pair")


def _plain(words: list[str]) -> str:
    text = " ".join(words)
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def _key(text: str, kind: bytes) -> int:
    return (
        int.from_bytes(blake2b(text.encode(errors="surrogatepass"), digest_size=8, person=kind).digest()) & _BITS
    )
