"""`batchmill backup`, `restore` and `db upgrade`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(backup)
    app.command()(restore)
    group = typer.Typer(help="Look after the ledger's database.", no_args_is_help=True, rich_markup_mode=None)
    group.callback()(_nothing)
    group.command("upgrade")(upgrade)
    app.add_typer(group, name="db")


def _nothing() -> None:
    """Keep the name of the one command below."""


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to: NAME.tar, .tar.gz or .tar.xz.")],
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    as_json: Json = False,
) -> None:
    """Save the ledger and every file that its events name in one archive, also while a daemon runs.

    It holds extracts, batch files, results, refined pairs, prompts and settings, with the sha256 of each, and
    never a key. Documents that are rebuilt from the ledger are not in it. A ledger in PostgreSQL is saved by
    pg_dump.
    """
    from cli.backups.making import make_backup
    from cli.compose import opened
    from cli.render.backups import made_lines
    from cli.render.text import emit_json, say

    with opened(*context.obj) as workspace:
        made = make_backup(workspace, file, force=force)
    if as_json:
        emit_json(made)
    else:
        say("\n".join(made_lines(made)))


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Made by `batchmill backup`.")],
    *,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FOLDER", help="Where to (default: the workspace one is in).")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Also over a ledger that is newer, or of another history.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Put a backup back: all of it is checked first, and what stands in its place is moved aside, not deleted."""
    from cli.backups.restoring import restore as put_back
    from cli.render.backups import restored_lines
    from cli.render.text import emit_json, say
    from cli.settings import find_root

    named, options = context.obj
    restored = put_back(file, to.resolve() if to else find_root(named), options, force=force)
    if as_json:
        emit_json(restored)
    else:
        say("\n".join(restored_lines(restored)))


def upgrade(context: typer.Context, *, as_json: Json = False) -> None:
    """Bring an older ledger up to this program; an SQLite one is copied beside first.

    All of it happens in one commit, or nothing does. A newer ledger is refused.
    """
    from cli.compose import database_url, opened
    from cli.render.text import clean, emit_json, say
    from cli.settings import find_root, load
    from cli.upgrading import bring_up

    named, options = context.obj
    root = find_root(named)
    upgraded = bring_up(database_url(root, load(root, options)))
    with opened(root, options) as workspace:
        # What an upgrade forgot, since the events say it better, is made anew at once.
        workspace.catch_up()
    if as_json:
        emit_json(upgraded)
        return
    if upgraded.before == upgraded.after:
        say(clean(f"{upgraded.database} is of schema {upgraded.after} already"))
        return
    say(clean(f"{upgraded.database} went from schema {upgraded.before} to {upgraded.after}"))
    if upgraded.copy:
        say(clean(f"As it was before, it is in {upgraded.copy}; delete that once all is well"))
