"""A comparison as one plain sentence for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.quality.statistics import NO_DIFFERENCE

if TYPE_CHECKING:
    from core.quality.statistics import Comparison


def in_words(compared: Comparison, unit: str, what: str, than: str) -> str:
    """Say it, e.g. “wave 2 is better than wave 1 by 0.41 errors per 100 words (95 % interval 0.12 to 0.70, …)”.

    Where nothing can be told the sentence says so, and how great a difference the interval still allows.
    """
    if not compared.count:
        return f"there is nothing of {what} to compare with {than}"
    interval = f"{1 - compared.error_rate:.0%} interval {_signed(compared.low)} to {_signed(compared.high)}"
    size = f"n = {compared.count:,}"
    if compared.earlier:
        size = f"n = {compared.count:,} against {compared.earlier:,}"
    if compared.verdict == NO_DIFFERENCE:
        difference = f"{_signed(compared.difference)} {unit}"
        return f"{what} and {than} do not differ beyond noise: {difference} ({interval}, {size})"
    difference = f"{abs(compared.difference):.2f} {unit}"
    return f"{what} is {compared.verdict} than {than} by {difference} ({interval}, {size})"


def _signed(number: float) -> str:
    return f"{round(number, 2) + 0.0:+.2f}"
