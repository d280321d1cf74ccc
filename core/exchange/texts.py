"""From a model's text to the answer objects in it: the strict parser where it will do, the salvage where not."""

from __future__ import annotations

import re

import msgspec

from core.exchange.found import Found, outermost
from core.exchange.rows import UNREADABLE
from core.exchange.salvage import salvage

_DEEPEST = 50
_HIDDEN_ID = re.compile(r"\\u00(?:7[02]|6[149]|5[fF])")
"""A letter of `pair_id` written as an escape."""


def answers_in(text: str) -> Found:
    """Return every complete answer object of the text, in order. Never raises."""
    found = _strictly(text)
    if found is None:
        inner = _without_frame(text)
        found = None if inner is None else _strictly(inner)
    return salvage(text) if found is None else found


def fault_of(answer: dict[str, object]) -> str | None:
    """Return what keeps an answer from being a refined pair, as a clause that names the field, or None."""
    for field in ("refined_question", "refined_answer"):
        if field not in answer:
            return f"{field} is missing"
        value = answer[field]
        if not isinstance(value, str):
            return f"{field} is not text"
        if not value or value.isspace():
            return f"{field} is empty"
    return "it is nested too deeply" if is_deep(answer) else None


def _strictly(text: str) -> Found | None:
    """Read text that is one JSON document; None when it is not, or when an object may name two pair_ids."""
    try:
        document = msgspec.json.decode(text)
    except UNREADABLE:
        return None
    answers = list(outermost(document))
    # The decoder keeps the last of two equal names without a word; the salvage sees both.
    if _HIDDEN_ID.search(text) or text.count('"pair_id"') > sum("pair_id" in answer for answer in answers):
        return None
    return Found(answers=answers, broken=[], truncated=False)


def _without_frame(text: str) -> str | None:
    """Return the text from its first opening to its last closing mark, which sheds fences and prose around it."""
    begin = min((at for at in (text.find("["), text.find("{")) if at >= 0), default=len(text))
    end = max(text.rfind("]"), text.rfind("}")) + 1
    if begin >= end or end - begin == len(text) or text.find("[", end) >= 0 or text.find("{", end) >= 0:
        return None
    return text[begin:end]


def is_deep(answer: dict[str, object]) -> bool:
    """Whether containers stand in containers beyond all sense, so that writing them out again could fail."""
    level = [*answer.values()]
    for _ in range(_DEEPEST + 1):
        # `type` is faster here than isinstance, and this looks at all that comes home.
        level = [
            inner
            for outer in level
            if type(outer) is dict or type(outer) is list
            for inner in (outer.values() if type(outer) is dict else outer)
        ]
        if not level:
            return False
    return True
