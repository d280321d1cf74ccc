"""The emulated model's editing rules: they change form, never facts, and every number stays."""

from __future__ import annotations

import re

_LEAD_IN = re.compile(
    r"^(?:(?:Certainly|Sure|Of course|Absolutely)(?:[!.]\s+|,\s+))?"
    r"(?:(?:Here(?:'s| is| are)|I'll provide|I will provide|Let me provide) (?:you with )?"
    r"(?:an?|the|some) (?:[a-z-]+ ){0,2}(?:overview|summary|explanation|analysis|information) (?:of|on|about) )?",
)
_FAREWELL = re.compile(
    r"\s*(?:Please )?(?:let me know if|feel free to ask|I hope this helps)[^.!?\d]*[.!?]?\s*$", re.IGNORECASE
)
_EMPTY_SOURCES = re.compile(r"\s+Sources:\s*-?\s*$")
_HEADING = re.compile(r"(?<=[.!?)]) ([A-Z][^.:!?\n]{2,60}:) (?=- |\d{1,2}\. )")
_BULLET = re.compile(r"(?<=[.:;!?)]) - (?=\S)")
_NUMBERED = re.compile(r"(?<=[.:;!?)]) (?=\d{1,2}\. [A-Z])")
_TAIL = 300
_TRAILING = re.compile(r"[ \t]+$", re.MULTILINE)
_DOUBLE = re.compile(r"(?<=\S)[ \t]{2,}(?=\S)")
_ASKING = re.compile(
    r"(?:what|how|why|when|where|which|who|is|are|can|could|does|do|did|should|will)\s", re.IGNORECASE
)


def refine_answer(answer: str) -> tuple[str, list[str]]:
    """Return the edited answer and what was done to it, in words."""
    made: list[str] = []
    text = _step(made, "Removed the conversational opener", answer, _without_lead_in(answer))
    text = _step(made, "Removed the closing small talk", text, _without_farewell(text))
    text = _step(made, "Put each list item and heading on its own line", text, _on_lines(text))
    text = _step(made, "Cleaned up spacing", text, _tidied(text))
    return (text, made) if text else (answer, [])


def refine_question(question: str) -> str:
    """Return the question with single spaces; a spelt-out question gets its capital and its question mark."""
    text = " ".join(question.split())
    if not _ASKING.match(text):
        return text
    text = text[0].upper() + text[1:]
    return text if text[-1] in "?.!" else f"{text}?"


def _step(made: list[str], name: str, before: str, after: str) -> str:
    if after != before:
        made.append(name)
    return after


def _without_lead_in(answer: str) -> str:
    lead_in = _LEAD_IN.match(answer)
    if lead_in is None or not lead_in.end():
        return answer
    rest = answer[lead_in.end() :]
    return rest[:1].upper() + rest[1:] if rest[:1].islower() else rest


def _without_farewell(text: str) -> str:
    tail = text[-_TAIL:]
    shorter = _EMPTY_SOURCES.sub("", _FAREWELL.sub("", tail))
    return text if shorter == tail else text[:-_TAIL] + shorter


def _on_lines(text: str) -> str:
    text = _HEADING.sub(r"\n\n\1 ", text)
    text = _NUMBERED.sub("\n", text)
    return _BULLET.sub("\n- ", text)


def _tidied(text: str) -> str:
    if "  " not in text and "\t" not in text and " \n" not in text:
        return text.rstrip()
    return _DOUBLE.sub(" ", _TRAILING.sub("", text)).rstrip()
