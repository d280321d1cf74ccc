"""What people and agents look at most: where all stands, what a number of the balance is, and what it cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.batch.numbers import label
from core.errors import NotFoundError
from core.ledger.chain import Head  # noqa: TC001 - msgspec reads the annotations at run time
from core.planning.models import Model, models_with
from core.ports import Holder  # noqa: TC001 - the same
from core.projections.balance import Balance, balances
from core.projections.fruitless import Fruitless, fruitless
from core.projections.money import Figures, costs
from core.projections.rows import BatchRow, WaveRow  # noqa: TC001 - the same

if TYPE_CHECKING:
    from collections.abc import Collection

    from cli.compose import Opened


class Glance(msgspec.Struct, frozen=True):
    """Where waves and batches stand, who drives the ledger now (None: nobody), and the ledger's head."""

    waves: list[WaveRow]
    batches: list[BatchRow]
    driver: Holder | None
    head: Head


class Costs(msgspec.Struct, frozen=True):
    """Figures a wave, batch or model, jobs that brought nothing home, and the prices of the models in use."""

    figures: dict[str, Figures]
    lost: list[Fruitless]
    models: dict[str, Model]
    names: set[str]


def status_of(opened: Opened, numbers: Collection[int] = ()) -> Glance:
    """Return where everything stands, or these batches; NotFoundError for one that the ledger does not have."""
    model = opened.rows()
    rows = model.batches(numbers or None)
    if missing := set(numbers) - {row.number for row in rows}:
        raise NotFoundError(
            f"the ledger has no batch {label(min(missing))}; `batchmill status` shows those it has"
        )
    return Glance(model.waves(), rows, opened.database.lease.current(), opened.database.stored.ledger_head())


def balance_of(opened: Opened, wave: int | None) -> dict[int, Balance]:
    """Return the balance of every wave, or of the one named; NotFoundError for one that is not there."""
    model = opened.rows()
    by_wave = balances(model.waves(), model.batches())
    if wave is None:
        return by_wave
    if wave not in by_wave:
        raise NotFoundError(f"the ledger has no wave {wave}; `batchmill balance` shows those it has")
    return {wave: by_wave[wave]}


def costs_of(opened: Opened, wave: int | None, by: str) -> Costs:
    """Return expected and real costs by wave, batch or model; raises as `balance_of`."""
    store, model = opened.database.store, opened.rows()
    models = models_with(opened.settings.models)
    rows = [row for row in model.batches() if wave in {None, row.wave}]
    if wave is not None and wave not in {row.wave for row in model.waves()}:
        raise NotFoundError(f"the ledger has no wave {wave}; `batchmill balance` shows those it has")
    lost = fruitless(store.read(), {row.number: row for row in rows})
    return Costs(costs(rows, models, by), lost, dict(models), {row.model for row in rows})


#: Digits behind the point of US dollars: more are noise of adding up.
DIGITS = 6
PROPERTIES = ("paid_usd", "of_expected", "per_thousand_usd", "refined_per_usd", "tokens_per_refined")


def figures_told(each: Figures) -> dict[str, object]:
    """Return figures for JSON, with what is reckoned from them."""
    told = msgspec.structs.asdict(each) | {name: getattr(each, name) for name in PROPERTIES}
    return {name: round(value, DIGITS) if isinstance(value, float) else value for name, value in told.items()}
