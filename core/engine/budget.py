"""Holds back what would cost more than the budget leaves, with the sum in the message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.batch.commands import HoldSubmission
from core.batch.numbers import ERRAND
from core.engine.books import Entry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.batch.state import Batch
    from core.engine.workshop import Workshop


def affordable(shop: Workshop, batches: Sequence[Batch]) -> list[Batch]:
    """Return the batches that the budgets of their wave and of the ledger leave room for, in their order.

    The others are put on hold, each with the sum that it would have led to; a person raises the budget and retries
    them. What is spent counts at the provider's token counts, what is under way at its expected price.
    """
    fit: list[Batch] = []
    held: list[Entry] = []
    for batch in batches:
        reason = _excess(shop, batch, fit)
        if reason is None:
            fit.append(batch)
        else:
            command = HoldSubmission(reason, shop.now())
            held.append(Entry(batch.number, (command,), "the budget was checked first"))
    shop.books.write(held)
    return fit


def _excess(shop: Workshop, batch: Batch, before: Sequence[Batch]) -> str | None:
    """Return the sum that keeps the batch from being sent after those `before` it, None when nothing does."""
    purse, policy = shop.books.purse, shop.policy
    wave = purse.committed(batch.wave) + sum(each.expected_usd for each in before if each.wave == batch.wave)
    # An errand is of no wave, and counts in the budget in all.
    of_wave = None if batch.kind == ERRAND else policy.usd_per_wave
    everything = purse.committed() + sum(each.expected_usd for each in before)
    for name, setting, limit, spent in (
        (f"wave {batch.wave}", "budget.usd_per_wave", of_wave, wave),
        ("all waves", "budget.usd_in_all", policy.usd_in_all, everything),
    ):
        if limit is not None and spent + batch.expected_usd > limit:
            return (
                f"it is expected to cost ${batch.expected_usd:.4f}; with ${spent:.4f} spent or under "
                f"way for {name} that is ${spent + batch.expected_usd:.4f} of ${_limit(limit)}; raise {setting}, "
                f"then run `batchmill retry {batch.label}`"
            )
    return None


def _limit(usd: float) -> str:
    """Return a budget in whole cents, or with four decimals like the sums when it is finer than that."""
    cents = f"{usd:.2f}"
    return cents if float(cents) == usd else f"{usd:.4f}"
