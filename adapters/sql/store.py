"""The event store in SQL: one append, one durable commit; reading by pages, so that nobody is kept waiting.

Positions are counted by the store itself, under the lock that every append takes, and so have no gaps: a missing
position is a sign of damage, and a reader that has seen N never finds a smaller one later. Each commit also links
its events into the chain of hashes and moves the head; behind a head that is not the last event's nothing is
appended.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from msgspec import MsgspecError
from msgspec.structs import asdict
from sqlalchemy import bindparam, func, literal_column, select

from adapters.fencing import lost
from adapters.sql.chaining import Chaining, lock_of
from adapters.sql.lease import HELD
from adapters.sql.tables import events as table
from core.errors import ConflictError, UnreadableEventError
from core.ledger.codec import DECODERS, decode, encode
from core.ledger.recorded import Recorded, stamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.engine.interfaces import DBAPICursor

    from adapters.sql.access import Access
    from core.ledger.recorded import NewEvent
    from core.ports import Clock, Fence

#: Rows fetched at once: enough to make the question cheap, few enough to be decoded while they are in the cache.
PAGE = 500

#: Later than any position; SQL's largest integer.
FOREVER = 2**63 - 1

#: What `Recorded` is made of; the chain is for those who check it.
_TOLD = [column for column in table.c if column.name != "chain"]
_VERSION = select(func.coalesce(func.max(table.c.version), literal_column("0"))).where(
    table.c.stream == bindparam("stream")
)
#: Inserts an event only if it is the next of its stream, so that one statement judges and writes.
_INSERT = table.insert().from_select(
    [column.name for column in table.c],
    select(*(bindparam(column.name, type_=column.type) for column in table.c)).where(
        bindparam("version", type_=table.c.version.type) == _VERSION.scalar_subquery() + literal_column("1")
    ),
)
_PAGE = (
    select(*_TOLD)
    .where(table.c.position > bindparam("after"), table.c.position <= bindparam("until"))
    .order_by(table.c.position)
    .limit(PAGE)
)
_STREAM_PAGE = (
    select(*_TOLD)
    .where(table.c.stream == bindparam("stream"), table.c.version > bindparam("after"))
    .order_by(table.c.version)
    .limit(PAGE)
)


class SqlEventStore:
    """EventStore over the table `events`."""

    def __init__(self, access: Access, clock: Clock) -> None:
        """Compile what every append says; `access` must be durable."""
        self._access = access
        self._clock = clock
        self._taken = access.dialect.loaded_dbapi.IntegrityError
        self._begin = lock_of(access.dialect)
        self._chaining = Chaining(access)
        self._held = str(HELD.compile(dialect=access.dialect))
        self._version = str(_VERSION.compile(dialect=access.dialect))
        self._insert = str(_INSERT.compile(dialect=access.dialect))

    def append(self, events: Sequence[NewEvent], *, fence: Fence | None = None) -> list[Recorded]:
        """Append all events or none; see the port."""
        if not events:
            return []
        encoded = [encode(new.event) for new in events]
        with self._access.appending() as cursor:
            cursor.execute(self._begin)
            if fence is not None:
                self._judge(cursor, fence)
            head, last = self._chaining.end(cursor)
            # A clock that was set back must not let text order and position order disagree.
            recorded_at = max(stamp(self._clock.now()), last)
            recorded = [
                _recorded(new, name, schema, head.position + offset, recorded_at)
                for offset, (new, (name, schema, _)) in enumerate(zip(events, encoded, strict=True), start=1)
            ]
            rows = self._chaining.linked(cursor, recorded, [data for _, _, data in encoded])
            if rows is None or not self._insert_all(cursor, [asdict(row) for row in rows]):
                cursor.execute("ROLLBACK")
                raise ConflictError(self._moved(cursor, events))
            self._chaining.move(cursor, head, rows)
        return recorded

    def _judge(self, cursor: DBAPICursor, fence: Fence) -> None:
        """Raise LeaseLostError unless the lease is on record, where it then stays until the commit."""
        cursor.execute(self._held, {"lease": fence.name, "fence": fence.number})
        if cursor.fetchone() is None:
            cursor.execute("ROLLBACK")
            raise lost(fence)

    def _insert_all(self, cursor: DBAPICursor, rows: list[dict[str, Any]]) -> bool:
        """Insert the rows; False when one of them is not the next of its stream."""
        try:
            cursor.executemany(self._insert, rows)
        except self._taken:
            return False
        return cursor.rowcount == len(rows)

    def _moved(self, cursor: DBAPICursor, events: Sequence[NewEvent]) -> list[str]:
        """Return the streams that are not where the events expect them; all, when that can no longer be told."""
        first: dict[str, int] = {}
        for new in events:
            first.setdefault(new.stream, new.version)
        moved = []
        for stream, version in first.items():
            cursor.execute(self._version, {"stream": stream})
            if cursor.fetchone() != (version - 1,):
                moved.append(stream)
        return moved or list(first)

    def read(self, *, after: int = 0, until: int | None = None) -> Iterator[Recorded]:
        """Yield events by position; see the port."""
        end = FOREVER if until is None else until
        while page := self._fetch(_PAGE, after=after, until=end):
            yield from page
            after = page[-1].position

    def read_stream(self, stream: str, *, after_version: int = 0) -> Iterator[Recorded]:
        """Yield the events of one stream by version."""
        while page := self._fetch(_STREAM_PAGE, stream=stream, after=after_version):
            yield from page
            after_version = page[-1].version

    def streams(self, prefix: str = "") -> list[str]:
        """Return the names of the streams that begin with `prefix`, sorted."""
        name = table.c.stream
        # A range, because LIKE does not use the index and takes b and B for the same.
        within = (name >= prefix, name < prefix + "\U0010ffff")
        with self._access.reading() as connection:
            return list(connection.scalars(select(name).distinct().where(*within).order_by(name)))

    def head(self) -> int:
        """Return the highest position, 0 for an empty ledger."""
        with self._access.reading() as connection:
            return connection.scalar(select(func.max(table.c.position))) or 0

    def position_at(self, moment: datetime) -> int:
        """Return the highest position recorded at or before `moment`, 0 when there is none."""
        earlier = select(table.c.position).where(table.c.recorded_at <= stamp(moment.astimezone(UTC)))
        with self._access.reading() as connection:
            return connection.scalar(earlier.order_by(table.c.position.desc()).limit(1)) or 0

    def _fetch(self, statement: Select[Any], **parameters: object) -> list[Recorded]:
        """Return one page, decoded; the connection goes back before the reader sees the first event."""
        with self._access.reading() as connection:
            result = connection.execute(statement, parameters)
            # The driver's tuples: making SQLAlchemy's rows of them takes as long as decoding the events.
            rows = result.cursor.fetchall() if result.cursor else []
        return _decoded(rows)


def _recorded(new: NewEvent, name: str, schema: int, position: int, recorded_at: str) -> Recorded:
    context = new.context
    return Recorded(
        position,
        new.stream,
        new.version,
        name,
        schema,
        new.event,
        recorded_at,
        context.actor,
        context.correlation,
        context.causation,
    )


def _decoded(rows: Sequence[Any]) -> list[Recorded]:
    """Decode rows of today's events in one tight loop, and any others with care."""
    decoders = DECODERS
    try:
        return [
            Recorded(
                position,
                stream,
                version,
                name,
                schema,
                decoders[name, schema](data),
                at,
                actor,
                correlation,
                cause,
            )
            for position, stream, version, name, schema, data, at, actor, correlation, cause in rows
        ]
    except (KeyError, MsgspecError):
        return _decoded_with_care(rows)


def _decoded_with_care(rows: Sequence[Any]) -> list[Recorded]:
    decoded: list[Recorded] = []
    position = stream = None
    try:
        for position, stream, version, name, schema, data, at, actor, correlation, cause in rows:
            event = decode(name, schema, data)
            decoded.append(Recorded(position, stream, version, name, schema, event, at, actor, correlation, cause))
    except UnreadableEventError as error:
        raise UnreadableEventError(f"position {position}, {stream}: {error}") from error
    return decoded
