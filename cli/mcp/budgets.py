"""What the budgets have room for, said before it is confirmed: the rest would only be held."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cli.deciding import books_of, money_left
from cli.mcp.confirming import usd_quote
from cli.render.text import batches_named
from core.batch.numbers import ERRAND, NO_WAVE
from core.engine.budget import Reckoning
from core.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.compose import Opened
    from core.projections.rows import BatchRow

#: Digits behind the point of an amount that an answer tells, as in a quote.
DIGITS = 6


class Room(NamedTuple):
    """Of batches in the order of their sending, those that the budgets have room for and those that they have not.

    `left_usd` is what the budgets leave before any of them, the least of them all; None where there is no limit.
    """

    fit: tuple[BatchRow, ...]
    over: tuple[BatchRow, ...]
    left_usd: float | None

    @property
    def excess(self) -> str:
        """What is kept back, and what lets it go; "" where all fit."""
        if not self.over:
            return ""
        usd, one = sum(row.estimated_cost_usd for row in self.over), len(self.over) == 1
        kept = f"{batches_named([row.number for row in self.over])} {'is' if one else 'are'} not sent"
        after = " after those" if self.fit else ""
        return (
            f"{kept}: the budget, which leaves {usd_quote(self.left_usd or 0.0)}, has no room for {usd_quote(usd)}"
            f"{after}; let the user raise budget.usd_per_wave or budget.usd_in_all"
        )


def room_for(opened: Opened, rows: Sequence[BatchRow]) -> Room:
    """Return which of these batches the budgets let through, one after the other, as the engine judges it."""
    budget = opened.settings.budget
    if budget.usd_per_wave is None and budget.usd_in_all is None:
        return Room(tuple(rows), (), None)
    books = books_of(opened, "submit")
    reckoning = Reckoning(books.purse, budget.usd_per_wave, budget.usd_in_all)
    fit: list[BatchRow] = []
    over: list[BatchRow] = []
    for row in rows:
        passed = reckoning.take(row.wave, row.kind, row.estimated_cost_usd)
        (fit if passed is None else over).append(row)
    of_waves = {row.wave for row in rows if row.kind != ERRAND}
    lefts = [money_left(opened, books, wave).for_wave_usd for wave in of_waves]
    left = [each for each in (*lefts, money_left(opened, books, NO_WAVE).in_all_usd) if each is not None]
    return Room(tuple(fit), tuple(over), round(max(0.0, min(left)), DIGITS) if left else None)


def refuse_full(room: Room, wave: int) -> None:
    """Raise RefusedError where none of a wave's batches fits in: all would be held."""
    if room.over and not room.fit:
        raise RefusedError(
            f"nothing was done: the budget leaves {usd_quote(room.left_usd or 0.0)} for wave {wave}, and each of "
            "these batches is expected to cost more; let the user raise budget.usd_per_wave or budget.usd_in_all"
        )
