"""`batchmill balance`: where every staged pair is, in numbers and one by one."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands import batch_number

if TYPE_CHECKING:
    from cli.compose import Opened


class Which(StrEnum):
    """The places of the balance."""

    EXCLUDED = "excluded"
    PLANNED = "planned"
    IN_FLIGHT = "in_flight"
    REFINED = "refined"
    MISSING = "missing"
    GIVEN_UP = "given_up"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(balance)


def balance(
    context: typer.Context,
    *,
    which: Annotated[
        Which | None, typer.Option("--which", help="List the pairs of this place instead of the numbers.")
    ] = None,
    wave: Annotated[int | None, typer.Option("--wave", min=1, help="Only this wave.")] = None,
    batch: Annotated[
        int | None,
        typer.Option(
            "--batch",
            metavar="BATCH",
            parser=batch_number,
            help="With --which: only this batch and its repairs, or only this repair.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Show where every staged pair is: the balance of each wave and of the whole ledger.

    With --which, the pairs themselves: id, batch, verdict and reason of each.
    """
    from cli.compose import opened
    from cli.glances import balance_of
    from cli.render.text import emit_json, say
    from cli.render.views import balance_lines
    from core.projections.balance import total

    if batch is not None and which is None:
        raise typer.BadParameter("--batch needs --which; `batchmill status` has the numbers of one batch")
    with opened(*context.obj) as workspace:
        if which is not None:
            _list(workspace, which, wave, batch, as_json=as_json)
            return
        by_wave = balance_of(workspace, wave)
    if as_json:
        emit_json({"total": total(by_wave), "waves": {str(number): each for number, each in by_wave.items()}})
    else:
        say("\n".join(balance_lines(by_wave, total(by_wave))))


def _list(workspace: Opened, which: Which, wave: int | None, batch: int | None, *, as_json: bool) -> None:
    from cli.listing import listing
    from cli.render.text import json_list, say, say_all
    from cli.render.views import standing_line
    from core.planning.naming import counted

    found = listing(workspace, which.value, wave=wave, batch=batch)
    if as_json:
        head = {"which": found.which, "position": found.position, "number": found.number}
        say_all(json_list(head, "pairs", found.pairs))
    else:
        say_all(standing_line(pair) for pair in found.pairs)
        say(f"{counted(found.number, 'pair')} {which.value.replace('_', ' ')}")
