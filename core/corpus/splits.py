"""Which pairs train and which validate: by a hash of what belongs together, so that a pair stays where it was."""

from __future__ import annotations

from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING

from core.corpus.union_find import UnionFind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_BITS = 64


class Split(StrEnum):
    """The two of them."""

    TRAIN = "train"
    VALIDATION = "validation"


class Splitter:
    """Puts rows into splits; what belongs together (a cluster, a repeated question) is never parted.

    A group goes by the hash of its oldest pair's id: the same pairs, share and seed give the same splits, and more
    pairs leave those there are where they were, as long as no older one joins their group.
    """

    def __init__(self, together: Iterable[Sequence[int]], share: float, seed: int) -> None:
        """Keep each of these sets of rows together; `share` (0 to 1) of the groups validate, on average."""
        self._union = UnionFind()
        for rows in together:
            for row in rows[1:]:
                self._union.join(rows[0], row)
        self._oldest = {row: rows[0] for rows in self._union.components() for row in rows}
        self._names: dict[int, str] = {}
        self._limit = int(share * (1 << _BITS))
        self._seed = seed

    def split(self, row: int, pair_id: str) -> Split:
        """Return where a row goes; rows come in their order, so that the oldest of a group comes first."""
        oldest = self._oldest.get(row)
        if oldest is not None:
            pair_id = self._names.setdefault(oldest, pair_id)
        digest = sha256(f"{self._seed}:{pair_id}".encode()).digest()
        validates = int.from_bytes(digest[: _BITS // 8], "big") < self._limit
        return Split.VALIDATION if validates else Split.TRAIN
