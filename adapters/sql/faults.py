"""What a database says when it cannot, turned into one sentence that names the ledger and the next thing to do."""

from __future__ import annotations

from core.errors import LedgerError

#: A part of the driver's message, in lower case, and the sentence it stands for; the first that fits is taken.
_SENTENCES = (
    ("no such table", "{place} holds no ledger yet; run `batchmill init`"),
    ("undefinedtable", "{place} holds no ledger yet; run `batchmill init`"),
    ("no such column", "{place} is the ledger of another version; update batchmill or run `batchmill db upgrade`"),
    (
        "undefinedcolumn",
        "{place} is the ledger of another version; update batchmill or run `batchmill db upgrade`",
    ),
    ("file is not a database", "{place} is not a ledger (not an SQLite database); check database_url"),
    ("malformed", "{place} is damaged; restore it from a backup, and keep the damaged file until then"),
    (
        "unable to open database file",
        "{place} cannot be opened; check that its folder exists and may be written to",
    ),
    ("is locked", "{place} is held by another program; wait until it has finished or close it, and try again"),
    ("readonly database", "{place} may not be written to; check the permissions of the file and of its folder"),
    ("disk is full", "the disk that holds {place} is full; nothing was written, make room and try again"),
    ("diskfull", "the disk of {place} is full; nothing was written, make room and try again"),
    (
        "disk i/o error",
        "the disk that holds {place} is full or fails; nothing was written, make room or check the disk",
    ),
    (
        "events are never changed",
        "{place} does not let anybody change or delete an event; append what is true now",
    ),
    ("insufficientprivilege", "the database user may not do this in {place}; grant it the tables of the ledger"),
    ("readonlysqltransaction", "{place} accepts no writes (a standby?); name the primary in database_url"),
    ("resolve host", "{place} cannot be reached ({reason}); correct database_url"),
    ("password", "{place} does not accept the user and password of database_url; correct them"),
    ("does not exist", "{place} does not exist or its user does not; create it, or correct database_url"),
    ("connection", "{place} cannot be reached ({reason}); start the server or correct database_url"),
)


def ledger_error(place: str, fault: BaseException) -> LedgerError:
    """Return the sentence for an error of SQLAlchemy or of the driver below it."""
    fault = getattr(fault, "orig", None) or fault
    text = f"{type(fault).__name__} {fault}"
    lines = str(fault).strip().splitlines()
    reason = lines[0].rstrip(".") if lines else type(fault).__name__
    for part, sentence in _SENTENCES:
        if part in text.lower():
            return LedgerError(sentence.format(place=place, reason=reason))
    return LedgerError(f"{place} refused ({reason}); nothing was written")
