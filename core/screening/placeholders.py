"""Text that stands where an answer should stand: template words, unfilled variables, notes to oneself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.screening.subject import quoted

if TYPE_CHECKING:
    from core.screening.subject import Limits, Subject

#: Said by nobody who answers: each is looked for in the lower-cased answer.
_PHRASES = (
    "this comprehensive answer",
    "this detailed answer",
    "this is a placeholder",
    "placeholder text",
    "placeholder answer",
    "answer goes here",
    "content goes here",
    "your answer here",
    "your text here",
    "to be completed",
    "to be determined",
    "to be written",
    "to be added",
    "lorem ipsum",
    "dolor sit amet",
)

#: "Yet to be determined" and "has to be added" are ordinary English; without more text around them they are not.
_ORDINARY = frozenset({"to be completed", "to be determined", "to be written", "to be added"})
_NOTE_LENGTH = 120

#: One of these is part of every other phrase, and rare.
_HINTS = ("placeholder", "goes here", "r answer here", "r text here", "ve answer", "ed answer", "lorem ", "dolor ")

_FILL = "insert|add|enter|your|fill|put|replace|describe|provide|todo|tbd|placeholder"
_BRACKETS = re.compile(rf"[\[<](?:{_FILL})\b[^\]>\n]{{0,80}}[\]>]", re.IGNORECASE)
_VARIABLE = re.compile(r"(?<![\w^$\\{}])\{\{ ?[A-Za-z_][\w.]{0,40} ?\}\}|(?<!\S)<%=? ?[\w.]{1,40} ?%>")
_NOTES = re.compile(r"(?<![\w/#-])(?:TODO|TBD|FIXME)(?![\w-])(?=\s*[:.…(\]]|\s*$)", re.MULTILINE)


def placeholder(pair: Subject, _limits: Limits) -> str | None:
    """Find placeholder phrases, brackets to be filled in, template variables and notes, in either text."""
    return _phrase(pair) or _marks(pair.answer) or _marks(pair.question)


def _phrase(pair: Subject) -> str | None:
    lowered = pair.lowered
    if len(lowered) >= _NOTE_LENGTH and not any(hint in lowered for hint in _HINTS):
        return None
    for phrase in _PHRASES:
        if phrase in lowered and (phrase not in _ORDINARY or len(lowered) < _NOTE_LENGTH):
            at = lowered.index(phrase)
            return quoted(pair.answer if len(lowered) == len(pair.answer) else lowered, at, at + len(phrase))
    return None


def _marks(text: str) -> str | None:
    """Look for marks; the plain searches before each pattern keep ordinary text out of the slow ones."""
    found = None
    if "[" in text or "<" in text:
        found = _BRACKETS.search(text)
    if not found and ("{" in text or "<" in text):
        found = _VARIABLE.search(text)
    if not found and ("TODO" in text or "TBD" in text or "FIXME" in text):
        found = _NOTES.search(text)
    return quoted(text, *found.span()) if found else None
