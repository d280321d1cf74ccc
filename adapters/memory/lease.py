"""The lease in memory."""

from __future__ import annotations

from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING

from adapters.process import describe, is_dead
from core.errors import LeaseHeldError

if TYPE_CHECKING:
    from datetime import datetime

    from core.ports import Clock, Holder


class MemoryLease:
    """Lease between the threads of one process."""

    def __init__(self, clock: Clock) -> None:
        """Begin with nobody holding it."""
        self._clock = clock
        self._lock = Lock()
        self._held: tuple[Holder, datetime] | None = None

    def acquire(self, holder: Holder, *, seconds: float) -> None:
        """Take or renew the lease; see the port."""
        with self._lock:
            other = self._living()
            if other is not None and other.token != holder.token:
                raise LeaseHeldError(
                    f"a {describe(other)} drives this ledger; stop it or let it finish, then try again"
                )
            self._held = (holder, self._clock.now() + timedelta(seconds=seconds))

    def release(self, holder: Holder) -> None:
        """Give the lease back; nothing happens when another holds it by now."""
        with self._lock:
            if self._held is not None and self._held[0].token == holder.token:
                self._held = None

    def current(self) -> Holder | None:
        """Return who holds the lease now, if anybody alive does."""
        with self._lock:
            return self._living()

    def _living(self) -> Holder | None:
        if self._held is None:
            return None
        holder, expires_at = self._held
        return holder if expires_at > self._clock.now() and not is_dead(holder) else None
