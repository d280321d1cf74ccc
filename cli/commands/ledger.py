"""`batchmill replay`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from cli.replay import Checked


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

    if (rebuild, check, until is not None).count(True) != 1:
        raise typer.BadParameter("say one of --rebuild, --check and --until")
    with opened(*context.obj) as workspace:
        if rebuild:
            rebuilt = build_anew(workspace)
            if as_json:
                emit_json(rebuilt)
            else:
                say(f"Rebuilt from {rebuilt.events} events: {', '.join(rebuilt.documents)} and the tables.")
                for path in rebuilt.refined:
                    say(f"Made anew from the result that was kept: {path}")
        elif check:
            _report(compare(workspace), as_json=as_json)
        else:
            then = world(workspace, until or "")
            if as_json:
                emit_json(then)
            else:
                say("\n".join(world_lines(then)))


def _report(found: Checked, *, as_json: bool) -> None:
    from cli.render.text import emit_json, say
    from cli.render.views import checked_lines
    from core.errors import RefusedError

    if as_json:
        emit_json(found)
    else:
        say("\n".join(checked_lines(found.events, (*found.differences, *found.files))))
    if found.files:
        raise RefusedError(
            "recorded files are not what they were; put them back (`batchmill replay --rebuild` makes refined "
            "pairs anew from results, `batchmill write` batch files that were not sent, `batchmill assess` what "
            "it keeps of a wave)"
        )
    if found.differences:
        raise RefusedError("the projections differ from the events; `batchmill replay --rebuild` mends them")
