"""`batchmill corpus dedup`: from a built corpus to clusters, survivors and what they were found by."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec

from adapters.corpus.daft_finder import PARTS_ON_RAY, VERSION, DaftFinder, use_native, use_ray
from adapters.corpus.folder import folder_name
from adapters.corpus.parts import columns_at, read_columns, write_table
from adapters.corpus.schema import table_of
from cli.corpus_choices import Engine
from cli.corpus_recording import record_dedup
from cli.corpus_standing import DEDUP, FOLDER, built, paths_of, stands
from cli.embedding_spaces import settings_space
from cli.vector_syncing import gathered
from core.corpus.choices import Figures
from core.corpus.clusters import link
from core.corpus.figures import Dispute, Figured, disputes, figured, figures_of
from core.corpus.hints import Hinted, Opinion, takes_for_duplicate
from core.corpus.inputs import fingerprint
from core.corpus.manifest import DedupCounts, DedupManifest
from core.corpus.outcome import Asked, Known, Member, Tie, outcome, rows_asked
from core.corpus.ports import Kind
from core.corpus.survivor import RULE
from core.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from adapters.corpus.cosine import Alike
    from adapters.corpus.vectors import VectorFolder
    from cli.compose import Opened
    from core.corpus.manifest import Part
    from core.corpus.outcome import Outcome
    from core.corpus.ports import Found, Near
    from core.corpus.terms import Terms

#: The tables of a deduplication.
TABLES: dict[str, type[msgspec.Struct]] = {
    "members.parquet": Member,
    "ties.parquet": Tie,
    "repeated.parquet": Asked,
    "hints.parquet": Hinted,
    "figures.parquet": Figured,
}


class Deduplicated(msgspec.Struct, frozen=True):
    """A deduplication as it stands, and whether this command made it (`new`)."""

    new: bool
    folder: str
    manifest: DedupManifest


def deduplicate(opened: Opened, terms: Terms, engine: Engine, address: str | None) -> Deduplicated:
    """Search the corpus that was built last, unless that was done by the same terms already.

    Raises what `built` raises, and StorageError when a disk refuses; then everything is as before.
    """
    home, corpus = built(opened)
    vectors = _vectors(opened, terms)
    made_from = fingerprint(corpus.fingerprint, terms, RULE, VERSION, *([vectors.digest()] if vectors else []))
    former = home.former(DEDUP, DedupManifest)
    if former and former.fingerprint == made_from and stands(opened, home, DEDUP, former):
        record_dedup(opened, home, corpus, former)
        return Deduplicated(new=False, folder=f"{FOLDER}/{former.folder}", manifest=former)
    with home.begin(DEDUP, made_from) as step:
        paths = paths_of(home, corpus)
        meant = _alike(paths, vectors, terms, step.scratch)
        found, outcome_, disputed = _search(paths, terms, step.scratch, engine, address, meant.links)
        manifest = DedupManifest(
            fingerprint=made_from,
            folder=folder_name(DEDUP, made_from),
            build=corpus.fingerprint,
            terms=terms,
            chance=round(terms.chance(terms.threshold), 3),
            rule=RULE,
            engine=f"daft {VERSION}, {engine}",
            counts=_counts(found, outcome_, meant, len(disputed)),
            parts=_write(step.path, outcome_, disputed),
            vectors=vectors.space.name if vectors else "",
        )
        step.commit(manifest)
    record_dedup(opened, home, corpus, manifest)
    return Deduplicated(new=True, folder=f"{FOLDER}/{manifest.folder}", manifest=manifest)


def _vectors(opened: Opened, terms: Terms) -> VectorFolder | None:
    """Return the vectors by which pairs are compared, None when they are not; RefusedError when there are none."""
    if terms.cosine is None:
        return None
    space = settings_space(opened)
    vectors = gathered(opened, space)
    if not vectors.files():
        raise RefusedError(
            f"no pair has a vector of {space.model} in {space.dimensions} dimensions, so none can be compared by "
            "meaning; run `batchmill corpus embed` first, or leave --cosine out"
        )
    return vectors


def _alike(paths: Sequence[Path], vectors: VectorFolder | None, terms: Terms, scratch: Path) -> Alike:
    from adapters.corpus.cosine import Alike, alike  # noqa: PLC0415 - numpy, for who asks for it

    if vectors is None or terms.cosine is None:
        return Alike((), frozenset())
    return alike(paths, vectors, terms.cosine, scratch)


def _search(  # noqa: PLR0913, PLR0917 - what a search is made of
    paths: Sequence[Path],
    terms: Terms,
    scratch: Path,
    engine: Engine,
    address: str | None,
    meant: tuple[Near, ...],
) -> tuple[Found, Outcome, list[Figured]]:
    if engine is Engine.RAY:
        use_ray(address)
        finder = DaftFinder(scratch, PARTS_ON_RAY)
    else:
        use_native()
        finder = DaftFinder(scratch)
    found = msgspec.structs.replace(finder.find([str(path) for path in paths], terms), cosine=meant)
    disputed = _disputed(paths, found)
    rows = {row for each in disputed for row in each.rows}
    apart = {each.rows for each in disputed} if terms.figures is Figures.APART else set()
    linked = link(found, terms, apart)
    known = _known(paths, rows_asked(linked) | rows)
    came_to = outcome(linked, known)
    return found, came_to, figured(disputed, known, came_to.members)


def _disputed(paths: Sequence[Path], found: Found) -> list[Dispute]:
    """Return the links of pairs that state other figures; only texts of pairs that are near are looked at."""
    rows = {row for near in (*found.near, *found.cosine) for row in (near.one, near.other)}
    figures: dict[int, frozenset[str]] = {}
    for some in columns_at(paths, ["row", "question", "answer"], rows):
        figures |= {
            row: figures_of(question, answer)
            for row, question, answer in zip(some["row"], some["question"], some["answer"], strict=True)
        }
    return disputes(found.near, Kind.NEAR, figures) + disputes(found.cosine, Kind.COSINE, figures)


def _known(paths: Sequence[Path], rows: Collection[int]) -> dict[int, Known]:
    """Return what is known of these rows, and of those that the model takes for duplicates."""
    found = {}
    for columns in read_columns(paths, Known.__struct_fields__):
        for values in zip(*(columns[name] for name in Known.__struct_fields__), strict=True):
            each = Known(*values)
            if each.row in rows or takes_for_duplicate(
                is_duplicate=each.is_duplicate, merge_recommendation=each.merge_recommendation
            ):
                found[each.row] = each
    return found


def _write(folder: Path, found: Outcome, other: Sequence[Figured]) -> tuple[Part, ...]:
    tables: dict[str, Sequence[Any]] = dict(
        zip(TABLES, (found.members, found.ties, found.repeated, found.hints, other), strict=True)
    )
    return tuple(write_table(folder, path, table_of(tables[path], shape)) for path, shape in TABLES.items())


def _counts(found: Found, came_to: Outcome, meant: Alike, other_figures: int) -> DedupCounts:
    same = Counter(each.kind for each in found.same)
    sizes = Counter(member.cluster for member in came_to.members)
    opinions = Counter(hint.opinion for hint in came_to.hints)
    archived = {member.row for member in came_to.members if member.merged_into is not None}
    return DedupCounts(
        rows=found.rows,
        kept=found.rows - len(archived),
        archived=len(archived),
        clusters=len(sizes),
        largest_cluster=max(sizes.values(), default=0),
        same_both=same[Kind.BOTH],
        same_answer=same[Kind.ANSWER],
        same_question=same[Kind.QUESTION],
        candidates=found.candidates,
        near=len(found.near),
        wide_buckets=found.wide_buckets,
        repeated_questions=len({asked.group for asked in came_to.repeated}),
        pairs_of_repeated_questions=len(came_to.repeated),
        hints_both=opinions[Opinion.BOTH],
        hints_ours=opinions[Opinion.OURS],
        hints_model=opinions[Opinion.MODEL],
        cosine=len(found.cosine),
        without_vector=len(meant.without - archived),
        other_figures=other_figures,
    )
