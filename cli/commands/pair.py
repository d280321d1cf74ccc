"""`batchmill pair`."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(pair)


def pair(
    context: typer.Context,
    pair_id: Annotated[str, typer.Argument(metavar="ID", help="A pair's id, such as w2-s30-dex_volume_24h-001.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Show one pair's whole way: source, batches, requests, attempts, verdicts, and what its text became.

    The lists of the balance (`batchmill balance --which missing`) name the pairs of a place.
    """
    from cli.compose import opened
    from cli.pairs import way_of
    from cli.render.fitting import columns
    from cli.render.pairs import way_lines
    from cli.render.text import emit_json, say_all

    with opened(*context.obj) as workspace:
        way = way_of(workspace, pair_id)
    if as_json:
        emit_json(way)
    else:
        say_all(way_lines(way, columns()))
