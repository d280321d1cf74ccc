"""Cutting runs of pairs without losing one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.pairs import PairRange, count

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


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
    return _parts(ranges, [min(size, whole - start) for start in range(0, whole, size)])


def split_evenly(ranges: Sequence[PairRange], most: int) -> list[tuple[PairRange, ...]]:
    """Cut the ranges into the fewest parts of at most `most` pairs, as even as can be, the larger ones first."""
    whole = count(ranges)
    parts = -(-whole // most)
    return _parts(ranges, [whole // parts + (part < whole % parts) for part in range(parts)])


def without(run: PairRange, gaps: Iterable[tuple[int, int]]) -> tuple[PairRange, ...]:
    """Return a run without the places in `gaps`, which are (first, last) inclusive and do not overlap."""
    kept = []
    first = run.first
    for gap_first, gap_last in sorted(gaps):
        if first < gap_first:
            kept.append(PairRange(run.source, first, gap_first - 1))
        first = gap_last + 1
    if first <= run.last:
        kept.append(PairRange(run.source, first, run.last))
    return tuple(kept)


def _parts(ranges: Sequence[PairRange], sizes: Sequence[int]) -> list[tuple[PairRange, ...]]:
    """Cut the ranges, laid end to end, into parts of these many pairs; together they hold as many."""
    parts = []
    runs = iter(ranges)
    rest = PairRange("", 1, 0)
    for size in sizes:
        part: list[PairRange] = []
        open_places = size
        while open_places:
            rest = rest if len(rest) else next(runs)
            taken = PairRange(rest.source, rest.first, min(rest.last, rest.first + open_places - 1))
            rest = PairRange(rest.source, taken.last + 1, rest.last)
            open_places -= len(taken)
            if len(taken):
                part.append(taken)
        parts.append(tuple(part))
    return parts
