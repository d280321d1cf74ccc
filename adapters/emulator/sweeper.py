"""Removes what has expired while the emulator runs, a little at a time, so that its memory stays flat."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from adapters.emulator.clock import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from adapters.emulator.clock import NowNs

_EVERY = 3600 * SECOND
"""Nanoseconds of the emulator's clock between two sweeps."""

_AT_ONCE = 20
_BUDGET = 0.05
"""Real seconds for which one call may be kept waiting."""


class Sweeper:
    """Sweeps when it is due; each of the `stores` removes at most so many things, and says if there may be more.

    Nobody need be asked for what has expired to be refused: the stores look at the clock themselves.
    """

    def __init__(self, now: NowNs, stores: Sequence[Callable[[int], bool]]) -> None:
        self._now = now
        self._stores = stores
        self._next = 0
        self._sweeping = threading.Lock()

    def due(self) -> bool:
        """Whether it is time."""
        return self._now() >= self._next

    def sweep(self) -> None:
        """Sweep for a moment; what is left then is due at once. Only one sweeps at a time, others return."""
        if not self._sweeping.acquire(blocking=False):
            return
        try:
            following = self._now() + _EVERY
            if self._swept(time.monotonic() + _BUDGET):
                self._next = following
        finally:
            self._sweeping.release()

    def _swept(self, deadline: float) -> bool:
        for store in self._stores:
            while store(_AT_ONCE):
                if time.monotonic() > deadline:
                    return False
        return True
