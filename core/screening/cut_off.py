"""Answers that stop before their end: open code blocks and brackets, hanging words, unfinished sentences."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.screening.subject import Limits, Subject

_TAIL = 600
_SHOWN = 60
_URL = 250

#: A sentence does not end with these, and a title or a name only in capitals.
_HANGING_WORDS = (
    "a an and are as at because between but by can for from has have if in into is its like may nor of on or our"
    " should such than that the their these this those through to using was were when where which while who whose"
    " will with within without would your"
)
_HANGING = frozenset(_HANGING_WORDS.split())
_OPEN_MARKS = ",;:([{\u2013\u2014&+=-"
_ELLIPSES = ("...", "…")
_CLOSED = re.compile(
    r"[.!?\u3002\uff01\uff1f\u061f\u0964][\"'”\u2019)\]*_`]*\Z|[)\]}\"”\u2019`*|>]\Z|https?://\S+\Z|\d\Z"
)
_START = re.compile(r"(?:[.!?:][\"'”\u2019)]*\s|\n|\s[-*•\u2013]\s)")
_LISTED = re.compile(
    r"\b(?:sources?|references?|citations?|further reading|bibliography|data providers)(?: [a-z ]{0,30})?:",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[a-z]{3}[.!?]\s")
_FEWEST_WORDS = 3


def cut_off(pair: Subject, _limits: Limits) -> str | None:
    """Find an answer that ends in the middle; a list of sources at the end needs no full stop."""
    tail = pair.ending[-_TAIL:]
    if not tail:
        return None
    if "`" in pair.answer and pair.answer.count("```") % 2:
        return "a code block is opened and not closed"
    why = _hanging(tail) or _open_bracket(tail) or _unfinished(tail, pair.ending)
    return f"{why}: “…{tail[-_SHOWN:]}”" if why else None


def _hanging(tail: str) -> str | None:
    if tail[-1] in _OPEN_MARKS:
        return f"ends with {tail[-1]!r}"
    if tail.endswith(_ELLIPSES):
        return "ends with an ellipsis"
    word = tail.rsplit(None, 1)[-1]
    return f"ends with the word {word!r}" if word in _HANGING else None


def _open_bracket(tail: str) -> str | None:
    """Find a bracket that is opened in the last stretch and never closed."""
    for opening, closing in ("()", "[]", "“”"):
        at = tail.rfind(opening)
        if at > tail.rfind(closing) and tail[at - 1 : at] not in {":", ";"}:
            return f"{opening!r} is opened and not closed"
    return None


def _unfinished(tail: str, ending: str) -> str | None:
    """Find a last sentence without an end, unless it stands among sources."""
    if tail[-1] in ".!?" or _CLOSED.search(tail[-_URL:]):
        return None
    starts = [found.end() for found in _START.finditer(tail)]
    last = tail[starts[-1] :] if starts else tail
    words = last.split()
    if len(words) < _FEWEST_WORDS or not words[-1].islower() or _among_sources(ending):
        return None
    return "the last sentence has no end"


def _among_sources(ending: str) -> bool:
    """Whether a heading such as “Sources:” stands near the end, with no full sentence behind it."""
    headings = [found.end() for found in _LISTED.finditer(ending)]
    return bool(headings) and not _SENTENCE_END.search(ending, headings[-1])
