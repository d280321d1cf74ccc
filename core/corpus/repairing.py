"""A repair: what the tables hold is read and hashed again, so that an import sees what was altered in them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import msgspec

from core.corpus.stored import Ready

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from core.corpus.space import Space
    from core.corpus.stored import Held, Importing, Tally

    #: Returns the sha256 over the columns of each row, as an import makes it; b"" for what no column can hold.
    Digested = Callable[[Sequence[Mapping[str, Any]]], list[bytes]]


class Altered(msgspec.Struct, frozen=True):
    """What an import may not trust: pairs whose columns give another digest (that), vectors likewise.

    `versions` are the last former versions of pairs that are gone themselves. An import that repairs nothing
    trusts everything.
    """

    pairs: Mapping[bytes, bytes] = {}
    vectors: frozenset[bytes] = frozenset()
    versions: Mapping[bytes, int] = {}
    ready: Ready = Ready(0, 0)


def read_again(importing: Importing, space: Space | None, digested: Digested) -> Altered:
    """Return what was altered, found from what the tables hold and not from what they say of it."""
    ready = importing.make_ready()
    pairs = {
        row["pair_id"].encode(): digest
        for rows in importing.stored()
        for row, digest in zip(rows, digested(rows), strict=True)
        if row["row_sha256"] != digest
    }
    vectors = frozenset(
        content
        for content, claimed, values in (importing.stored_vectors(space) if space else ())
        if hashlib.sha256(values).digest() != claimed
    )
    return Altered(pairs, vectors, importing.last_versions(), ready)


def lost(left: Tally, found: Tally, held: Mapping[bytes, Held]) -> int:
    """Return how many rows that the last import left are gone, and were not restored."""
    return max(0, left.former - found.former) + max(0, left.pairs - len(held))
