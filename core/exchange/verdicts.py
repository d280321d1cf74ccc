"""The verdicts on a batch's pairs, what came home, and what could not be attributed to any pair."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from core.batch.parts import Unrefined  # noqa: TC001 - msgspec reads the annotations at run time

REASON_LIMIT = 200


class Verdict(StrEnum):
    """What became of a pair that was asked for."""

    REFINED = "refined"
    MISSING = "missing"
    MALFORMED = "malformed"
    BLOCKED = "blocked"
    CUT_OFF = "cut_off"


class RefinedPair(msgspec.Struct, frozen=True, gc=False):
    """A pair that came home, with its source's key, its request's key, and the answer's fields as they came."""

    pair_id: str
    source: str
    key: str
    answer: dict[str, object]


class PairVerdict(msgspec.Struct, frozen=True, gc=False):
    """The one verdict of a pair, with a reason that is one clause; a refined pair needs none ("")."""

    pair_id: str
    key: str
    verdict: Verdict
    reason: str


class Stray(msgspec.Struct, frozen=True, gc=False):
    """A result line, or one answer of it, that belongs to no open pair; `line` counts from 1."""

    line: int
    key: str | None
    pair_id: str | None
    reason: str


class Reading(msgspec.Struct, frozen=True):
    """What a whole result file came to.

    `strays` holds the first of them, `stray_count` how many there were. Tokens are summed over the readable
    lines, a line that repeats a key left out. `models` are the model versions seen, sorted.
    """

    lines: int
    refined: int
    unrefined: tuple[Unrefined, ...]
    strays: tuple[Stray, ...]
    stray_count: int
    input_tokens: int
    output_tokens: int
    models: tuple[str, ...]
    emulated: bool


def clause(text: str) -> str:
    r"""Return `text` fit for one line of a terminal: nothing unprintable (ESC: `\x1b`), at most 200 characters."""
    if len(text) <= REASON_LIMIT and text.isprintable():
        return text
    head = text[: REASON_LIMIT + 1]
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in head)
    return shown if len(shown) <= REASON_LIMIT else f"{shown[: REASON_LIMIT - 1]}…"
