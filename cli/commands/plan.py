"""`batchmill inventory`, `plan` and `write`."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from cli.commands import HIGHEST

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Wave = Annotated[int, typer.Option("--wave", min=1, max=HIGHEST, help="The number of the wave.")]
Paths = Annotated[
    list[Path] | None, typer.Argument(metavar="PATH", help="Staged files or folders (default: the inbox).")
]


class Strategy(Enum):
    """How pairs are grouped."""

    INDICATOR = "indicator"
    SIZE = "size"


class LowCount(Enum):
    """What becomes of a source with few pairs."""

    COMBINE = "combine"
    SKIP = "skip"
    HOLD = "hold"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(inventory)
    app.command()(plan)
    app.command()(write)


def inventory(context: typer.Context, paths: Paths = None, *, as_json: Json = False) -> None:
    """Read staged files and show what they hold and what is wrong with them; changes nothing."""
    from cli.compose import opened
    from cli.planning import stock_of
    from cli.render.plans import inventory_lines
    from cli.render.text import emit_json, say

    with opened(*context.obj) as workspace:
        stock, _ = stock_of(workspace, paths or ())
    if as_json:
        emit_json(stock.inventory)
    else:
        say("\n".join(inventory_lines(stock.inventory)))


def plan(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    wave: Wave,
    paths: Paths = None,
    *,
    first_number: Annotated[
        int | None, typer.Option(min=1, max=HIGHEST, help="The first batch number (default: the ledger's next).")
    ] = None,
    strategy: Annotated[Strategy | None, typer.Option(help="One batch per indicator, or of a fixed size.")] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Pairs in a batch.")] = None,
    low_count: Annotated[LowCount | None, typer.Option(help="What becomes of sources with few pairs.")] = None,
    accept_counts: Annotated[
        bool, typer.Option("--accept-counts", help="Go on though a file holds another number than it claims.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Take the place of an earlier plan of which nothing was sent.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Send files again that another wave carries already.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan and record nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Plan a wave: which pairs go into which batch, what it costs, how long it takes.

    The plan is recorded with every decision in it, and all pairs are put into one extract. Planning again from the
    same files changes nothing. A file that another wave carries
    already is left out, so that no pair is paid for twice.
    """
    from cli.compose import opened
    from cli.planning import Request, plan_wave
    from cli.render.plans import plan_lines
    from cli.render.text import emit_json, say

    request = Request(
        wave=wave,
        paths=tuple(paths or ()),
        strategy=strategy.value if strategy else None,
        batch_size=batch_size,
        low_count=low_count.value if low_count else None,
        first_number=first_number,
        accept_counts=accept_counts,
        replace=replace,
        again=again,
    )
    with opened(*context.obj) as workspace:
        planned = plan_wave(workspace, request, dry_run=dry_run)
    if as_json:
        emit_json(planned)
    else:
        say("\n".join(plan_lines(planned, dry_run=dry_run)))


def write(context: typer.Context, wave: Wave, *, as_json: Json = False) -> None:
    """Write a planned wave's batch files; writing again changes nothing.

    A source that changed after planning is refused.
    """
    from cli.compose import opened
    from cli.render.plans import written_lines
    from cli.render.text import emit_json, say
    from cli.writing import write_wave

    with opened(*context.obj) as workspace:
        written = write_wave(workspace, wave)
    if as_json:
        emit_json(written)
    else:
        say("\n".join(written_lines(wave, written)))
