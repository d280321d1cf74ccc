"""What the corpus's database says when it cannot, as one sentence that names it and the next thing to do."""

from __future__ import annotations

from core.errors import DatabaseError

#: A part of the driver's message, in lower case, and the sentence it stands for; the first that fits is taken.
_SENTENCES = (
    (
        'extension "vector" is not available',
        "{place} has no pgvector; install it on the server (package postgresql-NN-pgvector) and import again",
    ),
    (
        'permission denied to create extension "vector"',
        "the database user may not set up pgvector in {place}; have an administrator run CREATE EXTENSION vector",
    ),
    ("no such table", "{place} holds no corpus yet; run `batchmill corpus import`"),
    ("undefinedtable", "{place} holds no corpus yet; run `batchmill corpus import`"),
    ("no such module: fts5", "this Python's SQLite has no full text (FTS5); import into PostgreSQL instead"),
    (
        "file is not a database",
        "{place} is not an SQLite database; name another file in corpus.database, such as sqlite:///corpus.db",
    ),
    ("malformed", "{place} is damaged; remove it and run `batchmill corpus import` again"),
    (
        "unable to open database file",
        "{place} cannot be opened; check that its folder exists and may be written to",
    ),
    ("is locked", "{place} is held by another program; wait until it has finished and try again"),
    ("locknotavailable", "another `batchmill corpus import` writes into {place}; wait for its end and try again"),
    ("readonly database", "{place} may not be written to; check the permissions of the file and of its folder"),
    ("disk is full", "the disk that holds {place} is full; nothing was imported, make room and import again"),
    ("diskfull", "the disk of {place} is full; nothing was imported, make room and import again"),
    (
        "disk i/o error",
        "the disk that holds {place} is full or fails; nothing was imported, make room or check the disk",
    ),
    ("insufficientprivilege", "the database user may not do this in {place}; grant it the tables of the corpus"),
    ("readonlysqltransaction", "{place} accepts no writes (a standby?); name the primary in corpus.database"),
    ("resolve host", "{place} cannot be reached ({reason}); correct corpus.database"),
    ("password", "{place} does not accept the user and password of corpus.database; correct them"),
    ('database "', "{place} does not exist; create it, or correct corpus.database"),
    ('role "', "{place} does not know the user of corpus.database; create it, or correct corpus.database"),
    ("connection", "{place} cannot be reached ({reason}); start the server or correct corpus.database"),
)


def corpus_error(place: str, fault: BaseException) -> DatabaseError:
    """Return the sentence for an error of SQLAlchemy or of the driver below it."""
    fault = getattr(fault, "orig", None) or fault
    text = f"{type(fault).__name__} {fault}".lower()
    lines = str(fault).strip().splitlines()
    reason = lines[0].rstrip(".") if lines else type(fault).__name__
    for part, sentence in _SENTENCES:
        if part in text:
            return DatabaseError(sentence.format(place=place, reason=reason))
    return DatabaseError(f"{place} refused ({reason}); nothing was imported")
