"""What a model says about itself and to its user, where a reader of the knowledge base expects the matter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.screening.subject import quoted

if TYPE_CHECKING:
    from core.screening.subject import Limits, Subject

#: Refusals stand at the start; further on, "I cannot" is somebody quoted.
_HEAD = 400
_TAIL = 250

_LACK = (
    r"(?:do not|don't|did not|didn't) (?:have|feel comfortable|find|possess)\b"
    r"|(?:cannot|can not|can't|could not|couldn't|am unable to|am not able to|was unable to|was not able to)"
    r" (?:provide|offer|assist|help|answer|give|fulfil|comply|access|find|discuss|locate|create|complete|speak"
    r"|directly|generate|summari[sz]e)"
)
_REFUSAL = re.compile(
    rf"\bi'?m (?:sorry|afraid)\b[^.]{{0,120}}?\bi (?:{_LACK})"
    rf"|\bi (?:apologi[sz]e)\b|\bi (?:{_LACK})"
    r"|\bas an? (?:ai|artificial intelligence)(?: language| research)? (?:model|assistant)\b"
    r"|\bas a (?:large )?language model\b"
)
_KNOWLEDGE = re.compile(r"\bmy (?:knowledge cutoff|knowledge cut-off|last update|training data)\b")
_HINTS = ("i ", "i'm", "my ", "as an ai", "as a large", "as a language", "as an artificial")

_OPENER = re.compile(
    r"(?:certainly|sure|sure thing|of course|absolutely|great question|good question|happy to help)"
    r"(?:[!,.:]|\s[-\u2013\u2014])\s*(?=\S)"
    r"|(?:i'?(?:d| would) be (?:happy|glad) to|i'm happy to|thank you for your question)\b"
)
_CLOSER = re.compile(
    r"(?:(?:please )?let me know if|(?:please )?feel free to (?:ask|reach|let|contact|share|submit|provide)"
    r"|i hope (?:this|that) helps|is there anything else|if you have any (?:other|further|more) questions)[^\n]*\Z"
)

_OFFERS = ("let me know", "feel free", "helps", "anything else", "if you have")


def _straight(text: str) -> str:
    return text.replace("\u2019", "'")


def refusal(pair: Subject, _limits: Limits) -> str | None:
    """Find, among the first 400 characters, a model that says it cannot answer or what it is."""
    head = _straight(pair.lowered[:_HEAD])
    if not any(hint in head for hint in _HINTS):
        return None
    found = _REFUSAL.search(head) or _KNOWLEDGE.search(head)
    return quoted(head, found.start(), found.start() + 80) if found else None


def opener(pair: Subject, _limits: Limits) -> str | None:
    """Find a greeting to the user at the very start: “Certainly! Here is…”, “Sure, …”."""
    start = _straight(pair.lowered[:80].lstrip())
    return quoted(pair.answer.lstrip()[:80], 0, 60, 0) if _OPENER.match(start) else None


def closer(pair: Subject, _limits: Limits) -> str | None:
    """Find an offer to the user at the very end: “Let me know if you have additional questions!”."""
    tail = pair.ending[-_TAIL:].lower()
    if not any(hint in tail for hint in _OFFERS):
        return None
    found = _CLOSER.search(tail)
    return quoted(tail, *found.span(), 0) if found else None
