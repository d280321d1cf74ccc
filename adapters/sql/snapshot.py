"""A copy of a whole ledger at one moment, while others write to it; and what a copy needs before it is used."""

from __future__ import annotations

import shlex
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL

from adapters.sql.engine import PATIENCE, parse
from adapters.sql.faults import ledger_error
from adapters.sql.tables import claims, lease
from core.errors import LedgerError


def sqlite_file(url: str) -> Path | None:
    """Return the file of an SQLite ledger, None for a PostgreSQL one."""
    address = parse(url)
    return Path(str(address.database)) if address.get_backend_name() == "sqlite" else None


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy an SQLite ledger as it is at one moment to `target`, one file, flushed to disk.

    It is SQLite's own online backup, in one step: writers go on meanwhile, and what they commit is not in the
    copy. Raises LedgerError when either disk or the database does not let it.
    """
    try:
        with (
            closing(
                sqlite3.connect(f"{source.resolve().as_uri()}?mode=rw", uri=True, timeout=PATIENCE)
            ) as reading,
            closing(sqlite3.connect(target, isolation_level=None)) as writing,
        ):
            reading.backup(writing)
            # One file that stands by itself; a program that opens it puts the log back.
            writing.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        where = target if isinstance(error, sqlite3.OperationalError) and "full" in str(error) else source
        raise ledger_error(str(where), error) from error


def check_whole(file: Path) -> None:
    """Raise LedgerError unless the file is an SQLite database whose pages and indexes agree with each other."""
    try:
        with closing(sqlite3.connect(_uri(file, "ro"), uri=True)) as connection:
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.Error as error:
        raise ledger_error(str(file), error) from error
    if found != ("ok",):
        raise LedgerError(f"{file} is damaged: {found[0] if found else 'it says nothing'}")


def make_ready(file: Path) -> None:
    """Take leases and claims out of a copied ledger, which were those of the other one's processes, and close it.

    Afterwards the file stands by itself: nothing of it is in a log beside it.
    """
    try:
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            for table in (lease, claims):
                connection.execute(f"DELETE FROM {table.name}")  # noqa: S608 - a name of ours
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise ledger_error(str(file), error) from error


def _uri(file: Path, mode: str) -> str:
    return f"{file.resolve().as_uri()}?mode={mode}"


def dump_command(url: str) -> str:
    """Return the command line that saves a PostgreSQL ledger, without its password."""
    return shlex.join(["pg_dump", "--format=custom", "--file=ledger.dump", _shown(parse(url))])


def _shown(address: URL) -> str:
    """Return an address for pg_dump; without a password it asks, or takes it from ~/.pgpass."""
    kept = {name: value for name, value in address.query.items() if "password" not in name}
    bare = URL.create("postgresql", address.username, None, address.host, address.port, address.database, kept)
    return bare.render_as_string(hide_password=False)
