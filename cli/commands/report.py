"""`batchmill report`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands import HIGHEST


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(report)


def report(
    context: typer.Context,
    *,
    wave: Annotated[int, typer.Option("--wave", min=1, max=HIGHEST, help="The number of the wave.")],
    page: Annotated[
        bool, typer.Option("--html", help="Also as one HTML page with charts, which is kept current from then on.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Write a wave's reports: how it was prepared, how it was sent, and what came of it.

    They are made of the ledger and of files that it vouches for, and can be deleted and made anew at any time.
    """
    from cli.compose import opened
    from cli.render.text import clean, emit_json, say
    from cli.reporting import write_reports

    with opened(*context.obj) as workspace:
        paths = write_reports(workspace, wave, with_page=page)
    if as_json:
        emit_json({"wave": wave, "reports": paths})
    else:
        say("\n".join(map(clean, paths)))
