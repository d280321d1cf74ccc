"""Brings a database to the present schema, through alembic."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from sqlalchemy import inspect, text

from adapters.sql.access import Access
from adapters.sql.database import refuse_newer, schema_of
from adapters.sql.engine import create, parse, place
from adapters.sql.stored import take_in
from core.ledger.chain import NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection

    from core.ledger.stored import StoredEvent

#: Any number that all migrations of this program agree on; PostgreSQL keeps such locks per database.
_LOCK = 0x6D696772617465


def config() -> Config:
    """Return alembic's settings; they need no file, so an installed program finds its migrations too."""
    settings = Config()
    settings.set_main_option("script_location", "migrations:")
    return settings


def corpus_head(connection: Connection, version_table: str) -> None:
    """Bring the corpus's tables to their newest version; they have steps and a version table of their own."""
    settings = config()
    settings.set_main_option("version_locations", "migrations:corpus")
    settings.set_main_option("path_separator", "newline")
    settings.attributes |= {"connection": connection, "version_table": version_table}
    command.upgrade(settings, "corpus@head")


def upgrade(url: str) -> None:
    """Make the tables, or bring them up to date, in one transaction; nothing happens when they are.

    Raises LedgerError when the database cannot be used, or was made by a newer program.
    """
    with _upgrading(url):
        pass


def found(url: str, rows: Iterable[StoredEvent]) -> None:
    """Make the tables of a new ledger and put another one's rows into it, all in one transaction.

    What `rows` raises leaves the database without a ledger. Raises RefusedError when it has one with events by
    now.
    """
    with _upgrading(url) as connection:
        take_in(connection, rows, onto=NOTHING, place=place(parse(url)))


@contextmanager
def _upgrading(url: str) -> Iterator[Connection]:
    address = parse(url)
    access = Access(create(address, durable=True), place(address))
    try:
        with access.writing() as connection:
            _wait_in_line(connection)
            if inspect(connection).has_table("alembic_version"):
                refuse_newer(schema_of(connection), place(address))
            settings = config()
            settings.attributes["connection"] = connection
            command.upgrade(settings, "head")
            yield connection
    finally:
        access.close()


def _wait_in_line(connection: Connection) -> None:
    """Let one migration run at a time; SQLite's transaction sees to that by itself."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
