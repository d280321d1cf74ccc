"""Runs of words, and how much of them two texts share (Broder 1997)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    Shingle = tuple[str, ...]


def shingles(folded: str, words: int) -> AbstractSet[Shingle]:
    """Return every run of so many words of a folded text; a shorter text is one shingle by itself, "" has none."""
    given = folded.split(" ")
    if len(given) < words:
        return {tuple(given)} if folded else frozenset()
    return set(zip(*(given[start:] for start in range(words)), strict=False))


def jaccard(one: AbstractSet[Shingle], other: AbstractSet[Shingle]) -> float:
    """Return the share of the shingles of both that they have in common, 0 to 1; of two empty sets 0."""
    common = len(one & other)
    together = len(one) + len(other) - common
    return common / together if together else 0.0
