"""How far a mean may be from the truth that it estimates."""

from __future__ import annotations

from math import fsum, sqrt
from statistics import NormalDist, fmean, stdev
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

CONFIDENCE = 0.95

#: The quantile of t at 97.5 % where the series below is too far off: at 1 to 4 degrees of freedom.
_FEW = {1: 12.7062, 2: 4.3027, 3: 3.1824, 4: 2.7764}


class Interval(msgspec.Struct, frozen=True, gc=False):
    """Where a mean lies with 95 % confidence."""

    low: float
    high: float


def mean_interval(values: Sequence[float]) -> Interval | None:
    """Return the interval of the mean, m ± t · s / √n (Student 1908); None for fewer than two values."""
    if len(values) < 2:  # noqa: PLR2004 - one value says nothing of its spread
        return None
    mean, reach = fmean(values), t_quantile(len(values) - 1) * stdev(values) / sqrt(len(values))
    return Interval(mean - reach, mean + reach)


def share_interval(held: int, of: int) -> Interval | None:
    """Return the interval of a share, `held` of `of` (Wilson 1927); None where `of` is 0."""
    if not of:
        return None
    z, share = NormalDist().inv_cdf((1 + CONFIDENCE) / 2), held / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    reach = z / (1 + z * z / of) * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return Interval(max(0.0, middle - reach), min(1.0, middle + reach))


def t_quantile(freedom: int) -> float:
    """Return the 97.5 % quantile of Student's t with so many degrees of freedom, from 1, to about 0.001.

    Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5: a series in 1 / freedom around the normal
    quantile; the first four are from the table there.
    """
    if freedom in _FEW:
        return _FEW[freedom]
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92_160,
    )
    return z + fsum(term / freedom**power for power, term in enumerate(terms, 1))
