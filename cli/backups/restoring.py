"""Puts a backup back: unpacked beside, looked through whole, and only then moved into place."""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import msgspec

from adapters.clock import SystemClock
from adapters.files.archive import reading
from adapters.files.atomic import sha256_of, sync_folder
from adapters.files.leftovers import sweep
from adapters.files.workspace import Workspace
from adapters.process import this_process, with_article
from adapters.sql.database import holds_ledger, open_database
from adapters.sql.glance import glance
from adapters.sql.snapshot import make_ready, sqlite_file
from cli.backups.checking import check_ledger, objection
from cli.backups.manifest import LEDGER, WORKSPACE, Absent, Manifest, decode
from cli.compose import database_url, opened
from cli.doctor.ledger import sort_drivers
from cli.settings import FILE, load
from core.errors import BadInputError, BatchmillError, LedgerError, RefusedError, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cli.settings import Settings
    from core.ports import Holder

#: The folders of restores that are under way, and of those that were killed.
_STAGES = ".restore.*.part"
#: Seconds that nobody else may begin to drive the ledger that is being replaced.
_HELD = 600.0


class Restored(msgspec.Struct, frozen=True):
    """What was put where: the head of the ledger, how many files, and where what stood in their place was moved.

    `made_at` is the backup's time. Without a `head` the ledger lies in PostgreSQL and is to be put back by its own
    means. `absent` was missing when the backup was made.
    """

    root: str
    made_at: str
    head: str | None
    files: int
    aside: str | None
    absent: tuple[Absent, ...]


def restore(file: Path, root: Path, options: list[str], *, force: bool) -> Restored:
    """Put a backup back into the folder `root`, which is made if need be.

    Nothing that stands there changes before all of the backup was looked through. What is replaced is moved aside,
    the ledger first, and the backup's ledger comes last: until then there is none, and no command does anything.
    Raises BadInputError for a backup that does not hold, RefusedError for a workspace that somebody drives, and,
    without `force`, for one whose ledger is newer or another's.
    """
    is_new = not root.exists()
    try:
        with _stage(root) as stage:
            manifest = _unpacked(file, stage)
            settings = load(stage / WORKSPACE, options)
            _refuse_strange_folder(root, is_new=is_new, force=force)
            restored = _put_back(_Place(root, stage, settings), manifest, force=force)
    except BatchmillError:
        if is_new:
            shutil.rmtree(root, ignore_errors=True)
        raise
    for folder in (settings.folders.inbox, settings.folders.submissions, settings.folders.results):
        (root / folder).mkdir(parents=True, exist_ok=True)
    if manifest.ledger:
        with opened(root, options) as workspace:
            workspace.catch_up()
    return restored


def _unpacked(file: Path, stage: Path) -> Manifest:
    with reading(file) as archive:
        manifest = decode(archive.manifest())
        archive.extract(manifest.members(), stage)
    if not any(saved.path == FILE for saved in manifest.files):
        raise BadInputError(f"{file} holds no {FILE}, so nobody could tell where things go; nothing was restored")
    return manifest


class _Place:
    """A workspace that a backup goes to, and where it was unpacked."""

    def __init__(self, root: Path, stage: Path, settings: Settings) -> None:
        self.root = root
        self.stage = stage
        self.settings = settings
        self.url = database_url(root, settings)

    def ledger(self) -> Path:
        """Return where the ledger goes; RefusedError where that is not in the workspace."""
        file = sqlite_file(self.url)
        if file is None or not file.resolve().is_relative_to(self.root.resolve()):
            raise RefusedError(
                f"this backup holds an SQLite ledger, and database_url does not lead to a file in {self.root}; "
                "restore it with --set database_url=sqlite:///batchmill.db, and see `batchmill export events` for "
                "moving it"
            )
        return file


def _refuse_strange_folder(root: Path, *, is_new: bool, force: bool) -> None:
    if is_new or force or (root / FILE).exists():
        return
    if any(not path.match(_STAGES) for path in root.iterdir()):
        raise RefusedError(f"{root} is neither empty nor a workspace; name another folder, or say --force")


def _put_back(to: _Place, manifest: Manifest, *, force: bool) -> Restored:
    files, aside = Workspace(to.root), to.root / f"replaced-{secrets.token_hex(4)}"
    for saved in manifest.files:
        files.place(saved.path)
    if manifest.ledger is None:
        _move_files(to, manifest, files, aside)
        return _restored(to, manifest, aside, None)
    ledger = to.ledger()
    try:
        check_ledger(to.stage, manifest, to.settings)
    except (BadInputError, LedgerError) as error:
        raise BadInputError(f"this backup is not sound: {error}; nothing was restored") from error
    if any(to.root / saved.path in _with_logs(ledger) for saved in manifest.files):
        raise BadInputError("this backup has a file in the ledger's place; nothing was restored")
    if (reason := objection(to.url, to.stage, manifest)) and not force:
        raise RefusedError(
            f"{reason}; say --force to put the backup in its place all the same (what is there is moved aside)"
        )
    make_ready(to.stage / LEDGER)
    _keep_others_out(to.url)
    # Each step is on the disk before the next: what was unpacked, what was moved, the ledger. Once for all files,
    # since a wave has thousands and each flush of one waits for the disk.
    os.sync()
    for path in _with_logs(ledger):
        _set_aside(path, to.root, aside)
    _move_files(to, manifest, files, aside)
    ledger.parent.mkdir(parents=True, exist_ok=True)
    os.sync()
    (to.stage / LEDGER).rename(ledger)
    sync_folder(ledger.parent)
    return _restored(to, manifest, aside, manifest.head)


def _restored(to: _Place, manifest: Manifest, aside: Path, head: str | None) -> Restored:
    there = str(aside) if aside.exists() else None
    return Restored(str(to.root), manifest.made_at, head, len(manifest.files), there, manifest.absent)


def _move_files(to: _Place, manifest: Manifest, files: Workspace, aside: Path) -> None:
    """Move every file to its place that does not stand there already."""
    for saved in manifest.files:
        target = files.place(saved.path)
        if target.is_file() and sha256_of(target) == saved.sha256:
            continue
        _set_aside(target, to.root, aside)
        target.parent.mkdir(parents=True, exist_ok=True)
        (to.stage / WORKSPACE / saved.path).rename(target)


def _set_aside(path: Path, root: Path, aside: Path) -> None:
    if not path.exists():
        return
    kept = aside / path.resolve().relative_to(root.resolve())
    kept.parent.mkdir(parents=True, exist_ok=True)
    path.rename(kept)


def _with_logs(ledger: Path) -> list[Path]:
    """Return the files of an SQLite ledger: an old log beside a new ledger would be taken for its own."""
    return [ledger, *(ledger.with_name(ledger.name + end) for end in ("-wal", "-shm", "-journal"))]


def _keep_others_out(url: str) -> None:
    """Take the lease of the ledger that is to be replaced, for good; RefusedError when somebody living has it."""
    clock = SystemClock()
    try:
        if not holds_ledger(url):
            return
        with open_database(url, clock) as database:
            # LeaseHeldError names who has it.
            database.lease.acquire(this_process("restore", clock.now()), seconds=_HELD)
    except LedgerError:
        # Of another schema, or damaged: it is asked as far as it answers.
        _refuse_drivers(url)


def _refuse_drivers(url: str) -> None:
    living: list[Holder] = []
    with suppress(LedgerError), glance(url) as database:
        living = sort_drivers(database.drivers(), SystemClock().now()).living
    if living:
        raise RefusedError(f"{with_article(living[0])} drives the ledger that is there; stop it, then restore")


@contextmanager
def _stage(root: Path) -> Iterator[Path]:
    """Give a folder on the workspace's disk to unpack into, gone at the end with those of killed restores."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        sweep(root, "restore")
        stage = root / f".restore.{os.getpid()}.{secrets.token_hex(4)}.part"
        (stage / WORKSPACE).mkdir(parents=True)
    except OSError as error:
        raise StorageError(
            f"{root} cannot be written to: {error.strerror}; name another folder with --to"
        ) from error
    try:
        yield stage
    except OSError as error:
        raise StorageError(
            f"{error.filename or root} cannot be written: {error.strerror}; restore again"
        ) from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)
