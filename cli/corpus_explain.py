"""Why a pair of the corpus stays or was archived, and the lists behind the counts of a deduplication."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from adapters.corpus.parts import read_columns
from adapters.corpus.tables import find_structs, read_structs
from cli.corpus_choices import Listed
from cli.corpus_standing import deduplicated, paths_of
from cli.locating import find_source
from core.corpus.chain import chain
from core.corpus.figures import Figured
from core.corpus.hints import Hinted
from core.corpus.outcome import Asked, Member, Tie
from core.errors import NotFoundError
from core.one_line import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.compose import Opened
    from core.corpus.manifest import DedupManifest


class Explained(msgspec.Struct, frozen=True):
    """A pair's cluster (its members and the ties between them; none: nothing is like it) and what else is known.

    `way` are the ties that lead from the pair to the one that stays, where it is not that itself. `repeated` are
    the pairs that ask the same, itself included; `apart` those that are as alike, and were not merged since they
    state other figures; `hint` is the model's own analysis, where it or the search takes
    the pair for a duplicate.
    """

    pair_id: str
    merged_into: str | None
    rule: str
    threshold: float
    cosine: float | None
    members: list[Member]
    ties: list[Tie]
    way: list[Tie]
    repeated: list[Asked]
    apart: list[Figured]
    hint: Hinted | None


def explain(opened: Opened, asked: str) -> Explained:
    """Return why a pair stays or was archived.

    NotFoundError for a pair that is not in the corpus; for an id of no pair it names the nearest that there is.
    """
    home, corpus, manifest = deduplicated(opened)
    folder = home.root / manifest.folder
    mine = find_structs(folder / "members.parquet", Member, "pair_id", asked)
    cluster = mine[0].cluster if mine else None
    if not mine and not any(
        asked in each["pair_id"] for each in read_columns(paths_of(home, corpus), ["pair_id"])
    ):
        find_source(opened.database.store, asked)
        raise NotFoundError(
            f"the corpus has no pair {one_line(asked)}; `batchmill pair {one_line(asked)}` says where it is"
        )
    groups = find_structs(folder / "repeated.parquet", Asked, "pair_id", asked)
    hints = find_structs(folder / "hints.parquet", Hinted, "pair_id", asked)
    ties = find_structs(folder / "ties.parquet", Tie, "cluster", cluster) if cluster else []
    return Explained(
        pair_id=asked,
        merged_into=mine[0].merged_into if mine else None,
        rule=manifest.rule,
        threshold=manifest.terms.threshold,
        cosine=manifest.terms.cosine,
        members=find_structs(folder / "members.parquet", Member, "cluster", cluster) if cluster else [],
        ties=ties,
        way=chain(ties, asked, cluster) if cluster else [],
        repeated=find_structs(folder / "repeated.parquet", Asked, "group", groups[0].group) if groups else [],
        apart=[
            each
            for side in ("one", "other")
            for each in find_structs(folder / "figures.parquet", Figured, side, asked)
            if not each.joined
        ],
        hint=hints[0] if hints else None,
    )


def listed(opened: Opened, which: Listed) -> tuple[DedupManifest, Iterator[Member | Asked | Hinted | Figured]]:
    """Return the deduplication and one of its lists, read as it is asked for."""
    home, _, manifest = deduplicated(opened)
    folder = home.root / manifest.folder
    match which:
        case Listed.ARCHIVED:
            members = read_structs(folder / "members.parquet", Member)
            return manifest, (member for member in members if member.merged_into is not None)
        case Listed.REPEATED:
            return manifest, read_structs(folder / "repeated.parquet", Asked)
        case Listed.HINTS:
            return manifest, read_structs(folder / "hints.parquet", Hinted)
        case Listed.FIGURES:
            return manifest, read_structs(folder / "figures.parquet", Figured)
