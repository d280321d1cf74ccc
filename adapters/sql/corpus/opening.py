"""Opens the database of the corpus by its address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.sql.access import Access
from adapters.sql.corpus.faults import corpus_error
from adapters.sql.corpus.postgresql import PostgresCorpus
from adapters.sql.corpus.sqlite import SqliteCorpus
from adapters.sql.engine import create, parse, place
from core.errors import DatabaseError, LedgerError

if TYPE_CHECKING:
    from adapters.sql.corpus.database import SqlCorpus

#: The setting that the address stands in.
SETTING = "corpus.database"


def open_corpus(url: str) -> SqlCorpus:
    """Return the corpus at `url`, without connecting yet; DatabaseError when that is no address of a database."""
    try:
        address = parse(url, SETTING, "corpus")
    except LedgerError as error:
        raise DatabaseError(str(error)) from None
    access = Access(create(address, durable=True), place(address), corpus_error)
    return SqliteCorpus(access) if address.get_backend_name() == "sqlite" else PostgresCorpus(access)
