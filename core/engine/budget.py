"""Holds back what would cost more than the budget leaves, with the sum in the message."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from core.batch.commands import HoldSubmission
from core.batch.numbers import ERRAND
from core.engine.books import Entry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.batch.state import Batch
    from core.engine.purse import Purse
    from core.engine.workshop import Workshop


class Passed(NamedTuple):
    """A budget that a batch would pass: whose it is, its setting and limit, and what is spent of it before."""

    name: str
    setting: str
    limit: float
    spent: float


class Reckoning:
    """Goes over batches in the order of their sending: each that fits takes its price off what is left."""

    def __init__(self, purse: Purse, usd_per_wave: float | None, usd_in_all: float | None) -> None:
        """Begin with what the purse says is spent or under way; limits in US dollars, None for no limit."""
        self._purse = purse
        self._per_wave = usd_per_wave
        self._in_all = usd_in_all
        self._taken: defaultdict[int, float] = defaultdict(float)
        self._taken_in_all = 0.0

    def take(self, wave: int, kind: str, usd: float) -> Passed | None:
        """Take the price of a batch of a kind, or return the budget that it would pass."""
        of_wave = self._purse.committed(wave) + self._taken[wave]
        in_all = self._purse.committed() + self._taken_in_all
        for name, setting, limit, spent in (
            # An errand is of no wave, and counts in the budget in all.
            (f"wave {wave}", "budget.usd_per_wave", None if kind == ERRAND else self._per_wave, of_wave),
            ("all waves", "budget.usd_in_all", self._in_all, in_all),
        ):
            if limit is not None and spent + usd > limit:
                return Passed(name, setting, limit, spent)
        self._taken[wave] += usd
        self._taken_in_all += usd
        return None


def affordable(shop: Workshop, batches: Sequence[Batch]) -> list[Batch]:
    """Return the batches that the budgets of their wave and of the ledger leave room for, in their order.

    The others are put on hold, each with the sum that it would have led to; a person raises the budget and retries
    them. What is spent counts at the provider's token counts, what is under way at its expected price.
    """
    fit: list[Batch] = []
    held: list[Entry] = []
    reckoning = Reckoning(shop.books.purse, shop.policy.usd_per_wave, shop.policy.usd_in_all)
    for batch in batches:
        passed = reckoning.take(batch.wave, batch.kind, batch.expected_usd)
        if passed is None:
            fit.append(batch)
        else:
            command = HoldSubmission(_reason(batch, passed), shop.now())
            held.append(Entry(batch.number, (command,), "the budget was checked first"))
    shop.books.write(held)
    return fit


def _reason(batch: Batch, passed: Passed) -> str:
    """Return the sum that keeps a batch from being sent, and what lets it go."""
    usd = batch.expected_usd
    return (
        f"it is expected to cost ${usd:.4f}; with ${passed.spent:.4f} spent or under "
        f"way for {passed.name} that is ${passed.spent + usd:.4f} of ${_limit(passed.limit)}; raise "
        f"{passed.setting}, then run `batchmill retry {batch.label}`"
    )


def _limit(usd: float) -> str:
    """Return a budget in whole cents, or with four decimals like the sums when it is finer than that."""
    cents = f"{usd:.2f}"
    return cents if float(cents) == usd else f"{usd:.4f}"
