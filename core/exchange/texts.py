"""From a model's text to the answer objects in it: the strict parser where it will do, the salvage where not."""

from __future__ import annotations

import msgspec

from core.exchange.found import Found, outermost
from core.exchange.rows import UNREADABLE
from core.exchange.salvage import salvage

_DEEPEST = 50


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
    return "it is nested too deeply" if _is_deep(answer) else None


def _strictly(text: str) -> Found | None:
    """Read text that is one JSON document; None when it is not, or when an object may name two pair_ids."""
    try:
        document = msgspec.json.decode(text)
    except UNREADABLE:
        return None
    answers = list(outermost(document))
    # The decoder keeps the last of two equal names without a word; the salvage sees both.
    if text.count('"pair_id"') > sum("pair_id" in answer for answer in answers):
        return None
    return Found(answers=answers, broken=[], truncated=False)


def _without_frame(text: str) -> str | None:
    """Return the text from its first opening to its last closing mark, which sheds fences and prose around it."""
    starts = [at for at in (text.find("["), text.find("{")) if at >= 0]
    end = max(text.rfind("]"), text.rfind("}")) + 1
    if not starts or not end or text.find("[", end) >= 0 or text.find("{", end) >= 0:
        return None
    return text[min(starts) : end]


def _is_deep(container: dict[str, object] | list[object], depth: int = 0) -> bool:
    """Whether containers stand in containers beyond all sense, so that writing them out again could fail."""
    for inner in container.values() if isinstance(container, dict) else container:
        # `type` is faster here than isinstance, and this looks at all that comes home.
        if (type(inner) is dict or type(inner) is list) and (depth == _DEEPEST or _is_deep(inner, depth + 1)):
            return True
    return False
