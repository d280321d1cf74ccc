"""From what pairs have in common to clusters, their survivors, and repeated questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.corpus.choices import Repeated
from core.corpus.ports import Kind
from core.corpus.survivor import Candidate, survivor
from core.corpus.union_find import UnionFind

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping

    from core.corpus.ports import Found, Same
    from core.corpus.terms import Terms


class Link(msgspec.Struct, frozen=True, gc=False):
    """Why two rows are in one cluster; of the same text the similarity is 1."""

    one: int
    other: int
    kind: Kind
    similarity: float


class Cluster(msgspec.Struct, frozen=True, gc=False):
    """Rows that are duplicates of each other, sorted, and the one that stays."""

    rows: tuple[int, ...]
    survivor: int


class Linked(msgspec.Struct, frozen=True, gc=False):
    """Everything that joins rows, the sets of rows that are joined, and questions asked in more than one of them.

    `repeated` holds rows that ask the same, sorted, at least two of which are in no common cluster.
    """

    links: tuple[Link, ...]
    joined: tuple[tuple[int, ...], ...]
    repeated: tuple[tuple[int, ...], ...]


def link(found: Found, terms: Terms, apart: Container[tuple[int, int]] = ()) -> Linked:
    """Return the links that the terms allow and what they join; same questions join only where they are merged.

    Two rows that are near stay `apart` where they are named (the lower first), if nothing else joins them.
    """
    joining = {Kind.BOTH, Kind.ANSWER} | ({Kind.QUESTION} if terms.repeated is Repeated.MERGE else set())
    links = [each for same in found.same if same.kind in joining for each in _links(same)]
    for kind, nears in ((Kind.NEAR, found.near), (Kind.COSINE, found.cosine)):
        links += [
            Link(near.one, near.other, kind, near.similarity)
            for near in nears
            if (near.one, near.other) not in apart
        ]
    union = UnionFind()
    for each in links:
        union.join(each.one, each.other)
    repeated = [
        same.rows for same in found.same if same.kind is Kind.QUESTION and not union.together([*same.rows])
    ]
    return Linked(tuple(links), tuple(map(tuple, union.components())), tuple(repeated))


def clusters(joined: Iterable[tuple[int, ...]], scored: Mapping[int, Candidate]) -> Iterator[Cluster]:
    """Yield each set of joined rows with its survivor."""
    for rows in joined:
        yield Cluster(rows, survivor(scored[row] for row in rows))


def _links(same: Same) -> Iterator[Link]:
    """Join each row to the lowest: all of them are the same."""
    first, *rest = same.rows
    return (Link(first, row, same.kind, 1.0) for row in rest)
