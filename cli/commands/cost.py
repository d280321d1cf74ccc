"""`batchmill cost`."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from core.projections.money import Figures

#: Digits behind the point of US dollars: more are noise of adding up.
DIGITS = 6
PROPERTIES = ("paid_usd", "of_expected", "per_thousand_usd", "refined_per_usd", "tokens_per_refined")


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
    from cli.render.fitting import columns
    from cli.render.money import cost_lines, fruitless_lines, price_lines
    from cli.render.text import emit_json, say_all
    from core.errors import NotFoundError
    from core.planning.models import models_with
    from core.projections.catch_up import catch_up
    from core.projections.fruitless import fruitless
    from core.projections.money import costs, total

    with opened(*context.obj) as workspace:
        store, model = workspace.database.store, workspace.database.read_model
        catch_up(store, model)
        models = models_with(workspace.settings.models)
        rows = [row for row in model.batches() if wave in {None, row.wave}]
        if wave is not None and wave not in {row.wave for row in model.waves()}:
            raise NotFoundError(f"the ledger has no wave {wave}; `batchmill balance` shows those it has")
        lost = fruitless(store.read(), {row.number: row for row in rows})
    found = costs(rows, models, by.value)
    names = {row.model for row in rows}
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
            "total": _told(total(found)),
            "costs": {name: _told(each) for name, each in found.items()},
            "fruitless": lost,
            "prices": {name: models.get(name) for name in sorted(names)},
        }
    )


def _told(each: Figures) -> dict[str, object]:
    """Return figures for JSON, with what is reckoned from them."""
    import msgspec

    told = msgspec.structs.asdict(each) | {name: getattr(each, name) for name in PROPERTIES}
    return {name: round(value, DIGITS) if isinstance(value, float) else value for name, value in told.items()}
