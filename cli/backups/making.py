"""Makes a backup: the ledger as it is at one moment, and the files as its events up to there name them."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import contextmanager
from importlib.metadata import version
from secrets import token_hex
from typing import TYPE_CHECKING

import msgspec

from adapters.files.archive import MANIFEST, MovedError, compression_of, writing
from adapters.files.atomic import sha256_of
from adapters.files.leftovers import sweep
from adapters.sql.database import SCHEMA, open_database
from adapters.sql.snapshot import copy_sqlite, dump_command, sqlite_file
from cli.backups.collecting import Collected, collect
from cli.backups.manifest import LEDGER, WORKSPACE, Absent, Manifest, encode
from cli.compose import database_url
from core.errors import RefusedError, StorageError
from core.ledger.chain import Head  # noqa: TC001 - msgspec reads the annotations at run time
from core.ledger.recorded import stamp
from core.ports import StoredFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cli.compose import Opened

#: A file may be put in place a moment before its event, so a ledger that does not know it yet is copied again.
TRIES, PAUSE = 6, 0.5
#: Tries after which a file that is still not there is taken for lost.
_LOST = 3


class Made(msgspec.Struct, frozen=True):
    """A backup that stands where it should: its size in bytes, where its ledger ends, how many files it holds.

    `absent` are files that events name and that could not be saved; `dump` is how to save a ledger in PostgreSQL.
    """

    path: str
    size: int
    head: Head
    files: int
    absent: tuple[Absent, ...]
    dump: str | None


def make_backup(opened: Opened, target: Path, *, force: bool) -> Made:
    """Write a backup of a workspace to `target`; whole, or whatever stood there stays.

    A daemon may write meanwhile. Raises RefusedError for a file that is there already, unless told to replace it
    by `force`; StorageError and LedgerError when a disk or the database does not let it.
    """
    compression_of(target)
    if target.is_dir() or (target.exists() and not force):
        raise RefusedError(f"{target} is there already; name another file, or say --force to replace it")
    for tried in range(1, TRIES + 1):
        try:
            return _tried(opened, target, last=tried >= _LOST)
        except MovedError:
            time.sleep(PAUSE)
    raise RefusedError(f"files changed under {TRIES} tries to save them; no backup was made, try again")


def _tried(opened: Opened, target: Path, *, last: bool) -> Made:
    """Copy the ledger, then write all; MovedError when a file changed, or is missing before the `last` try."""
    url = database_url(opened.root, opened.settings)
    source = sqlite_file(url)
    with _beside(target) as folder:
        copied = folder / LEDGER if source else None
        if source and copied:
            copy_sqlite(source, copied)
        with open_database(f"sqlite:///{copied}" if copied else url, opened.clock) as ledger:
            head = ledger.stored.ledger_head()
            found = collect(opened, ledger)
        if found.absent and not last:
            raise MovedError(found.absent[0].path)
        manifest = Manifest(
            format="batchmill.backup",
            version=1,
            made_at=stamp(opened.clock.now()),
            program=version("batchmill"),
            schema=SCHEMA,
            head=str(head),
            ledger=_file(copied) if copied else None,
            files=found.files(),
            absent=tuple(found.absent),
        )
        _write(opened, target, manifest, found, copied)
    dump = None if source else dump_command(url)
    return Made(str(target), target.stat().st_size, head, len(manifest.files), manifest.absent, dump)


def _write(opened: Opened, target: Path, manifest: Manifest, found: Collected, copied: Path | None) -> None:
    with writing(target) as archive:
        archive.add_bytes(MANIFEST, encode(manifest))
        if copied and manifest.ledger:
            archive.add(LEDGER, copied, manifest.ledger)
        for file in manifest.files:
            name = f"{WORKSPACE}/{file.path}"
            if file.path in found.loose:
                archive.add_bytes(name, found.loose[file.path])
            else:
                archive.add(name, opened.files.place(file.path), file)


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """Give a folder on the disk that the backup goes to, gone at the end with what a killed one left."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        sweep(target.parent, target.name)
        folder = target.with_name(f".{target.name}.{os.getpid()}.{token_hex(4)}.part")
        folder.mkdir()
    except OSError as error:
        raise StorageError(f"{target} cannot be written: {error.strerror}; name a file elsewhere") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _file(path: Path) -> StoredFile:
    return StoredFile(LEDGER, sha256_of(path), path.stat().st_size)
