"""Which waves the corpus takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from core.projections.balance import Balance


class Acceptance(Protocol):
    """Says of each wave whether it goes into the corpus."""

    def accepted(self, wave: int) -> bool:
        """Return whether the wave's refined pairs are taken."""
        ...


class Named:
    """The waves that a person named, whatever became of their other pairs."""

    def __init__(self, waves: Collection[int]) -> None:
        """Take these waves and no other."""
        self._waves = frozenset(waves)

    def accepted(self, wave: int) -> bool:
        """Return whether the wave was named."""
        return wave in self._waves


class Settled:
    """The waves that brought pairs home and in which every pair has come to its end."""

    def __init__(self, balances: Mapping[int, Balance]) -> None:
        """Judge by the balances of these waves, and take no other."""
        self._balances = balances

    def accepted(self, wave: int) -> bool:
        """Return whether all of its pairs are refined, left out or given up, and some refined."""
        balance = self._balances.get(wave)
        if balance is None:
            return False
        return balance.refined > 0 and not (balance.planned or balance.in_flight or balance.missing)
