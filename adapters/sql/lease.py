"""The lease in SQL: a row for who drives the ledger alone, or a row for each worker that shares it.

A row is deleted only by its own holder or by somebody who found that it no longer lives, and nobody takes what a
row stood for before it is gone. So a process that was paused for too long finds its row missing, and whatever it
wants to append under the row's number is refused. The numbers come from a counter of their own, whose row is also
the lock under which leases are taken: one is given out once, ever.

Leases are durable, unlike the read model: a takeover that a crash of the server undid would let its number be
given out again, and two processes would show the same one.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import bindparam, delete, select, update

from adapters.fencing import Tenure, lease_name, refuse_beside
from adapters.sql.tables import last_fence
from adapters.sql.tables import lease as table
from core.errors import RefusedError
from core.ledger.recorded import stamp
from core.ports import Fence, Holder

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from adapters.sql.access import Access
    from core.ports import Clock

_HOLDER = [table.c[name] for name in Holder.__struct_fields__]
_ALL = select(table.c.name, table.c.number, table.c.expires_at, *_HOLDER)
#: Finds the lease of a fence that is still on record, and keeps it there to the end of the transaction; a renewal
#: does not have to wait for that.
HELD = (
    select(table.c.number)
    .where(table.c.name == bindparam("lease"), table.c.number == bindparam("fence"))
    .with_for_update(read=True, key_share=True)
)
_NEXT = update(last_fence).values(number=last_fence.c.number + 1).returning(last_fence.c.number)


class SqlLease:
    """Lease over the tables `lease` and `last_fence`; sharing needs PostgreSQL."""

    def __init__(self, access: Access, clock: Clock) -> None:
        """Remember where and by whose clock; `access` must be durable."""
        self._access = access
        self._clock = clock

    def acquire(self, holder: Holder, *, seconds: float, shared: bool = False) -> Fence:
        """Take or renew the lease; see the port. Raises RefusedError for a shared one on SQLite."""
        if shared and self._access.dialect.name == "sqlite":
            raise RefusedError(
                "daemons share a ledger on PostgreSQL alone, and this one is an SQLite file; name a PostgreSQL "
                "database in database_url, or run one daemon without --shared"
            )
        name = lease_name(holder, shared=shared)
        while True:
            with self._access.writing() as connection:
                expires_at = stamp(self._clock.now() + timedelta(seconds=seconds))
                number = _renew(connection, name, holder, expires_at)
                if number is None:
                    number = self._take(connection, name, holder, expires_at, shared=shared)
            if number is not None:
                return Fence(name, number)

    def release(self, holder: Holder) -> None:
        """Give the lease back; nothing happens when another holds it by now."""
        with self._access.writing() as connection:
            connection.execute(delete(table).where(table.c.token == holder.token))

    def current(self) -> Holder | None:
        """Return who holds the lease now, if anybody alive does; of several workers the one that came first."""
        with self._access.reading() as connection:
            found = tenures(connection)
        living = (tenure for tenure in found if tenure.lives(self._clock.now()))
        first = min(living, key=lambda tenure: tenure.fence.number, default=None)
        return first.holder if first else None

    def _take(
        self, connection: Connection, name: str, holder: Holder, expires_at: str, *, shared: bool
    ) -> int | None:
        """Put a new lease in the place of those that no longer live; None when one was renewed just now."""
        number: int = connection.execute(_NEXT).scalar_one()
        found = tenures(connection)
        living = [tenure for tenure in found if tenure.lives(self._clock.now())]
        refuse_beside(living, holder, shared=shared)
        gone = [tenure for tenure in found if tenure not in living or tenure.holder.token == holder.token]
        if not all(bury(connection, tenure) for tenure in gone):
            return None
        values = msgspec.structs.asdict(holder) | {"name": name, "number": number, "expires_at": expires_at}
        connection.execute(table.insert().values(**values))
        return number


def tenures(connection: Connection) -> list[Tenure]:
    """Return every lease on record, by name: the order in which they are to be locked."""
    return [
        Tenure(Fence(name, number), expires_at, Holder(*holder))
        for name, number, expires_at, *holder in connection.execute(_ALL.order_by(table.c.name))
    ]


def bury(connection: Connection, tenure: Tenure) -> bool:
    """Delete a lease that no longer lives; False when its holder has renewed it or somebody was quicker."""
    same = (table.c.number == tenure.fence.number, table.c.expires_at == tenure.expires_at)
    return connection.execute(delete(table).where(table.c.name == tenure.fence.name, *same)).rowcount == 1


def _renew(connection: Connection, name: str, holder: Holder, expires_at: str) -> int | None:
    """Put off the end of the holder's own lease and return its number, None when it holds none."""
    own = update(table).where(table.c.name == name, table.c.token == holder.token)
    found: int | None = connection.scalar(own.values(expires_at=expires_at).returning(table.c.number))
    return found
