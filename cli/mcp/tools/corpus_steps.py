"""The tools that make the corpus, a step each, and look at it: they read and write files, and cost no money."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

from cli.mcp.answers import answer, paged
from cli.mcp.arguments import shortly
from cli.mcp.tool import Arguments, Effect, Listing, Tool, Wave
from core.errors import BadInputError
from core.planning.naming import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.mcp.answers import Answer
    from cli.mcp.desk import Desk
    from core.corpus.manifest import BuildManifest, DedupManifest, ExportManifest, Part

Similarity = Annotated[float, msgspec.Meta(ge=0.5, le=1, examples=[0.8])]
#: The values of `core.corpus.choices` and `cli.corpus_choices`, as words that a schema shows.
Format = Literal["jsonl", "parquet", "hf", "chat", "alpaca"]
Which = Literal["archived", "repeated", "hints", "figures"]


class BuildArguments(Arguments, frozen=True, kw_only=True):
    """What `corpus_build` is asked."""

    waves: Annotated[
        tuple[Wave, ...],
        msgspec.Meta(
            max_length=1000, description="Take these waves (default: all that were accepted).", examples=[[2]]
        ),
    ] = ()


def corpus_build(desk: Desk, asked: BuildArguments) -> Answer:
    """Gather the refined pairs of accepted waves into Parquet, with where each pair comes from.

    The rows close with the pair balance, or nothing is written. Building again from the same files changes
    nothing. Waves that are named are taken whatever was decided of them.
    """
    from cli.corpus_extra import require

    require("pyarrow")
    from cli.corpus_build import build

    with desk.opened() as opened:
        found = build(opened, asked.waves)
    done = "is built" if found.new else "was built from these very files before"
    return answer(
        f"the corpus {done}: {counted(found.manifest.rows, 'pair')}; next: corpus_dedup",
        new=found.new,
        folder=found.folder,
        **_built(found.manifest),
    )


class DedupArguments(Arguments, frozen=True, kw_only=True):
    """What `corpus_dedup` is asked."""

    threshold: Annotated[Similarity, msgspec.Meta(description="Jaccard similarity from which pairs are near.")] = (
        0.8
    )
    cosine: Annotated[
        Similarity | None,
        msgspec.Meta(description="Compare vectors too, from this cosine (needs embedded pairs)."),
    ] = None
    repeated: Annotated[
        Literal["keep", "merge"],
        msgspec.Meta(description="What becomes of pairs that ask the same and answer differently."),
    ] = "keep"
    figures: Annotated[
        Literal["merge", "apart"],
        msgspec.Meta(description="What becomes of near pairs each of which states a figure the other does not."),
    ] = "merge"


def corpus_dedup(desk: Desk, asked: DedupArguments) -> Answer:
    """Find exact and near duplicates across the whole corpus; one pair of each cluster stays.

    Nothing is deleted: the others are archived, and exports leave them out. Searching again by the same terms
    changes nothing. A large corpus takes minutes, and a call that is cut off leaves all as it was.
    """
    from cli.corpus_extra import require

    require("daft", "pyarrow", "numpy")
    from cli.corpus_choices import Engine
    from cli.corpus_dedup import deduplicate
    from core.corpus.choices import Figures, Repeated
    from core.corpus.terms import terms_for

    terms = terms_for(asked.threshold, Repeated(asked.repeated), asked.cosine, Figures(asked.figures))
    with desk.opened() as opened:
        found = deduplicate(opened, terms, Engine.NATIVE, None)
    counts = found.manifest.counts
    return answer(
        f"{counted(counts.kept, 'pair')} of {counts.rows} stay, and {counts.archived} are archived in "
        f"{counted(counts.clusters, 'cluster')}; corpus_explain says why, corpus_export writes those that stay",
        new=found.new,
        folder=found.folder,
        **_deduplicated(found.manifest),
    )


class StatusArguments(Arguments, frozen=True, kw_only=True):
    """What `corpus_status` is asked: nothing."""


def corpus_status(desk: Desk, asked: StatusArguments) -> Answer:
    """Show what the corpus was built from, how it was deduplicated, and its exports; changes nothing.

    `current` says of a later step that it was made from the corpus as it stands now.
    """
    del asked
    from cli.corpus_extra import require

    require("pyarrow")
    from adapters.corpus.folder import CorpusFolder
    from cli.corpus_standing import BUILD, DEDUP, FOLDER, export_step
    from core.corpus.choices import Form
    from core.corpus.manifest import BuildManifest, DedupManifest, ExportManifest

    with desk.opened() as opened:
        home = CorpusFolder(opened.root / FOLDER)
        built = home.manifest(BUILD, BuildManifest)
        found = home.manifest(DEDUP, DedupManifest)
        exports = [each for form in Form if (each := home.manifest(export_step(form), ExportManifest)) is not None]
    if built is None:
        return answer("there is no corpus yet; corpus_build makes it of the waves that were accepted")
    current = found is not None and found.build == built.fingerprint
    next_step = "" if current else "; next: corpus_dedup"
    made = [
        {**_exported(each), "current": current and found is not None and each.dedup == found.fingerprint}
        for each in exports
    ]
    return answer(
        f"the corpus has {counted(built.rows, 'pair')} of {counted(len(built.waves), 'wave')}{next_step}",
        build=_built(built),
        dedup=None if found is None else {**_deduplicated(found), "current": current},
        exports=made,
    )


class ExplainArguments(Listing, frozen=True, kw_only=True):
    """What `corpus_explain` is asked."""

    pair: (
        Annotated[
            str,
            msgspec.Meta(max_length=200, description="The id of a pair.", examples=["w2-s30-dex_volume_24h-001"]),
        ]
        | None
    ) = None
    which: Annotated[Which | None, msgspec.Meta(description="List these pairs of the whole corpus instead.")] = (
        None
    )


def corpus_explain(desk: Desk, asked: ExplainArguments) -> Answer:
    """Show why a pair stays or was archived, or with `which` the lists behind the counts, by pages.

    `archived` are the duplicates, `repeated` ask the same and answer differently, `hints` are the model's own
    view.
    """
    from cli.corpus_extra import require

    if (asked.pair is None) == (asked.which is None):
        raise BadInputError("corpus_explain takes either pair or which, and one of them is needed")
    require("pyarrow")
    from cli.corpus_choices import Listed
    from cli.corpus_explain import explain, listed

    with desk.opened() as opened:
        if asked.which is not None:
            _, pairs = listed(opened, Listed(asked.which))
            page = paged(pairs, asked.cursor, asked.limit)
            return answer(f"{counted(len(page.items), 'pair')} on this page", page=page)
        found = explain(opened, asked.pair or "")
    stays = "stays" if found.merged_into is None else "is archived"
    alike = f"in a cluster of {counted(len(found.members), 'pair')}" if found.members else "alone"
    return answer(f"{shortly(found.pair_id)} {stays}, {alike}", rule=found.rule, data=found)


class ExportArguments(Arguments, frozen=True, kw_only=True):
    """What `corpus_export` is asked."""

    format: Annotated[
        Format, msgspec.Meta(description="jsonl, parquet and hf hold every column; chat and alpaca train.")
    ]
    validation: Annotated[
        float, msgspec.Meta(ge=0, le=1, description="Share of the pairs that validate.", examples=[0.1])
    ] = 0.1
    seed: Annotated[int, msgspec.Meta(description="Another seed, other splits.")] = 1
    archived: Annotated[bool, msgspec.Meta(description="Export the archived duplicates too.")] = False
    license: Annotated[
        str, msgspec.Meta(description="The licence for the card, as an SPDX id.", examples=["CC-BY-4.0"])
    ] = "unknown"
    system: (
        Annotated[str, msgspec.Meta(max_length=10_000, description="With chat: what each begins with.")] | None
    ) = None


def corpus_export(desk: Desk, asked: ExportArguments) -> Answer:
    """Write the pairs that stay into the workspace's corpus folder, with splits and a dataset card.

    Duplicates, and pairs that ask the same, are never parted between train and validation. Exporting again by
    the same terms changes nothing.
    """
    from cli.corpus_extra import require
    from core.corpus.choices import Form

    if asked.system is not None and asked.format != Form.CHAT.value:
        raise BadInputError("system is for format=chat; other forms have no such place")
    require("pyarrow")
    from cli.corpus_export import export
    from core.corpus.manifest import ExportTerms

    terms = ExportTerms(
        form=Form(asked.format),
        validation=asked.validation,
        seed=asked.seed,
        archived=asked.archived,
        license=asked.license,
        system=asked.system,
    )
    with desk.opened() as opened:
        found = export(opened, terms)
    told = found.manifest
    done = "are exported" if found.new else "were exported before"
    return answer(
        f"{counted(told.train, 'pair')} to train and {told.validation} to validate {done}",
        new=found.new,
        **_exported(told),
    )


def _built(manifest: BuildManifest) -> dict[str, Any]:
    waves = [{"wave": each.wave, "rows": each.rows, "balance": each.balance} for each in manifest.waves]
    return {"rows": manifest.rows, "waves": waves, **_files(manifest.parts)}


def _deduplicated(manifest: DedupManifest) -> dict[str, Any]:
    return {"terms": manifest.terms, "rule": manifest.rule, "counts": manifest.counts, "vectors": manifest.vectors}


def _exported(manifest: ExportManifest) -> dict[str, Any]:
    from cli.corpus_standing import FOLDER

    return {
        "folder": f"{FOLDER}/{manifest.folder}",
        "format": manifest.terms.form.value,
        "train": manifest.train,
        "validation": manifest.validation,
        "leftOut": manifest.left_out,
        "files": [each.path for each in manifest.parts],
    }


def _files(parts: Sequence[Part]) -> dict[str, int]:
    return {"files": len(parts), "bytes": sum(part.size for part in parts)}


TOOLS = (
    Tool("corpus_build", BuildArguments, corpus_build, Effect.ADDS),
    Tool("corpus_dedup", DedupArguments, corpus_dedup, Effect.ADDS),
    Tool("corpus_status", StatusArguments, corpus_status, Effect.READS),
    Tool("corpus_explain", ExplainArguments, corpus_explain, Effect.READS),
    Tool("corpus_export", ExportArguments, corpus_export, Effect.ADDS),
)
