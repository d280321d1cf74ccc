"""The books' own count of a ledger, held against the rows of its read model."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from adapters.memory.read_model import MemoryReadModel
from core.engine.books import Books
from core.projections.catch_up import catch_up

if TYPE_CHECKING:
    from core.engine.tally import Standing
    from core.ports import EventStore


def standing_of(store: EventStore) -> Standing:
    """Return the ledger as a daemon counts it that begins now."""
    books = Books(store, "daemon@mill")
    books.refresh()
    return books.standing()


def check_standing(store: EventStore) -> None:
    """Fail unless that count is the one of the rows."""
    model, standing = MemoryReadModel(), standing_of(store)
    catch_up(store, model)
    rows = model.batches()
    assert standing.batches == Counter(row.status for row in rows)
    assert standing.holds == Counter(row.hold for row in rows if row.hold)
