"""`batchmill init`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(init)


def init(
    context: typer.Context,
    folder: Annotated[Path | None, typer.Argument(metavar="FOLDER", help="Where (default: here).")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Say what was made as JSON.")] = False,
) -> None:
    """Make a workspace: settings, folders, prompt and database; run again, it adds what is missing.

    Nothing that stands there is overwritten. An older database is brought up to date.
    """
    from pathlib import Path

    from cli.render.text import emit_json, say
    from cli.workspace import make

    named, options = context.obj
    made = make(folder or named or Path.cwd(), options)
    if as_json:
        emit_json(made)
        return
    say(f"Workspace {made.root}: " + (f"made {', '.join(made.made)}" if made.made else "everything was there"))
    say(f"Ledger: {made.database}")
    say("Next: put staged files into the inbox, export GEMINI_API_KEY, then `batchmill inventory`.")
