"""The read model in memory."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from core.projections.rows import Outline

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.projections.rows import BatchRow, WaveRow


class MemoryReadModel:
    """ReadModel that forgets with its process; safe between threads."""

    def __init__(self) -> None:
        """Begin empty, at position 0."""
        self._lock = Lock()
        self._checkpoint = 0
        self._waves: dict[int, WaveRow] = {}
        self._batches: dict[int, BatchRow] = {}

    def checkpoint(self) -> int:
        """Return the position up to which the rows account for the ledger."""
        return self._checkpoint

    def waves(self) -> list[WaveRow]:
        """Return every wave's row, by number."""
        with self._lock:
            return [self._waves[wave] for wave in sorted(self._waves)]

    def batches(self, numbers: Iterable[int] | None = None) -> list[BatchRow]:
        """Return the rows of these batches (all: None), by number."""
        with self._lock:
            wanted = set(self._batches) if numbers is None else set(numbers) & set(self._batches)
            return [self._batches[number] for number in sorted(wanted)]

    def outlines(self) -> list[Outline]:
        """Return what places every batch in a document, by number."""
        return [Outline(row.number, row.wave, row.status, row.pairs, row.repairs) for row in self.batches()]

    def save(self, waves: Iterable[WaveRow], batches: Iterable[BatchRow], *, was: int, checkpoint: int) -> bool:
        """Replace these rows and move the checkpoint from `was`; see the port."""
        with self._lock:
            if self._checkpoint != was:
                return False
            self._waves |= {row.wave: row for row in waves}
            self._batches |= {row.number: row for row in batches}
            self._checkpoint = checkpoint
            return True

    def reset(self) -> None:
        """Forget every row and the checkpoint."""
        with self._lock:
            self._checkpoint = 0
            self._waves.clear()
            self._batches.clear()
