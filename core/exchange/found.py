"""What can be found in a model's text: answers, one never inside another, and objects that only name a pair."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

IDENTIFYING = frozenset({"pair_id", "refined_question", "refined_answer"})
"""An object with any of these keys is an answer, and no other answer lies inside it."""

PARTS = frozenset({"quality_scores", "duplicate_analysis", "rag_metadata", "enhancements_made", "flags"})
"""What stands below one of these keys belongs to an answer and is none itself."""


class Broken(msgspec.Struct, frozen=True, gc=False):
    """An answer object that names a pair but cannot be used, and why."""

    pair_id: object
    reason: str


class Found(msgspec.Struct, frozen=True):
    """A text's complete answer objects in order, its broken ones, and whether it ends in mid-object."""

    answers: list[dict[str, object]]
    broken: list[Broken]
    truncated: bool


def outermost(value: object) -> Iterator[dict[str, object]]:
    """Yield the answers of a decoded document in order, none that lies inside another. Does not recurse."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(reversed(value))
        elif not isinstance(value, dict):
            continue
        elif IDENTIFYING.isdisjoint(value):
            waiting.extend(reversed([inner for name, inner in value.items() if name not in PARTS]))
        else:
            yield value
