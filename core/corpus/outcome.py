"""What a deduplication comes to, by pair ids: clusters and why they are, repeated questions, the model's hints."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.corpus.clusters import clusters
from core.corpus.hints import Hinted, hinted
from core.corpus.ports import Kind  # noqa: TC001 - msgspec reads the annotations at run time
from core.corpus.survivor import Candidate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from core.corpus.clusters import Cluster, Linked


class Known(msgspec.Struct, frozen=True, gc=False):
    """What is asked of a row beside its texts; see `core.corpus.row`."""

    row: int
    pair_id: str
    question: str
    overall: float | None
    completeness: float | None
    is_duplicate: bool | None
    similar_to: tuple[str, ...]
    merge_recommendation: str | None


class Member(msgspec.Struct, frozen=True, gc=False):
    """A pair of a cluster, which bears its survivor's id; `merged_into` is None for the survivor itself."""

    cluster: str
    row: int
    pair_id: str
    merged_into: str | None
    overall: float | None
    completeness: float | None


class Tie(msgspec.Struct, frozen=True, gc=False):
    """Why two pairs are in one cluster."""

    cluster: str
    one: str
    other: str
    kind: Kind
    similarity: float


class Asked(msgspec.Struct, frozen=True, gc=False):
    """A pair that asks the same as others that answer differently; `question` is that of the group's first pair.

    `stays` is the pair itself, or the survivor that it was merged into.
    """

    group: int
    row: int
    pair_id: str
    stays: str
    question: str


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """All of it, in the order of rows."""

    members: tuple[Member, ...]
    ties: tuple[Tie, ...]
    repeated: tuple[Asked, ...]
    hints: tuple[Hinted, ...]


def rows_asked(linked: Linked) -> set[int]:
    """Return the rows that something has to be known of, beside those that the model has a word on."""
    return {row for rows in (*linked.joined, *linked.repeated) for row in rows}


def outcome(linked: Linked, known: Mapping[int, Known]) -> Outcome:
    """Return what it comes to; `known` has the rows asked for, and those that the model has a word on."""
    scored = {row: Candidate(row, each.overall, each.completeness) for row, each in known.items()}
    found = list(clusters(linked.joined, scored))
    into = {row: known[each.survivor].pair_id for each in found for row in each.rows}
    ties = [
        Tie(into[each.one], known[each.one].pair_id, known[each.other].pair_id, each.kind, each.similarity)
        for each in sorted(linked.links, key=lambda each: (each.one, each.other, each.kind))
    ]
    return Outcome(
        tuple(member for each in found for member in _members(each, known)),
        tuple(ties),
        tuple(_asked(linked.repeated, known, into)),
        tuple(_hints(found, known)),
    )


def _members(cluster: Cluster, known: Mapping[int, Known]) -> Iterator[Member]:
    stays = known[cluster.survivor].pair_id
    for row in cluster.rows:
        each = known[row]
        merged_into = None if row == cluster.survivor else stays
        yield Member(stays, row, each.pair_id, merged_into, each.overall, each.completeness)


def _asked(
    repeated: Iterable[tuple[int, ...]], known: Mapping[int, Known], into: Mapping[int, str]
) -> Iterator[Asked]:
    for group, rows in enumerate(sorted(repeated)):
        for row in rows:
            pair_id = known[row].pair_id
            yield Asked(group, row, pair_id, into.get(row, pair_id), known[rows[0]].question)


def _hints(found: Iterable[Cluster], known: Mapping[int, Known]) -> Iterator[Hinted]:
    cluster_of = {row: each for each in found for row in each.rows}
    for row, each in sorted(known.items()):
        cluster = cluster_of.get(row)
        hint = hinted(
            each.pair_id,
            is_duplicate=each.is_duplicate,
            similar_to=each.similar_to,
            merge_recommendation=each.merge_recommendation,
            cluster={known[other].pair_id for other in cluster.rows} if cluster else (),
            merged_into=known[cluster.survivor].pair_id if cluster and cluster.survivor != row else None,
        )
        if hint is not None:
            yield hint
