"""`batchmill request` and `requests`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands import HIGHEST

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(request)
    app.command()(requests)


def request(
    context: typer.Context,
    *,
    wave: Annotated[int, typer.Option("--wave", min=1, max=HIGHEST, help="The number of the wave.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be asked for, write and record nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Ask again for the pairs that a planned wave's empty and low sources lack.

    Each request is laid out in outbox/droid/ for people (Markdown) and programs (JSON), and recorded. Asking a
    second time changes nothing. A staged file that brings the pairs is recognised by `plan` and by the daemon.
    """
    from cli.asking import ask_again
    from cli.compose import opened
    from cli.render.asking import asked_lines
    from cli.render.text import emit_json, say

    with opened(*context.obj) as workspace:
        asked = ask_again(workspace, wave, dry_run=dry_run)
    if as_json:
        emit_json(asked)
    else:
        say("\n".join(asked_lines(asked, dry_run=dry_run)))


def requests(context: typer.Context, *, as_json: Json = False) -> None:
    """List what was asked for again: the open requests, and those that a staged file fulfilled."""
    from cli.asking import asking_in
    from cli.compose import opened
    from cli.render.asking import request_lines
    from cli.render.fitting import columns
    from cli.render.text import emit_json, say

    with opened(*context.obj) as workspace:
        asking = asking_in(workspace.database.store)
    if as_json:
        emit_json(asking)
    else:
        say("\n".join(request_lines(asking, columns())))
