"""What the budgets have room for, said before it is confirmed: the rest would only be held."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from cli.deciding import books_of
from cli.mcp.confirming import usd_quote
from cli.render.text import batches_named
from core.batch.numbers import ERRAND
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
    purse = books_of(opened, "submit").purse
    before: defaultdict[int, float] = defaultdict(float)
    fit: list[BatchRow] = []
    over: list[BatchRow] = []
    for row in rows:
        spent = (
            (None if row.kind == ERRAND else budget.usd_per_wave, purse.committed(row.wave) + before[row.wave]),
            (budget.usd_in_all, purse.committed() + sum(before.values())),
        )
        if any(limit is not None and each + row.estimated_cost_usd > limit for limit, each in spent):
            over.append(row)
        else:
            fit.append(row)
            before[row.wave] += row.estimated_cost_usd
    left = [budget.usd_in_all - purse.committed()] if budget.usd_in_all is not None else []
    if budget.usd_per_wave is not None:
        left += [
            budget.usd_per_wave - purse.committed(wave)
            for wave in {row.wave for row in rows if row.kind != ERRAND}
        ]
    return Room(tuple(fit), tuple(over), round(max(0.0, min(left)), DIGITS) if left else None)


def refuse_full(room: Room, wave: int) -> None:
    """Raise RefusedError where none of a wave's batches fits in: all would be held."""
    if room.over and not room.fit:
        raise RefusedError(
            f"nothing was done: the budget leaves {usd_quote(room.left_usd or 0.0)} for wave {wave}, and each of "
            "these batches is expected to cost more; let the user raise budget.usd_per_wave or budget.usd_in_all"
        )
