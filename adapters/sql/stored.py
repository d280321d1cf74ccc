"""A ledger's rows in SQL: read with their hashes, and taken in from another ledger."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict
from sqlalchemy import bindparam, func, select, text, update

from adapters.sql.chaining import lock_of
from adapters.sql.store import FOREVER, PAGE
from adapters.sql.tables import events as table
from adapters.sql.tables import ledger_head
from core.errors import LedgerError, RefusedError
from core.ledger.chain import Head, follow_on
from core.ledger.stored import StoredEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection, Select

    from adapters.sql.access import Access

_HEAD = select(ledger_head.c.position, ledger_head.c.hash)
_PAGE = (
    select(*table.c)
    .where(table.c.position > bindparam("after"), table.c.position <= bindparam("until"))
    .order_by(table.c.position)
    .limit(PAGE)
)
_STREAM_PAGE = (
    select(*table.c)
    .where(table.c.stream == bindparam("stream"), table.c.version > bindparam("after"))
    .order_by(table.c.version)
    .limit(PAGE)
)


class SqlStoredEvents:
    """StoredEvents over the tables `events` and `ledger_head`."""

    def __init__(self, access: Access) -> None:
        """Remember where; `access` must be durable."""
        self._access = access

    def rows(self, *, after: int = 0, until: int | None = None) -> Iterator[StoredEvent]:
        """Yield rows by position; see the port."""
        end = FOREVER if until is None else until
        while page := self._fetch(_PAGE, after=after, until=end):
            yield from page
            after = page[-1].position

    def rows_of(self, stream: str) -> Iterator[StoredEvent]:
        """Yield the rows of one stream by version."""
        after = 0
        while page := self._fetch(_STREAM_PAGE, stream=stream, after=after):
            yield from page
            after = page[-1].version

    def ledger_head(self) -> Head:
        """Return the head that the ledger keeps beside its rows; LedgerError when there is none."""
        with self._access.reading() as connection:
            return _head(connection, self._access.place)

    def take_in(self, rows: Iterable[StoredEvent], *, onto: Head) -> Head:
        """Put rows of another ledger behind this one's head; see the port."""
        with self._access.writing() as connection:
            return take_in(connection, rows, onto=onto, place=self._access.place)

    def _fetch(self, statement: Select[Any], **parameters: object) -> list[StoredEvent]:
        with self._access.reading() as connection:
            return [StoredEvent(*row) for row in connection.execute(statement, parameters)]


def take_in(connection: Connection, rows: Iterable[StoredEvent], *, onto: Head, place: str) -> Head:
    """Put rows behind the head `onto` within a transaction; see the port."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(lock_of(connection.dialect)))
    head = _head(connection, place)
    last = connection.scalar(select(func.max(table.c.position))) or 0
    if (head, last) != (onto, onto.position):
        raise RefusedError(
            f"{place} ends at {head} by now and not at {onto}, so nothing was taken in; run the same command again"
        )
    remaining = iter(rows)
    while lump := list(islice(remaining, PAGE)):
        for row in lump:
            head = follow_on(head, row.chain)
            if row.position != head.position:
                raise RefusedError(f"position {row.position} does not follow; nothing was taken in")
        connection.execute(table.insert(), [asdict(row) for row in lump])
    connection.execute(update(ledger_head).values(position=head.position, hash=head.hash))
    return head


def _head(connection: Connection, place: str) -> Head:
    found = connection.execute(_HEAD).first()
    if found is None:
        raise LedgerError(f"{place} keeps no head of its events; restore it from a backup")
    return Head(*found)
