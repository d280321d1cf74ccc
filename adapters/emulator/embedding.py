"""The emulated embedding model: vectors made of words, so that similar texts lie close, the same every time."""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from adapters.emulator.refiner import MARK
from adapters.emulator.wire import field, objects, tokens

if TYPE_CHECKING:
    from adapters.emulator.wire import Message

FULL = 3072
"""The length of a whole vector, which alone has the length 1; a shorter one is its beginning."""

INPUT_LIMIT = 2_048
"""Tokens of a text that are read; the rest is passed over, as the real service does."""

_WORD = re.compile(r"[^\W_]+")
_SHORT = 3
_PLACES = 16
_DIGITS = 8


def embeds(model: str) -> bool:
    """Whether a model of this name (with or without `models/`) makes vectors; any other makes text."""
    return "embedding" in model


def embedded(request: Message) -> Message:
    """Return the EmbedContentResponse to a valid request: its tokens, and a vector as long as it asks for.

    Each word stands for some places of the vector and a sign at each; words of up to three letters count little.
    """
    text = text_of(request)
    return {
        "tokenCount": str(count(text)),
        "embedding": {"values": vector(text)[: field(request, "outputDimensionality") or FULL]},
        MARK: True,
    }


def text_of(request: Message) -> str:
    """Return the text of an EmbedContentRequest, its title first, as far as it is read."""
    parts = [part.get("text") or "" for part in objects(field(field(request, "content"), "parts"))]
    return "\n".join(filter(None, [field(request, "title") or "", *parts]))


def count(text: str) -> int:
    """Return the tokens of a text that are read."""
    return min(tokens(len(text)), INPUT_LIMIT)


def vector(text: str) -> list[float]:
    """Return a text's whole vector."""
    values = [0.0] * FULL
    values[0] = 0.1  # a text without a word is a point too
    for word, times in Counter(_WORD.findall(text[: 4 * INPUT_LIMIT].lower())).items():
        weight = (1 + math.log(times)) * (1.0 if len(word) > _SHORT else 0.1)
        for place, sign in _traits(word):
            values[place] += sign * weight
    length = math.hypot(*values)
    return [round(value / length, _DIGITS) for value in values]


@lru_cache(maxsize=20_000)
def _traits(word: str) -> tuple[tuple[int, int], ...]:
    """Return the places that a word stands for and its sign at each."""
    spread = hashlib.shake_128(word.encode()).digest(3 * _PLACES)
    steps = [spread[start : start + 3] for start in range(0, len(spread), 3)]
    return tuple((int.from_bytes(step[:2]) % FULL, 1 if step[2] & 1 else -1) for step in steps)
