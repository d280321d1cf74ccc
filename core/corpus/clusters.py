"""From what pairs have in common to clusters, their survivors, and repeated questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.corpus.choices import Repeated
from core.corpus.parting import PartingUnionFind
from core.corpus.ports import Kind
from core.corpus.survivor import Candidate, survivor

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

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


def link(found: Found, terms: Terms, apart: Collection[tuple[int, int]] = frozenset()) -> Linked:
    """Return the links that the terms allow and what they join; same questions join only where they are merged.

    Rows that are near do not join two that stay `apart`, neither these themselves nor a chain between them; of
    several links the closest go first. What has the same text is joined in any case.
    """
    joining = {Kind.BOTH, Kind.ANSWER} | ({Kind.QUESTION} if terms.repeated is Repeated.MERGE else set())
    links = [each for same in found.same if same.kind in joining for each in _links(same)]
    union = PartingUnionFind(apart)
    for each in links:
        union.join(each.one, each.other)
    near = [Link(each.one, each.other, Kind.NEAR, each.similarity) for each in found.near]
    near += [Link(each.one, each.other, Kind.COSINE, each.similarity) for each in found.cosine]
    if apart:
        near.sort(key=lambda each: (-each.similarity, each.one, each.other))
    links += [each for each in near if union.join_if_allowed(each.one, each.other)]
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
