"""`batchmill corpus build`, `dedup` and `export`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands import HIGHEST

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

    It takes every wave in which each pair has come to its end: refined, left out or given up. With --wave it takes
    the waves named instead, with what they have brought home so far. The number of rows must be that of the pair
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
