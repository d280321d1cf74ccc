"""What a model or a tool left in a text that is no part of the matter, found by the content rules."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.screening import model_talk, padding, repetition, residue
from core.screening.subject import Limits, subject

if TYPE_CHECKING:
    from core.screening.subject import Subject

_LIMITS = Limits()
_START = 200
_LEAD_IN = re.compile(
    r"\s*(?:certainly|sure|of course|absolutely)?[!,.]?\s*"
    r"(?:here(?:['\u2019]s| is| are)|(?:i['\u2019]ll|i will|let me|allow me to) (?:provide|give|offer|share))"
    r" (?:you (?:with )?)?(?:an?|the|some|my) (?:[\w-]+ ){0,4}?"
    r"(?:overview|summary|explanation|answer|analysis|information|breakdown|guide|response|version|discussion)\b",
    re.IGNORECASE,
)

RULES = {
    "opener": model_talk.opener,
    "closer": model_talk.closer,
    "refusal": model_talk.refusal,
    "residue": residue.residue,
    "padding": padding.padding,
    "repetition": repetition.repetition,
}
LEAD_IN = "lead-in"
NAMES = (*RULES, LEAD_IN)


def traces(question: str, answer: str) -> dict[str, str]:
    """Return what was seen by the name of its trace, of NAMES, each in one clause that quotes the text."""
    pair = subject(question, answer)
    seen = {name: clause for name, rule in RULES.items() if (clause := rule(pair, _LIMITS)) is not None}
    if clause := _lead_in(pair):
        seen[LEAD_IN] = clause
    return seen


def _lead_in(pair: Subject) -> str | None:
    """Find an announcement at the very start: “Here is a comprehensive overview of …”."""
    found = _LEAD_IN.match(pair.answer[:_START])
    return f"“{found[0].strip()}”" if found else None
