"""Whether a backup that was unpacked is what it says, and what it would take the place of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.clock import SystemClock
from adapters.files.workspace import Workspace
from adapters.sql.database import SCHEMA, holds_ledger, open_database, refuse_newer
from adapters.sql.engine import parse, place
from adapters.sql.migrate import upgrade
from adapters.sql.snapshot import check_whole
from cli.backups.manifest import LEDGER, WORKSPACE, Manifest
from cli.compose import Opened
from cli.history import follow_chain
from cli.kept_files import recorded_files
from core.errors import BadInputError, LedgerError
from core.planning.naming import counted

if TYPE_CHECKING:
    from pathlib import Path

    from cli.settings import Settings


def check_ledger(stage: Path, manifest: Manifest, settings: Settings) -> None:
    """Look through the ledger of a backup: pages, schema, chain of hashes, head, and that its files are with it.

    An older one is brought up to this program's schema. Raises BadInputError or
    LedgerError with what is wrong.
    """
    file = stage / LEDGER
    url = f"sqlite:///{file}"
    check_whole(file)
    refuse_newer(manifest.schema, "the ledger of this backup")
    if manifest.schema < SCHEMA:
        upgrade(url)
    with open_database(url, SystemClock()) as database:
        head, faults = follow_chain(database.stored)
        if faults:
            raise BadInputError(f"its ledger does not hold at position {faults[0].position}: {faults[0].reason}")
        if head != manifest.ends_at:
            raise BadInputError(f"its ledger ends at {head}, and its manifest says {manifest.head}")
        opened = Opened(stage / WORKSPACE, settings, Workspace(stage / WORKSPACE), database, SystemClock())
        _with_its_files(recorded_files(opened), manifest)


def _with_its_files(recorded: dict[str, str], manifest: Manifest) -> None:
    saved = {file.path: file.sha256 for file in manifest.files}
    absent = {file.path for file in manifest.absent}
    for path, digest in recorded.items():
        if path not in absent and saved.get(path) != digest:
            raise BadInputError(f"its events name {path}, which is not in it as they say")


def objection(url: str, stage: Path, manifest: Manifest) -> str | None:
    """Return why a ledger that is there should not be replaced by the backup's unasked, None when it may be.

    It may be where it is the same, or an earlier part of the same history.
    """
    where = place(parse(url))
    try:
        if not holds_ledger(url):
            return None
        with open_database(url, SystemClock()) as database:
            head = database.stored.ledger_head()
            _, differing = follow_chain(database.stored, manifest.ends_at)
    except LedgerError as error:
        return f"the ledger at {where} cannot be compared with the backup ({error})"
    if head.position > manifest.ends_at.position and not differing:
        more = counted(head.position - manifest.ends_at.position, "event")
        return f"the ledger at {where} is newer: it goes on for {more} after the backup, up to {head}"
    with open_database(f"sqlite:///{stage / LEDGER}", SystemClock()) as database:
        _, differing = follow_chain(database.stored, head)
    if not differing:
        return None
    return f"the ledger at {where} tells of another history than the backup: it ends at {head}"
