"""Texts that are empty, too short, too long, or that answer nothing because they repeat the question."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.screening.subject import Limits, Subject

_EDGES = " \t\r\n\"'“”\u2018\u2019.,:;?!-*#"


def empty(pair: Subject, _limits: Limits) -> str | None:
    """Find a question or an answer in which nothing but blanks and punctuation stands."""
    for name, text in (("question", pair.question), ("answer", pair.answer)):
        if not text.strip(_EDGES):
            return f"the {name} is {text.strip()!r}" if text.strip() else f"the {name} is empty"
    return None


def too_short(pair: Subject, limits: Limits) -> str | None:
    """Find an answer of fewer characters than the limit."""
    length = len(pair.answer.strip())
    if 0 < length < limits.shortest:
        return f"{length} characters, fewer than {limits.shortest}: “{pair.answer.strip()}”"
    return None


def too_long(pair: Subject, limits: Limits) -> str | None:
    """Find a pair that has more characters than a request may carry."""
    length = len(pair.question) + len(pair.answer)
    if limits.longest is None or length <= limits.longest:
        return None
    return f"{length:,} characters, more than {limits.longest:,}"


def answer_is_question(pair: Subject, _limits: Limits) -> str | None:
    """Find an answer that says the question again and nothing else, once or several times."""
    asked = " ".join(pair.question.lower().split()).strip(_EDGES)
    if not asked or len(pair.words) > 3 * (asked.count(" ") + 1):
        return None
    rest = " ".join(pair.words).replace(asked, "").strip(_EDGES)
    return None if rest else f"“{pair.answer.strip()}”"
