"""Connections to one database whose failures arrive as sentences: those of a ledger, unless others are given."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from adapters.sql.faults import ledger_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection, Engine, PoolProxiedConnection, Table
    from sqlalchemy.dialects import postgresql, sqlite
    from sqlalchemy.engine.interfaces import DBAPICursor

    from core.errors import BatchmillError

    #: Makes an error with a sentence of a database's place and of what its driver raised.
    Sentences = Callable[[str, BaseException], BatchmillError]


class Access:
    """An engine and the name that people know its database by."""

    def __init__(self, engine: Engine, place: str, sentences: Sentences = ledger_error) -> None:
        """Load nothing yet: the first connection is made by the first question."""
        self.engine = engine
        self.dialect = engine.dialect
        self.place = place
        self._sentence = sentences
        self._writing = engine.execution_options(writes=True)
        self._faults = (SQLAlchemyError, engine.dialect.loaded_dbapi.Error)
        self._turn = Lock()
        self._kept: PoolProxiedConnection | None = None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection for questions; it keeps no transaction open."""
        try:
            with self.engine.connect() as connection:
                yield connection
        except self._faults as fault:
            raise self._sentence(self.place, fault) from fault

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection in a transaction that may write from its start, committed at the end."""
        try:
            with self._writing.begin() as connection:
                yield connection
        except self._faults as fault:
            raise self._sentence(self.place, fault) from fault

    @contextmanager
    def appending(self) -> Iterator[DBAPICursor]:
        """Yield a cursor of the driver's own, one at a time; committed at the end, undone by an exception.

        SQLAlchemy's statements and its pool would add half of what a commit to SQLite takes. A server may restart
        between two appends, so its connection goes back to the pool, which looks whether it still answers.
        """
        with self._turn:
            connection, self._kept = self._kept, None
            try:
                connection = connection or self.engine.raw_connection()
                yield connection.cursor()
                connection.commit()
                if self.dialect.name == "sqlite":
                    connection, self._kept = None, connection
            except self._faults as fault:
                if connection is not None:
                    connection.invalidate()
                raise self._sentence(self.place, fault) from fault
            finally:
                if connection is not None:
                    connection.close()

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """Return an INSERT that can say what is to become of a row that is there already."""
        # Each dialect is imported by the engine that speaks it, and the other one only takes time.
        if self.dialect.name == "sqlite":
            from sqlalchemy.dialects.sqlite import insert as sqlite_insert  # noqa: PLC0415 - see above

            return sqlite_insert(table)
        from sqlalchemy.dialects.postgresql import insert as postgresql_insert  # noqa: PLC0415 - see above

        return postgresql_insert(table)

    def close(self) -> None:
        """Close every connection."""
        with self._turn:
            if self._kept is not None:
                self._kept.close()
                self._kept = None
        self.engine.dispose()
