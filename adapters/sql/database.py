"""Opens a ledger: its address in, the ports over its tables out, if they are of this program's version."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from adapters.sql.access import Access
from adapters.sql.claims import SqlClaims
from adapters.sql.engine import create, parse, place
from adapters.sql.lease import SqlLease
from adapters.sql.read_model import SqlReadModel
from adapters.sql.store import SqlEventStore
from adapters.sql.stored import SqlStoredEvents
from core.errors import LedgerError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    from sqlalchemy import Connection

    from core.ports import Clock

#: The migration that this program's tables are of.
SCHEMA = "0004"


@dataclass(frozen=True)
class Database:
    """An open ledger; `close` it, or use it as a context."""

    store: SqlEventStore
    stored: SqlStoredEvents
    read_model: SqlReadModel
    lease: SqlLease
    claims: SqlClaims
    close: Callable[[], None]

    def __enter__(self) -> Self:
        """Return the open ledger."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        self.close()


def open_database(url: str, clock: Clock) -> Database:
    """Return the ledger at `url`; raises LedgerError when it is not there or of another version."""
    address = parse(url)
    if address.get_backend_name() == "sqlite" and not Path(str(address.database)).exists():
        raise LedgerError(
            f"there is no ledger at {address.database}; put it back from a backup, or in a new workspace run "
            "`batchmill init`"
        )
    durable = Access(create(address, durable=True), place(address))
    quick = Access(create(address, durable=False), place(address))

    def close() -> None:
        durable.close()
        quick.close()

    try:
        _check(durable, place(address))
    except LedgerError:
        close()
        raise
    return Database(
        store=SqlEventStore(durable, clock),
        stored=SqlStoredEvents(durable),
        read_model=SqlReadModel(quick),
        lease=SqlLease(durable, clock),
        claims=SqlClaims(quick, clock),
        close=close,
    )


def holds_ledger(url: str) -> bool:
    """Return whether there are a ledger's tables at `url`, of whatever version; makes nothing there.

    Raises LedgerError when the database cannot be asked.
    """
    address = parse(url)
    if address.get_backend_name() == "sqlite":
        file = Path(str(address.database))
        # Connecting would make a missing or empty file a database.
        if not file.exists() or (file.is_file() and not file.stat().st_size):
            return False
    access = Access(create(address, durable=True), place(address))
    try:
        with access.reading() as connection:
            return inspect(connection).has_table("alembic_version")
    finally:
        access.close()


def schema_of(connection: Connection) -> str | None:
    """Return the migration the tables are of, None where the record of it is empty."""
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def refuse_newer(found: str | None, where: str) -> None:
    """Raise LedgerError when the tables are of a version that this program does not know."""
    if found is not None and found > SCHEMA:
        raise LedgerError(f"{where} was made by a newer batchmill (schema {found}); update batchmill")


def _check(access: Access, where: str) -> None:
    with access.reading() as connection:
        found = schema_of(connection)
    refuse_newer(found, where)
    if found is None:
        raise LedgerError(f"{where} holds no ledger yet; run `batchmill init`")
    if found < SCHEMA:
        raise LedgerError(
            f"{where} is of an older batchmill (schema {found}); run `batchmill db upgrade` to bring it up"
        )
