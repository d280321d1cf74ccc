"""`batchmill export events` and `batchmill import events`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import Annotated, Literal

import typer

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for name, command, what in (
        ("export", export_events, "Write the ledger's events to a file."),
        ("import", import_events, "Take in events from a file."),
    ):
        group = typer.Typer(help=what, no_args_is_help=True, rich_markup_mode=None)
        group.callback()(_nothing)
        group.command("events")(command)
        app.add_typer(group, name=name)


def _nothing() -> None:
    """Keep the name of the one command below."""


def export_events(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="Where to; - is standard output.")],
    *,
    form: Annotated[
        Literal["jsonl", "cloudevents"], typer.Option("--format", help="Plain JSON lines, or CloudEvents 1.0.")
    ] = "jsonl",
    after: Annotated[int, typer.Option(metavar="POSITION", help="Only what comes after it.", min=0)] = 0,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier export.")] = False,
) -> None:
    """Write events with positions and hashes, one a line, to be read by other tools or taken into another ledger.

    A first line says where the file begins and ends. The ledger's chain is followed on the way, and what does not
    hold is not exported.
    """
    import sys
    from pathlib import Path

    from adapters.files.atomic import beside
    from cli.carrying import refuse_standing, written_out
    from cli.compose import opened
    from cli.render.text import say

    path = Path(file)
    if file != "-":
        refuse_standing(path, force=force)
    with opened(*context.obj) as workspace:
        extent, lines = written_out(workspace, after, cloud=form == "cloudevents")
        if file == "-":
            sys.stdout.buffer.writelines(lines)
            sys.stdout.buffer.flush()
            return
        with beside(path) as sink:
            for line in lines:
                sink.write(line)
    say(f"{extent.head.position - after} events to {path}: after position {after}, up to the head {extent.head}")


def import_events(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Made by `batchmill export events`.")],
    *,
    as_json: Json = False,
) -> None:
    """Take in another ledger's events, into an empty one or one that ends where they begin.

    Every line is checked before the first is written, and all are written in one commit, or none.
    """
    from cli.carrying import take_in
    from cli.render.text import emit_json, say

    named, options = context.obj
    carried = take_in(named, options, file)
    if as_json:
        emit_json(carried)
        return
    say(f"{carried.events} events taken in after position {carried.after.position}; the head is {carried.head}")
    for line in carried.lacking:
        say(f"note: {line}; events name it, so bring it here as well")
