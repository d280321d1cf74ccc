"""What lets a daemon outlast the world: the lease it keeps, and the patience it has with a ledger that is away."""

from __future__ import annotations

import time
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING

from core.errors import LeaseHeldError, LeaseLostError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from core.ports import Clock, Fence, Holder, Lease

#: A lease is renewed so many times in its length, so that one beat may be missed.
BEATS = 4
#: Nothing is spent in the last second of a lease: the call takes a moment too.
MARGIN = timedelta(seconds=1)
#: Seconds between two tries to reach a ledger that is away: the first pause, which doubles, and the longest.
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0


class Keeper:
    """Keeps one holder's lease: taken, renewed, known to hold or not, given back."""

    def __init__(self, lease: Lease, clock: Clock, holder: Holder, *, seconds: float, shared: bool) -> None:
        """Take nothing yet; the lease is for `seconds`, and `shared` with other workers or held alone."""
        self._lease = lease
        self._clock = clock
        self._holder = holder
        self._seconds = seconds
        self._shared = shared
        self._turn = Lock()
        self._fence: Fence | None = None
        self._until: datetime | None = None

    @property
    def beat_seconds(self) -> float:
        """How often the lease is to be renewed."""
        return self._seconds / BEATS

    def take(self) -> None:
        """Take the lease, anew if it was lost meanwhile; nothing may be under way that was begun under an old one.

        Raises LeaseHeldError when a living other stands in the way.
        """
        with self._turn:
            self._fence = self._acquire()

    def beat(self) -> None:
        """Renew the lease; raises LeaseLostError when others had it meanwhile, even if it is free again.

        What this process is in the middle of was begun under the old lease, and another may have taken it up.
        """
        late = f"this process stood still for longer than its lease of {self._seconds:g} s, which is lost"
        with self._turn:
            try:
                kept = self._acquire() == self._fence
            except LeaseHeldError as error:
                self._until = None
                raise LeaseLostError(f"{late}; {error}") from error
            if not kept:
                self.give_back()
                raise LeaseLostError(f"{late}; nothing was written since, so start it again if it is still needed")

    def _acquire(self) -> Fence:
        asked = self._clock.now()
        fence = self._lease.acquire(self._holder, seconds=self._seconds, shared=self._shared)
        self._until = asked + timedelta(seconds=self._seconds)
        return fence

    def fence(self) -> Fence | None:
        """Return what is to be shown with everything that is appended, None before the lease is taken."""
        return self._fence

    def holds(self) -> bool:
        """Return whether the lease certainly holds at this moment, as far as the last beat knows."""
        return self._until is not None and self._clock.now() < self._until - MARGIN

    def give_back(self) -> None:
        """Let others have the lease at once."""
        self._until = None
        self._lease.release(self._holder)


class Outage:
    """Whether the ledger is away, as ticks and heartbeats find; told once when that changes."""

    def __init__(self, warn: Callable[[str], None]) -> None:
        """Begin with a ledger that answers."""
        self._warn = warn
        self._pause = 0.0
        self._again = 0.0

    @property
    def on(self) -> bool:
        """Whether the last try failed."""
        return self._pause > 0

    @property
    def resting(self) -> bool:
        """Whether it is too early for the next try."""
        return self.on and time.monotonic() < self._again

    def failed(self, error: Exception) -> None:
        """Note that the ledger did not answer, and rest longer each time."""
        if not self.on:
            self._warn(f"{error}; trying again until the ledger answers, and nothing is sent meanwhile")
        self._pause = min(max(FIRST_PAUSE, self._pause * 2), LONGEST_PAUSE)
        self._again = time.monotonic() + self._pause

    def over(self) -> None:
        """Note that the ledger answered."""
        if self.on:
            self._pause = 0.0
            self._warn("the ledger answers again; going on")
