"""The claims in memory."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from core.ports import Share

if TYPE_CHECKING:
    from collections.abc import Collection

    from adapters.memory.lease import MemoryLease
    from core.ports import Fence


class MemoryClaims:
    """Claims between the threads of one process."""

    def __init__(self, lease: MemoryLease) -> None:
        """Begin with nothing claimed; `lease` says which workers there are."""
        self._lease = lease
        self._lock = Lock()
        self._owners: dict[int, int] = {}

    def divide(self, fence: Fence, numbers: Collection[int]) -> Share:
        """Claim a fair share of the open batches `numbers`; see the port."""
        with self._lock:
            workers = self._lease.workers(fence)
            most = -(-len(numbers) // len(workers))
            others = {
                number for number, owner in self._owners.items() if owner != fence.number and owner in workers
            }
            within = sorted(set(numbers) - others, key=lambda n: (self._owners.get(n) != fence.number, n))
            mine = frozenset(within[:most])
            kept = {number: owner for number, owner in self._owners.items() if number in others}
            self._owners = kept | dict.fromkeys(mine, fence.number)
            return Share(mine, workers.index(fence.number), len(workers))
