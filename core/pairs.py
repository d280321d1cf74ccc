"""Pair ids: minted so that no two pairs of a ledger can ever share one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class PairRange(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A run of pairs of one source, `first` to `last` inclusive, counted from 1 as they stand in the file.

    `source` is the source's key, unique in the ledger. Stored as `[source, first, last]`.
    """

    source: str
    first: int
    last: int

    def __len__(self) -> int:
        """Return the number of pairs in the run."""
        return self.last - self.first + 1

    def __iter__(self) -> Iterator[str]:
        """Yield the pair ids of the run in order."""
        return (pair_id(self.source, ordinal) for ordinal in range(self.first, self.last + 1))


def pair_id(source: str, ordinal: int) -> str:
    """Return the id of the `ordinal`-th pair (from 1) of a source, e.g. `w2-s30-dex_volume_24h-001`.

    The source's key is unique in the ledger (it starts with the wave, and a wave refuses two equal keys) and the
    ordinal holds no hyphen, so the last hyphen splits an id in only one way: equal ids mean the same pair.
    """
    return f"{source}-{ordinal:03d}"


def ranges_of(pair_ids: Iterable[str]) -> tuple[PairRange, ...]:
    """Return ids that `pair_id` made as runs, in their order."""
    runs: list[PairRange] = []
    for each in pair_ids:
        source, _, text = each.rpartition("-")
        ordinal = int(text)
        if runs and runs[-1].source == source and runs[-1].last + 1 == ordinal:
            runs[-1] = PairRange(source, runs[-1].first, ordinal)
        else:
            runs.append(PairRange(source, ordinal, ordinal))
    return tuple(runs)


def carries(ranges: Iterable[PairRange], source: str, ordinal: int) -> bool:
    """Return whether the ranges hold the `ordinal`-th pair of a source."""
    return any(run.source == source and run.first <= ordinal <= run.last for run in ranges)


def count(ranges: Iterable[PairRange]) -> int:
    """Return how many pairs the ranges hold together."""
    return sum(len(run) for run in ranges)


def ids(ranges: Iterable[PairRange]) -> Iterator[str]:
    """Yield every pair id of the ranges, in order."""
    for run in ranges:
        yield from run


def first_and_last(ranges: Iterable[PairRange]) -> tuple[str | None, str | None]:
    """Return the first and the last pair id, or two Nones when there is no pair."""
    runs = [run for run in ranges if len(run)]
    if not runs:
        return None, None
    return pair_id(runs[0].source, runs[0].first), pair_id(runs[-1].source, runs[-1].last)
