"""Where in a prompt the pairs stand that it wants refined."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.emulator.wire import Message

HEADER = "Q&A PAIRS TO REFINE:"

_HEADER_LINE = re.compile(rf"^{re.escape(HEADER)}[ \t\r]*$", re.MULTILINE)
_ARRAY_START = re.compile(r"^[ \t]*\[", re.MULTILINE)
_decoder = json.JSONDecoder()


def pairs_in(texts: Sequence[str]) -> list[Message]:
    """Return the pairs of the first array of objects with a `pair_id` that follows a header line, or [].

    The texts are read as one, so header and array may stand in different parts.
    """
    whole = texts[0] if len(texts) == 1 else "\n".join(texts)
    for header in _HEADER_LINE.finditer(whole):
        pairs = _first_array(whole, header.end())
        if pairs:
            return pairs
    return []


def _first_array(text: str, start: int) -> list[Message]:
    for opening in _ARRAY_START.finditer(text, start):
        pairs = _array_at(text, opening.end() - 1)
        if pairs and all(isinstance(pair, dict) and "pair_id" in pair for pair in pairs):
            return pairs
    return []


def _array_at(text: str, start: int) -> list[Message]:
    """Decode the array that opens at `start`: quickly when it is the last thing said, patiently otherwise."""
    try:
        found = msgspec.json.decode(text[start:])
    except msgspec.DecodeError:
        try:
            found, _ = _decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            return []
    return found if isinstance(found, list) else []
