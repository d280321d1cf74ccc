"""How an append links its events into the chain of hashes, within its own transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace
from sqlalchemy import bindparam, func, select, update

from adapters.sql.tables import events, ledger_head
from core.errors import LedgerError
from core.ledger.chain import GENESIS, Head, follow_on, link
from core.ledger.stored import StoredEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Dialect
    from sqlalchemy.engine.interfaces import DBAPICursor

    from adapters.sql.access import Access
    from core.ledger.recorded import Recorded

#: Any number that all appends of this program agree on; PostgreSQL keeps such locks per database.
_LOCK = 0x62617463686D696C

#: The head as it is kept, the last event's position, and when the head's event was recorded.
_END = select(
    ledger_head.c.position,
    ledger_head.c.hash,
    select(func.max(events.c.position)).scalar_subquery(),
    select(events.c.recorded_at).where(events.c.position == ledger_head.c.position).scalar_subquery(),
)
_BEFORE = select(events.c.chain).where(
    events.c.stream == bindparam("stream"), events.c.version == bindparam("version")
)
_MOVE = update(ledger_head).values(position=bindparam("last"), hash=bindparam("over_all"))


def lock_of(dialect: Dialect) -> str:
    """Return the statement with which every transaction that appends begins, so that one runs at a time."""
    return "BEGIN IMMEDIATE" if dialect.name == "sqlite" else f"SELECT pg_advisory_xact_lock({_LOCK})"


class Chaining:
    """The statements that read where the chain ends and carry it on."""

    def __init__(self, access: Access) -> None:
        """Compile them once."""
        self._place = access.place
        self._end = str(_END.compile(dialect=access.dialect, compile_kwargs={"literal_binds": True}))
        self._before = str(_BEFORE.compile(dialect=access.dialect))
        self._move = str(_MOVE.compile(dialect=access.dialect))

    def end(self, cursor: DBAPICursor) -> tuple[Head, str]:
        """Return the head and when its event was recorded ("" for none).

        Raises LedgerError, the transaction undone, where the head is missing or not the last event's: what is
        missing there might be an intent, and work that was paid for would be done again.
        """
        cursor.execute(self._end)
        position, digest, last, recorded_at = cursor.fetchone() or (None, "", 0, "")
        if position != (last or 0):
            cursor.execute("ROLLBACK")
            at = f"ends at position {last or 0}, but its head is at {position}" if digest else "has lost its head"
            raise LedgerError(
                f"{self._place} {at}: events were dropped or added by hand, so nothing is appended; see "
                "`batchmill history --verify`, and restore it from a backup"
            )
        return Head(position, digest), recorded_at or ""

    def linked(
        self, cursor: DBAPICursor, recorded: Sequence[Recorded], texts: Sequence[str]
    ) -> list[StoredEvent] | None:
        """Return the rows of these events, chained; None where a stream has not come so far as its event says."""
        reached: dict[str, str] = {}
        rows = []
        for one, text in zip(recorded, texts, strict=True):
            before = reached.get(one.stream) or self._chain_before(cursor, one)
            if before is None:
                return None
            row = _row(one, text)
            row = replace(row, chain=link(before, row))
            reached[one.stream] = row.chain
            rows.append(row)
        return rows

    def move(self, cursor: DBAPICursor, head: Head, rows: Iterable[StoredEvent]) -> Head:
        """Move the ledger's head past these rows, which were inserted behind `head`, and return where it is."""
        for row in rows:
            head = follow_on(head, row.chain)
        cursor.execute(self._move, {"last": head.position, "over_all": head.hash})
        return head

    def _chain_before(self, cursor: DBAPICursor, one: Recorded) -> str | None:
        if one.version == 1:
            return GENESIS
        cursor.execute(self._before, {"stream": one.stream, "version": one.version - 1})
        found: tuple[str] | None = cursor.fetchone()
        return found[0] if found else None


def _row(one: Recorded, data: str) -> StoredEvent:
    return StoredEvent(
        one.position,
        one.stream,
        one.version,
        one.type,
        one.schema,
        data,
        one.recorded_at,
        one.actor,
        one.correlation,
        one.causation,
        "",
    )
