"""A look at a database from outside: whether it answers, what schema it is of, who is on record as its driver.

Unlike `open_database` it refuses no schema, so that a person can be told about one that is not this program's.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import false, select

from adapters.sql.access import Access
from adapters.sql.database import schema_of
from adapters.sql.engine import create, parse, place
from adapters.sql.tables import lease
from core.errors import LedgerError
from core.ports import Holder

if TYPE_CHECKING:
    from collections.abc import Iterator

#: How long another program may hold the database before that is a finding, in milliseconds.
PATIENCE = 5_000

_HOLDER = [lease.c[name] for name in Holder.__struct_fields__]


class OnRecord(NamedTuple):
    """A driver as its lease names it, and when that runs out, as the ledger's text."""

    holder: Holder
    expires_at: str


class Glance:
    """A database that is looked at; every question raises LedgerError when it has no answer."""

    def __init__(self, kind: str, where: str, file: Path | None, access: Access) -> None:
        """Remember what it is (`SQLite`), where, and in which file if in one."""
        self.kind = kind
        self.place = where
        self.file = file
        self._access = access

    def answer(self) -> None:
        """See that the database answers, and is one."""
        if self.file is not None and not self.file.exists():
            raise LedgerError(f"there is no ledger at {self.file}; run `batchmill init`")
        # Connecting would make an empty file a database.
        if self.file is not None and self.file.is_file() and not self.file.stat().st_size:
            raise LedgerError(f"{self.file} is empty; restore a backup, or run `batchmill init` for a new ledger")
        with self._access.reading() as connection:
            connection.exec_driver_sql("SELECT 1")

    def schema(self) -> str | None:
        """Return the migration its tables are of, None where none is recorded."""
        with self._access.reading() as connection:
            return schema_of(connection)

    def take_writes(self) -> None:
        """See that a transaction may write, without writing."""
        with self._access.reading() as connection:
            if self.file is not None:
                connection.exec_driver_sql(f"PRAGMA busy_timeout = {PATIENCE}")
        with self._access.writing() as connection:
            connection.execute(select(lease.c.name).where(false()).with_for_update())

    def drivers(self) -> list[OnRecord]:
        """Return everybody on record as a driver, dead or alive."""
        with self._access.reading() as connection:
            found = connection.execute(select(*_HOLDER, lease.c.expires_at).order_by(lease.c.started)).all()
        return [OnRecord(Holder(*row[:-1]), row[-1]) for row in found]


@contextmanager
def glance(url: str) -> Iterator[Glance]:
    """Look at the database at `url` while a block runs; raises LedgerError for what is no address of one."""
    address = parse(url)
    is_file = address.get_backend_name() == "sqlite"
    access = Access(create(address, durable=False), place(address))
    try:
        yield Glance(
            "SQLite" if is_file else "PostgreSQL",
            place(address),
            Path(str(address.database)) if is_file else None,
            access,
        )
    finally:
        access.close()
