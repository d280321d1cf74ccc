"""Which texts of a band's bucket are compared with each other."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

#: In a wide bucket a text is compared with so many that follow it.
NEIGHBOURS = 4


def bucket_pairs(rows: Iterable[int], widest: int) -> list[tuple[int, int]]:
    """Return the pairs (lower row, higher row) of a bucket that are to be compared, in order, each once.

    All of them in a bucket of at most `widest` rows. In a wider one, where that would grow with the square, each
    row is compared with the lowest one and with its next neighbours: texts that are all alike are still joined to
    one cluster, at a cost that grows with the bucket.
    """
    ordered = sorted(set(rows))
    if len(ordered) <= widest:
        return list(combinations(ordered, 2))
    pairs = {(ordered[0], row) for row in ordered[1:]}
    for step in range(1, NEIGHBOURS + 1):
        pairs.update(zip(ordered, ordered[step:], strict=False))
    return sorted(pairs)
