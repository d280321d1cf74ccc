"""One line of the timeline."""

from __future__ import annotations

import msgspec

DONE, PENDING, FAILED = "done", "pending", "failed"


class Milestone(msgspec.Struct, frozen=True):
    """One line: when it was reached or is due (the ledger's text, None if unknown), what it is, and its state."""

    at: str | None
    text: str
    state: str
    wave: int


def some(number: int, one: str, many: str) -> str:
    """Return a number with its noun."""
    return f"{number} {one if number == 1 else many}"
