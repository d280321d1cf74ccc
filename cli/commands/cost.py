"""`batchmill cost`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class By(StrEnum):
    """What a line of the table is about."""

    WAVE = "wave"
    BATCH = "batch"
    MODEL = "model"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(cost)


def cost(
    context: typer.Context,
    *,
    wave: Annotated[int | None, typer.Option("--wave", min=1, help="Only this wave.")] = None,
    by: Annotated[By, typer.Option("--by", help="A line for each wave, batch or model.")] = By.WAVE,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Show what the waves were expected to cost and what they did, at the batch prices of the models.

    The provider's own token counts are priced, thinking included. Emulated answers are priced too, and marked:
    they cost nothing. Jobs that brought nothing home are listed, since their money may have been spent.
    """
    from cli.compose import opened
    from cli.glances import costs_of, figures_told
    from cli.render.fitting import columns
    from cli.render.money import cost_lines, fruitless_lines, price_lines
    from cli.render.text import emit_json, say_all
    from core.projections.money import total

    with opened(*context.obj) as workspace:
        reckoned = costs_of(workspace, wave, by.value)
    found, lost, models, names = reckoned.figures, reckoned.lost, reckoned.models, reckoned.names
    if not as_json:
        if not found:
            say_all(["The ledger holds no batch yet; begin with `batchmill plan --wave N`."])
            return
        blocks = (
            cost_lines(found, total(found), by.value, columns()),
            fruitless_lines(lost),
            price_lines(models, names),
        )
        say_all("\n\n".join("\n".join(block) for block in blocks if block).split("\n"))
        return
    emit_json(
        {
            "by": by.value,
            "total": figures_told(total(found)),
            "costs": {name: figures_told(each) for name, each in found.items()},
            "fruitless": lost,
            "prices": {name: models.get(name) for name in sorted(names)},
        }
    )
