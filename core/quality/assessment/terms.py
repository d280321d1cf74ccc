"""The thresholds of the verdict, as the settings give them."""

from __future__ import annotations

import msgspec


class GateTerms(msgspec.Struct, frozen=True):
    """What a wave has to reach; shares are between 0 and 1.

    `complete_pairs` and `complete_batches` are shares of what was planned, `kept_least` and `formed_least` shares
    of the refined pairs without a fault. `error_rate` is how often a comparison may call chance a difference.
    People's weighted mean has to reach `people_least` on `people_pairs` pairs or more; without that many the
    verdict stays undecided, unless `people_needed` is off.
    """

    complete_pairs: float = 0.95
    complete_batches: float = 0.95
    kept_least: float = 0.95
    formed_least: float = 0.95
    error_rate: float = 0.05
    people_least: float = 4.0
    people_pairs: int = 30
    people_needed: bool = True
