"""`batchmill judge`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands import HIGHEST


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(judge)


def judge(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    *,
    wave: Annotated[int, typer.Option("--wave", min=1, max=HIGHEST, help="The number of the wave.")],
    whole: Annotated[bool, typer.Option("--all", help="All refined pairs, and not just the last sample.")] = False,
    model: Annotated[str | None, typer.Option(help="Which model judges (default: the settings').")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what it would cost and write nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Approve the cost without being asked.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Let a model score a wave's sample, or all of it, without telling it which text is the refined one.

    Shows what that is expected to cost, and once you approve it writes batches that are sent as all others are,
    within the budget. Pairs that this model was asked about by the same prompt are left out.
    """
    import sys

    from cli.compose import opened
    from cli.judging import plan_judging, write_judging
    from cli.render.judging import judging_lines, next_line
    from cli.render.text import emit_json, say
    from core.errors import RefusedError

    with opened(*context.obj) as workspace:
        found = plan_judging(workspace, wave, whole=whole, model=model)
        if not as_json:
            say("\n".join(judging_lines(found)))
        if found.batches and not dry_run:
            if not yes and (as_json or not sys.stdin.isatty()):
                raise RefusedError(f"nothing was written; say --yes to approve US$ {found.estimate.cost_usd:.4f}")
            if yes or typer.confirm(f"Approve US$ {found.estimate.cost_usd:.4f} for it?"):
                found = write_judging(workspace, found)
    if as_json:
        emit_json(found)
    else:
        say(next_line(found))
