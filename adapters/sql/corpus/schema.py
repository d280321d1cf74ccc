"""Brings the corpus's tables to their present version, and keeps out of tables that are somebody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from adapters.sql.migrate import corpus_head
from core.errors import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

#: The migration that this program's tables are of, and the table that holds the one found.
SCHEMA, VERSION_TABLE = "c0001", "corpus_version"
TABLES = ("imports", "sessions", "indicators", "qa_pairs", "qa_versions", "embeddings", "qa_words")


def bring_up(connection: Connection, place: str) -> None:
    """Make the tables or bring them up to date, in the connection's transaction.

    Raises DatabaseError when tables of these names are there that no import made, a newer program made them, or
    some of them are gone.
    """
    names = set(inspect(connection).get_table_names())
    if VERSION_TABLE not in names:
        if strangers := sorted(names & set(TABLES)):
            raise DatabaseError(
                f"{place} has a table {strangers[0]} that is not the corpus's; nothing was imported, name another "
                "database in corpus.database"
            )
    else:
        refuse_newer(connection, place)
        refuse_torn(names, place)
    if connection.dialect.name == "postgresql":
        connection.execute(text("CREATE EXTENSION IF NOT EXISTS vector"))
    corpus_head(connection, VERSION_TABLE)


def is_there(connection: Connection, place: str) -> bool:
    """Return whether the tables are there; DatabaseError when they are of another version, or some are gone."""
    names = set(inspect(connection).get_table_names())
    if VERSION_TABLE not in names:
        return False
    refuse_newer(connection, place)
    refuse_torn(names, place)
    return True


def refuse_torn(names: Collection[str], place: str) -> None:
    """Raise DatabaseError when a table that an import made is gone: what it held is not guessed."""
    gone = [table for table in TABLES if table not in names]
    if gone:
        raise DatabaseError(
            f"{place} lacks the table {gone[0]}, which imports made; put a copy of the database back, or name an "
            "empty one in corpus.database and run `batchmill corpus import`: all pairs and vectors stand in the "
            "workspace"
        )


def refuse_newer(connection: Connection, place: str) -> None:
    """Raise DatabaseError when the tables are of a version that this program does not know."""
    found = connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608 - a constant
    if found is not None and found > SCHEMA:
        raise DatabaseError(f"{place} was made by a newer batchmill (corpus {found}); update batchmill")
