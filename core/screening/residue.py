"""What the tool that fetched an answer left in it: counts, timings, costs and the end of its own report."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.screening.subject import TRAILER, quoted

if TYPE_CHECKING:
    from core.screening.subject import Limits, Subject

#: Only the end can hold it; the last answer of a report drags the report's summary (some 700 characters) along.
_TAIL = 1500

_REPORT = re.compile(
    r"answer characters: ?[\d,]+|total time: ?[\d.]+ ?seconds|total cost \(estimated\)"
    r"|\b(?:prompt|completion|total)[_ ]tokens: ?\d+|<\|(?:end|im_end|endoftext|eot_id)[^|]{0,12}\|>|</s>"
)
_HINTS = (TRAILER, "total time:", "total cost", "tokens:", "<|", "</s>")


def residue(pair: Subject, _limits: Limits) -> str | None:
    """Find the traces of a tool at the end of an answer."""
    tail = pair.lowered[-_TAIL:]
    if not any(hint in tail for hint in _HINTS):
        return None
    found = _REPORT.search(tail)
    return quoted(tail, *found.span()) if found else None
