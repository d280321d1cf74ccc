"""`batchmill replay`."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(replay)


def replay(
    context: typer.Context,
    *,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Delete every projection and build it anew from the events.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Compare every projection with the events; changes nothing.")
    ] = False,
    until: Annotated[
        str | None, typer.Option("--until", metavar="POSITION|TIME", help="Show the world as it was then.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Replay the ledger: rebuild the projections, check them, or show an earlier state of everything.

    --check exits with status 1 if a projection is not what the events say.
    """
    from cli.compose import opened
    from cli.render.text import emit_json, say
    from cli.render.views import world_lines
    from cli.replay import check as compare
    from cli.replay import rebuild as build_anew
    from cli.replay import world
    from core.errors import RefusedError

    if (rebuild, check, until is not None).count(True) != 1:
        raise RefusedError("say one of --rebuild, --check and --until")
    with opened(*context.obj) as workspace:
        if rebuild:
            rebuilt = build_anew(workspace)
            if as_json:
                emit_json(rebuilt)
            else:
                say(f"Rebuilt from {rebuilt.events} events: {', '.join(rebuilt.documents)} and the tables.")
        elif check:
            found = compare(workspace)
            if as_json:
                emit_json(found)
            else:
                say(
                    f"{found.events} events replayed: "
                    + ("; ".join(found.differences) or "every projection agrees")
                )
            if found.differences:
                raise RefusedError(
                    "the projections differ from the events; `batchmill replay --rebuild` mends them"
                )
        else:
            then = world(workspace, until or "")
            if as_json:
                emit_json(then)
            else:
                say("\n".join(world_lines(then)))
