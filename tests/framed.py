"""What a request line gives to the model, read by the frame alone."""

from __future__ import annotations

import json
from typing import Any


def text_of(line: dict[str, Any]) -> str:
    """Return the text that a line asks about, without the system instruction."""
    text: str = line["request"]["contents"][0]["parts"][0]["text"]
    return text


def sent_in(line: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the pairs of a line: what stands in one line between two with the same mark."""
    rows = text_of(line).split("\n")
    begin = next(place for place, row in enumerate(rows) if row.startswith("--- BEGIN PAIRS "))
    assert rows[begin + 2] == rows[begin].replace("BEGIN", "END")
    pairs: list[dict[str, Any]] = json.loads(rows[begin + 1])
    return pairs
