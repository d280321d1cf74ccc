"""What every part of the engine works with: ports, policy, books, and a pool of workers for the calls."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TypeVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from core.engine.books import Books
    from core.engine.policy import Policy
    from core.engine.repair import Supplies
    from core.ports import Clock, WorkspaceFiles
    from core.provider import BatchProvider

    Item = TypeVar("Item")
    Result = TypeVar("Result")


class Chance(Protocol):
    """Where randomness comes from, so that tests can say what it is."""

    def random(self) -> float:
        """Return a number in [0, 1)."""
        ...

    def nonce(self) -> str:
        """Return eight hex digits that were never used before."""
        ...


class Workshop(msgspec.Struct, frozen=True):
    """The engine's tools; `supplies` gives the texts that a repair is written from.

    `stopping` tells between two effects whether to begin another one, `may_spend` right before a job is created
    whether the lease under which it would be still holds.
    """

    books: Books
    provider: BatchProvider
    files: WorkspaceFiles
    clock: Clock
    chance: Chance
    policy: Policy
    supplies: Supplies
    stopping: Callable[[], bool]
    may_spend: Callable[[], bool] = lambda: True

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return self.clock.now()

    def side_by_side(self, work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        """Do `work` for every item with `policy.workers` threads, and return the results in order.

        Items not begun when the engine is told to stop are left out; `work` must not raise for what the
        provider does.
        """
        items = list(items)
        if len(items) < 2 or self.policy.workers < 2:  # noqa: PLR2004 - one alone needs no pool
            return [work(item) for item in items if not self.stopping()]
        with _pool(self.policy.workers) as pool:
            futures = [pool.submit(self._unless_stopping, work, item) for item in items]
            return [result for future in futures for result in future.result()]

    def _unless_stopping(self, work: Callable[[Item], Result], item: Item) -> tuple[Result, ...]:
        return () if self.stopping() else (work(item),)


@contextmanager
def _pool(workers: int) -> Iterator[ThreadPoolExecutor]:
    pool = ThreadPoolExecutor(workers, thread_name_prefix="batchmill")
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
