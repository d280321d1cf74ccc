"""Engines for SQLite and PostgreSQL, and what each is asked to promise at a commit.

An event is durable when `append` returns. SQLite runs in WAL mode with `synchronous=FULL`, one flush of the log
a commit (about 0.1 ms on a local SSD, where the rollback journal needs three or four); PostgreSQL keeps
`synchronous_commit`, which is put on where a server has it off. The read model and the claims can be made anew,
so they do not wait for the disk: SQLite `synchronous=NORMAL`, PostgreSQL `synchronous_commit=off`. They go to the
same log after the events they rest on, so a power cut may take their last commits, but leaves no row whose events
are gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from core.errors import LedgerError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection

#: Seconds to wait for another writer (SQLite) or for the server to answer (PostgreSQL).
PATIENCE = 30

#: The setting that the ledger's address stands in.
LEDGER = "database_url"
_SYNCHRONOUS = {True: "PRAGMA synchronous=FULL", False: "PRAGMA synchronous=NORMAL"}
_SYNCHRONOUS_COMMIT = {
    True: (
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
    ),
    False: "SET synchronous_commit TO off",
}


def parse(url: str, setting: str = LEDGER, what: str = "ledger") -> URL:
    """Return the address with the driver that this program uses.

    Raises LedgerError that names the setting it stands in and what lives there, and does not repeat the text.
    """
    how_to = f"write sqlite:///{what}.db or postgresql://user:password@host/name"
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise LedgerError(f"{setting} is not the address of a database; {how_to}") from None
    match parsed.get_backend_name():
        case "sqlite" if parsed.database in {None, "", ":memory:"}:
            raise LedgerError(f"{setting} names no file, and a {what} in memory would be lost; {how_to}")
        case "sqlite":
            return parsed.set(drivername="sqlite")
        case "postgresql" | "postgres":
            return parsed.set(drivername="postgresql+psycopg")
        case other:
            raise LedgerError(f"{setting} asks for {other}; a {what} lives in SQLite or PostgreSQL: {how_to}")


def place(url: URL) -> str:
    """Return where a database is, for people: the file, or host and database without user and password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    server = url.host or url.query.get("host") or "localhost"
    return f"PostgreSQL {server}{f':{url.port}' if url.port else ''}/{url.database or ''}"


def create(url: URL, *, durable: bool) -> Engine:
    """Return an engine whose commits are `durable`, or wait for no disk."""
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, durable=durable)
    return _postgresql(url, durable=durable)


def _sqlite(url: URL, *, durable: bool) -> Engine:
    engine = create_engine(url, paramstyle="named", connect_args={"timeout": PATIENCE}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - a sqlite3.Connection
        # The driver's own BEGIN comes too late and is deferred: two writers could both read, and one would fail.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(_SYNCHRONOUS[durable])

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get("writes"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _postgresql(url: URL, *, durable: bool) -> Engine:
    waits = {} if "connect_timeout" in url.query else {"connect_timeout": PATIENCE}
    # A daemon outlives its server's restarts, so a connection is looked at before it is used again.
    engine = create_engine(url, pool_pre_ping=True, connect_args=waits, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _prepare(connection: DBAPIConnection, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute(_SYNCHRONOUS_COMMIT[durable])
        cursor.close()
        connection.commit()

    return engine
