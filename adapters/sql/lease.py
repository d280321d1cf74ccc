"""The lease in SQL: one row that says who drives the ledger, changed only by who has seen it as it is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import delete, select, update

from adapters.process import describe, is_dead
from adapters.sql.tables import lease as table
from core.errors import LeaseHeldError
from core.ledger.recorded import stamp
from core.ports import Holder

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from adapters.sql.access import Access
    from core.ports import Clock

_DRIVER = "driver"
_HOLDER = [table.c[name] for name in Holder.__struct_fields__]


class SqlLease:
    """Lease over the table `lease`."""

    def __init__(self, access: Access, clock: Clock) -> None:
        """Remember where and by whose clock."""
        self._access = access
        self._clock = clock

    def acquire(self, holder: Holder, *, seconds: float) -> None:
        """Take or renew the lease; see the port."""
        while True:
            with self._access.writing() as connection:
                seen = self._seen(connection)
                if seen and self._holds(*seen) and seen[0].token != holder.token:
                    raise LeaseHeldError(
                        f"a {describe(seen[0])} drives this ledger; stop it or let it finish, then try again"
                    )
                if self._put(connection, holder, seen, seconds):
                    return

    def release(self, holder: Holder) -> None:
        """Give the lease back; nothing happens when another holds it by now."""
        with self._access.writing() as connection:
            connection.execute(delete(table).where(table.c.name == _DRIVER, table.c.token == holder.token))

    def current(self) -> Holder | None:
        """Return who holds the lease now, if anybody alive does."""
        with self._access.reading() as connection:
            seen = self._seen(connection)
        return seen[0] if seen and self._holds(*seen) else None

    def _seen(self, connection: Connection) -> tuple[Holder, str] | None:
        """Return the holder on record and when the lease runs out."""
        found = connection.execute(select(*_HOLDER, table.c.expires_at).where(table.c.name == _DRIVER)).first()
        return (Holder(*found[:-1]), found[-1]) if found else None

    def _holds(self, holder: Holder, expires_at: str) -> bool:
        return expires_at > stamp(self._clock.now()) and not is_dead(holder)

    def _put(
        self, connection: Connection, holder: Holder, seen: tuple[Holder, str] | None, seconds: float
    ) -> bool:
        """Write the lease if it is still as seen; False when somebody was quicker."""
        values = msgspec.structs.asdict(holder)
        values["expires_at"] = stamp(self._clock.now() + timedelta(seconds=seconds))
        if seen is None:
            insert = self._access.insert(table).values(name=_DRIVER, **values).on_conflict_do_nothing()
            return connection.execute(insert.returning(table.c.token)).first() is not None
        unchanged = (table.c.name == _DRIVER, table.c.token == seen[0].token, table.c.expires_at == seen[1])
        return connection.execute(update(table).where(*unchanged).values(**values)).rowcount == 1
