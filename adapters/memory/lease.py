"""The leases in memory, and what asks whether one is still on record: the store and the claims."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING

import msgspec

from adapters.fencing import Tenure, lease_name, lost, refuse_beside
from core.ledger.recorded import stamp
from core.ports import Fence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.ports import Clock, Holder


class MemoryLease:
    """Lease between the threads of one process."""

    def __init__(self, clock: Clock) -> None:
        """Begin with nobody holding it."""
        self._clock = clock
        self._lock = Lock()
        self._last = 0
        self._tenures: dict[str, Tenure] = {}

    def acquire(self, holder: Holder, *, seconds: float, shared: bool = False) -> Fence:
        """Take or renew the lease; see the port."""
        name = lease_name(holder, shared=shared)
        with self._lock:
            expires_at = stamp(self._clock.now() + timedelta(seconds=seconds))
            own = self._tenures.get(name)
            if own is None or own.holder.token != holder.token:
                living = self._living()
                refuse_beside(living, holder, shared=shared)
                self._tenures = {one.fence.name: one for one in living if one.holder.token != holder.token}
                self._last += 1
                own = Tenure(Fence(name, self._last), expires_at, holder)
            self._tenures[name] = msgspec.structs.replace(own, expires_at=expires_at)
            return own.fence

    def release(self, holder: Holder) -> None:
        """Give the lease back; nothing happens when another holds it by now."""
        with self._lock:
            self._tenures = {name: one for name, one in self._tenures.items() if one.holder.token != holder.token}

    def current(self) -> Holder | None:
        """Return who holds the lease now, if anybody alive does; of several workers the one that came first."""
        with self._lock:
            first = min(self._living(), key=lambda tenure: tenure.fence.number, default=None)
            return first.holder if first else None

    @contextmanager
    def holding(self, fence: Fence) -> Iterator[None]:
        """Keep the lease of `fence` on record while the block runs; raises LeaseLostError when it is not there."""
        with self._lock:
            self._require(fence)
            yield

    def workers(self, fence: Fence) -> list[int]:
        """Return the numbers of all leases that live, and of one's own, in order; the others are forgotten."""
        with self._lock:
            self._require(fence)
            own = self._tenures[fence.name]
            self._tenures = {one.fence.name: one for one in self._living()} | {fence.name: own}
            return sorted(one.fence.number for one in self._tenures.values())

    def _living(self) -> list[Tenure]:
        return [tenure for tenure in self._tenures.values() if tenure.lives(self._clock.now())]

    def _require(self, fence: Fence) -> None:
        found = self._tenures.get(fence.name)
        if found is None or found.fence != fence:
            raise lost(fence)
