"""How the pairs of all waves are spread, beside the targets of the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.ledger.load import load_wave
from core.ledger.streams import WAVE, wave_number
from core.quality.distribution import Distribution, distribution, holdings_of, targets_of

if TYPE_CHECKING:
    from cli.compose import Opened


def spread(opened: Opened) -> Distribution:
    """Return the distribution over all waves that were planned or adopted."""
    store = opened.database.store
    numbers = sorted(number for number in map(wave_number, store.streams(WAVE)) if number is not None)
    holdings = holdings_of({number: load_wave(store, number).sources for number in numbers})
    return distribution(holdings, targets_of(dict(opened.settings.targets)))
