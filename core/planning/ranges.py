"""Cutting runs of pairs without losing one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.pairs import PairRange, count

if TYPE_CHECKING:
    from collections.abc import Sequence


def take(ranges: Sequence[PairRange], start: int, stop: int) -> tuple[PairRange, ...]:
    """Return the pairs `start` to `stop` (exclusive, counted from 0) of the ranges laid end to end."""
    taken = []
    before = 0
    for run in ranges:
        low, high = max(start - before, 0), min(stop - before, len(run))
        if low < high:
            taken.append(PairRange(run.source, run.first + low, run.first + high - 1))
        before += len(run)
    return tuple(taken)


def cut(ranges: Sequence[PairRange], size: int) -> list[tuple[PairRange, ...]]:
    """Cut the ranges into parts of `size` pairs; the last may be smaller."""
    whole = count(ranges)
    return [take(ranges, start, min(start + size, whole)) for start in range(0, whole, size)]


def split_evenly(run: PairRange, most: int) -> list[PairRange]:
    """Cut one run into the fewest parts of at most `most` pairs, as even as can be, the larger ones first."""
    parts = -(-len(run) // most)
    small, larger = divmod(len(run), parts)
    cuts = []
    first = run.first
    for part in range(parts):
        size = small + (part < larger)
        cuts.append(PairRange(run.source, first, first + size - 1))
        first += size
    return cuts
