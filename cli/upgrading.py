"""Brings an older ledger up to this program, with a copy of it put beside first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from adapters.clock import SystemClock
from adapters.files.atomic import sync_folder
from adapters.process import with_article
from adapters.sql.database import SCHEMA, refuse_newer
from adapters.sql.glance import glance
from adapters.sql.migrate import upgrade
from adapters.sql.snapshot import copy_sqlite
from cli.doctor.ledger import sort_drivers
from core.errors import LedgerError, RefusedError

if TYPE_CHECKING:
    from pathlib import Path


class Upgraded(msgspec.Struct, frozen=True):
    """A ledger's schema before and after; `copy` is the file that an SQLite one was kept in, if it was changed."""

    database: str
    before: str
    after: str
    copy: str | None


def bring_up(url: str) -> Upgraded:
    """Bring the ledger at `url` up to this program's schema; one that is of it already is left alone.

    Raises RefusedError while somebody drives it, LedgerError for a newer one, and where copy or change fail: then
    the ledger is as it was.
    """
    clock = SystemClock()
    with glance(url) as database:
        database.answer()
        place, file, before = database.place, database.file, database.schema()
        if before is None:
            raise LedgerError(f"{place} holds no ledger yet; run `batchmill init`")
        refuse_newer(before, place)
        if before == SCHEMA:
            return Upgraded(place, before, before, None)
        if living := sort_drivers(database.drivers(), clock.now()).living:
            raise RefusedError(f"{with_article(living[0])} drives this ledger; stop it, then upgrade")
    copy = _copied(file, before, f"{clock.now():%Y%m%dT%H%M%SZ}") if file else None
    upgrade(url)
    return Upgraded(place, before, SCHEMA, str(copy) if copy else None)


def _copied(file: Path, schema: str, moment: str) -> Path:
    """Put a copy of an SQLite ledger beside it, whole or not at all."""
    copy = file.with_name(f"{file.stem}-{schema}-{moment}.db")
    part = copy.with_name(f".{copy.name}.part")
    try:
        copy_sqlite(file, part)
        part.rename(copy)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(copy.parent)
    return copy
