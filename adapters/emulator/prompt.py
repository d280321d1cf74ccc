"""Where in a prompt the pairs stand that it wants refined."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from adapters.emulator.wire import Message

HEADER = "Q&A PAIRS TO REFINE:"

_HEADER_LINE = re.compile(rf"^{re.escape(HEADER)}[ \t\r]*$", re.MULTILINE)
_ARRAY_START = re.compile(r"^[ \t]*\[", re.MULTILINE)
_FRAMED = re.compile(
    r"^--- BEGIN PAIRS (?P<mark>[0-9a-f]+) ---\n(?P<pairs>[^\n]*)\n--- END PAIRS (?P=mark) ---$", re.MULTILINE
)
_decoder = json.JSONDecoder()


def pairs_in(texts: Sequence[str]) -> list[Message]:
    """Return the pairs that a request asks for, or [].

    They are what stands in one line between two lines that bear the same mark; where no line does, the first array
    of objects with a `pair_id` that follows a header line. The texts are read as one, so both may stand
    in different parts.
    """
    whole = texts[0] if len(texts) == 1 else "\n".join(texts)
    return next(filter(None, _found(whole)), [])


def _found(whole: str) -> Iterator[list[Message]]:
    for frame in _FRAMED.finditer(whole):
        yield _pairs(_array_at(frame["pairs"], 0))
    for header in _HEADER_LINE.finditer(whole):
        yield _first_array(whole, header.end())


def _first_array(text: str, start: int) -> list[Message]:
    arrays = (_pairs(_array_at(text, opening.end() - 1)) for opening in _ARRAY_START.finditer(text, start))
    return next(filter(None, arrays), [])


def _pairs(found: list[Message]) -> list[Message]:
    """Return an array if all of it are pairs."""
    return found if all(isinstance(pair, dict) and "pair_id" in pair for pair in found) else []


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
