"""Questions that ask no more, and answers far shorter or longer than their sources."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.quality.findings import FAULT, NOTE, QualityFinding, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.quality.findings import After, Before, Terms

_MARKED = re.compile(r"[?\uff1f\u061f][\"'”\u2019)*_`]*\s*\Z")
_ASKS = re.compile(
    r"\W*(?:(?:in|on|at|for|by|to|under|with|from) )?(?:what|how|why|when|where|which|who|whose|whom|is|are|was"
    r"|were|am|can|could|does|do|did|should|shall|will|would|has|have|had|may|might|must"
    r"|explain|describe|discuss|compare|define|list|name|give|show|tell|outline|analy[sz]e|summari[sz]e)\b",
    re.IGNORECASE,
)
_LEAST = 100


def asks(question: str) -> bool:
    """Whether a text ends with a question mark, or begins with a word that asks or orders an answer."""
    return bool(_MARKED.search(question) or _ASKS.match(question))


def question_lost(before: Before, after: After, _terms: Terms) -> Iterator[QualityFinding]:
    """Find a question that is none any more; a topic that never was one need not become one."""
    if asks(before.question) and not asks(after.question):
        reason = f"was a question and is none: “{shown(after.question)}”"
        yield QualityFinding("question-lost", FAULT, reason, "question")


def length_ratio(before: Before, after: After, terms: Terms) -> Iterator[QualityFinding]:
    """Find an answer that lost most of its text, or grew out of all proportion.

    Short sources are asked to grow, so their answers may be long; those of less than 100 characters may shrink.
    """
    old, new = len(before.answer.strip()), len(after.answer.strip())
    ratio = new / max(1, old)
    if old >= _LEAST and ratio < terms["shortest_ratio"]:
        reason = f"has {new:,} characters, {ratio:.0%} of its source's {old:,}"
        yield QualityFinding("length-ratio", FAULT, reason, "answer")
    elif new > terms["length_free"] and ratio > terms["longest_ratio"]:
        reason = f"has {new:,} characters, {ratio:.1f} times its source's {old:,}"
        yield QualityFinding("length-ratio", NOTE, reason, "answer")
