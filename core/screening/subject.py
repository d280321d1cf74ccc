"""One pair as the rules see it: its texts, the forms of them that several rules need, and its past."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

#: What a research tool wrote behind the answer; the answer ends before it.
TRAILER = "answer characters:"

_ENDING = 2000


class Limits(msgspec.Struct, frozen=True):
    """What the rules measure against.

    `language` is the code of the language that the texts should be in (None: any). `shortest` is the fewest
    characters of an answer, `longest` the most characters of question and answer together (None: no limit).
    """

    language: str | None = "en"
    shortest: int = 80
    longest: int | None = None


class Past(NamedTuple):
    """What is known of a pair's question: where it stood before, and whether with the same answer (`whole`).

    `source` and `ordinal` say where in this wave; both are None for an earlier wave.
    """

    whole: bool
    source: str | None = None
    ordinal: int | None = None

    @property
    def place(self) -> str:
        """The place in words."""
        return "another wave" if self.source is None else f"pair {self.ordinal} of {self.source}"


class Subject(NamedTuple):
    """A pair under examination.

    `lowered` is the answer in lower case, `words` that text cut at blanks and `vocabulary` its different words.
    `ending` is the last stretch of the answer (at most 2,000 characters), without what a tool wrote behind it.
    `past` is None for a question that is new.
    """

    question: str
    answer: str
    lowered: str
    words: list[str]
    vocabulary: frozenset[str]
    ending: str
    past: Past | None = None


def subject(question: str, answer: str) -> Subject:
    """Return the pair with its derived forms and no past."""
    lowered = answer.lower()
    words = lowered.split()
    return Subject(question, answer, lowered, words, frozenset(words), _ending(answer))


def _ending(answer: str) -> str:
    tail = answer[-_ENDING:]
    trailer = tail.lower().rfind(TRAILER)
    return (tail if trailer < 0 else tail[:trailer]).rstrip()


def quoted(text: str, start: int, stop: int, around: int = 20) -> str:
    """Return characters `start` to `stop` of `text` with a little of what stands around them, in quotes."""
    return f"“{text[max(0, start - around) : min(stop, start + 100) + around].strip()}”"
