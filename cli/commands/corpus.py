"""`batchmill corpus build`, `dedup` and `export`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands import HIGHEST
from cli.corpus_choices import Engine, Listed
from core.corpus.choices import Figures, Form, Repeated

if TYPE_CHECKING:
    from cli.compose import Opened
    from core.corpus.terms import Terms


Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]

corpus = typer.Typer(
    name="corpus",
    help="Makes one corpus of all refined pairs: Parquet, duplicates, exports.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(corpus)


@corpus.command()
def build(
    context: typer.Context,
    *,
    wave: Annotated[
        list[int] | None,
        typer.Option("--wave", min=1, max=HIGHEST, help="Take this wave, and only those named; may be repeated."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Gather the refined pairs of accepted waves into Parquet, with where each pair comes from.

    It takes every wave that was accepted. With --wave it takes the waves named instead, whatever was decided of
    them, with what they have brought home so far. The number of rows must be that of the pair
    balance, and every file must have the sha256 that the ledger has; otherwise nothing is written. Building again
    from the same files changes nothing.
    """
    from cli.compose import opened
    from cli.corpus_extra import require
    from cli.render.corpus import built_lines
    from cli.render.text import emit_json, say

    require("pyarrow")
    from cli.corpus_build import build as built

    with opened(*context.obj) as workspace:
        found = built(workspace, wave or ())
    if as_json:
        emit_json(found)
    else:
        say("\n".join(built_lines(found)))


@corpus.command()
def dedup(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    *,
    threshold: Annotated[
        float, typer.Option(min=0.5, max=1.0, help="Jaccard similarity from which two pairs are near.")
    ] = 0.8,
    cosine: Annotated[
        float | None,
        typer.Option(
            min=0.5, max=1.0, help="Pairs whose vectors have this cosine similarity are near too (try 0.95)."
        ),
    ] = None,
    repeated: Annotated[
        Repeated, typer.Option(help="What becomes of pairs that ask the same and answer differently.")
    ] = Repeated.KEEP,
    figures: Annotated[
        Figures, typer.Option(help="What becomes of near pairs each of which states a figure the other does not.")
    ] = Figures.MERGE,
    engine: Annotated[
        Engine, typer.Option(help="This process, or a Ray cluster (needs the extra `ray`).")
    ] = Engine.NATIVE,
    ray_address: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="The Ray cluster (default: one on this machine).")
    ] = None,
    explain: Annotated[
        str | None, typer.Option(metavar="PAIR", help="Show this pair's cluster and scores, and search nothing.")
    ] = None,
    which: Annotated[
        Listed | None, typer.Option("--which", help="List what the last search found, and search nothing.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Find duplicates across the whole corpus; one of each cluster stays, the others are archived.

    Exact: the same question and answer, or the same answer, but for case, punctuation and Unicode form. Near: the
    word 3-shingles of question and answer have a Jaccard similarity of at least the threshold; with --cosine, also
    the vectors that `corpus embed` brought home lie as close as that. The pair with the
    highest overall score stays, then the more complete, then the oldest. Pairs that ask the same and answer
    differently stay, and are listed; so are near pairs that state other figures, which --figures apart does not
    merge. The model's own duplicate analysis is shown beside it and decides nothing.
    Searching again by the same terms changes nothing.
    """
    from cli.compose import opened
    from cli.corpus_extra import require

    if explain is not None and which is not None:
        raise typer.BadParameter("--explain and --which are two questions; ask one at a time")
    require("daft", "pyarrow", "numpy")
    from core.corpus.terms import terms_for

    if engine is Engine.RAY:
        require("ray", extra="ray")
    with opened(*context.obj) as workspace:
        if explain is not None:
            _explain(workspace, explain, as_json=as_json)
        elif which is not None:
            _list(workspace, which, as_json=as_json)
        else:
            _search(
                workspace, terms_for(threshold, repeated, cosine, figures), engine, ray_address, as_json=as_json
            )


@corpus.command()
def export(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    form: Annotated[
        Form, typer.Option("--format", help="jsonl, parquet and hf hold every column; chat and alpaca train.")
    ],
    *,
    validation: Annotated[float, typer.Option(min=0.0, max=1.0, help="Share of the pairs that validate.")] = 0.1,
    seed: Annotated[int, typer.Option(help="Another seed, other splits.")] = 1,
    archived: Annotated[
        bool, typer.Option("--archived", help="Export the duplicates that were archived too.")
    ] = False,
    license_: Annotated[
        str, typer.Option("--license", metavar="SPDX", help="The licence for the card, such as CC-BY-4.0.")
    ] = "unknown",
    system: Annotated[str | None, typer.Option(metavar="TEXT", help="With chat: what each begins with.")] = None,
    as_json: Json = False,
) -> None:
    """Write the pairs that stay for training or search, with splits and a dataset card.

    Duplicates, and pairs that ask the same, are never parted between train and validation; a pair stays in its
    split when more pairs come. Exporting again by the same terms changes nothing.
    """
    from cli.compose import opened
    from cli.corpus_extra import require
    from cli.render.corpus import exported_lines
    from cli.render.text import emit_json, say

    if system is not None and form is not Form.CHAT:
        raise typer.BadParameter("--system is for --format chat; other forms have no such place")
    require("pyarrow")
    from cli.corpus_export import export as exported
    from core.corpus.manifest import ExportTerms

    terms = ExportTerms(
        form=form, validation=validation, seed=seed, archived=archived, license=license_, system=system
    )
    with opened(*context.obj) as workspace:
        done = exported(workspace, terms)
    if as_json:
        emit_json(done)
    else:
        say("\n".join(exported_lines(done)))


def _search(workspace: Opened, terms: Terms, engine: Engine, address: str | None, *, as_json: bool) -> None:
    from cli.corpus_dedup import deduplicate
    from cli.render.duplicates import dedup_lines
    from cli.render.text import emit_json, say

    done = deduplicate(workspace, terms, engine, address)
    if as_json:
        emit_json(done)
    else:
        say("\n".join(dedup_lines(done)))


def _explain(workspace: Opened, pair_id: str, *, as_json: bool) -> None:
    from cli.corpus_explain import explain
    from cli.render.duplicates import explained_lines
    from cli.render.text import emit_json, say_all

    found = explain(workspace, pair_id)
    if as_json:
        emit_json(found)
    else:
        say_all(explained_lines(found))


def _list(workspace: Opened, which: Listed, *, as_json: bool) -> None:
    from cli.corpus_explain import listed
    from cli.render.duplicates import listed_line
    from cli.render.text import json_list, say_all

    manifest, found = listed(workspace, which)
    if as_json:
        say_all(json_list({"which": which.value, "build": manifest.build}, "pairs", found))
    else:
        say_all(listed_line(each) for each in found)
