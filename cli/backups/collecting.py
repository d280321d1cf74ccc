"""What belongs into a backup: the files that a ledger's events vouch for, the prompts, the settings."""

from __future__ import annotations

import re
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from adapters.files.archive import is_inside
from cli.backups.manifest import Absent
from cli.kept_files import recorded_files
from cli.prompts import versions
from cli.settings import FILE
from core.errors import RefusedError, StorageError
from core.ports import StoredFile

if TYPE_CHECKING:
    from pathlib import Path

    from adapters.sql.database import Database
    from cli.compose import Opened

#: The password in a database's address.
_PASSWORD = re.compile(rb"(postgres(?:ql)?(?:\+\w+)?://[^:/@\s\"']*):[^@\s\"']*@")


class Collected(NamedTuple):
    """Files that stand as they are recorded, files as they were read just now, and recorded ones that are lost."""

    recorded: list[StoredFile]
    loose: dict[str, bytes]
    absent: list[Absent]

    def files(self) -> tuple[StoredFile, ...]:
        """Return all that can be saved, by path."""
        loose = [StoredFile(path, sha256(data).hexdigest(), len(data)) for path, data in self.loose.items()]
        return tuple(sorted([*self.recorded, *loose], key=lambda file: file.path))


def collect(opened: Opened, ledger: Database) -> Collected:
    """Look at every file that the events of `ledger` vouch for, in the workspace that is open."""
    there = replace(opened, database=ledger)
    wanted = recorded_files(there)
    recorded, absent = [], []
    for version in versions(there):
        if version.waves and version.path != opened.settings.model.prompt_file:
            wanted[version.path] = version.sha256
    for path, digest in sorted(wanted.items()):
        found = _found(opened, path, digest)
        if isinstance(found, Absent):
            absent.append(found)
        else:
            recorded.append(found)
    loose = {}
    for path in (FILE, opened.settings.model.prompt_file):
        if path not in wanted and is_inside(path) and (content := _read(opened.root / path)) is not None:
            loose[path] = content
    return Collected(recorded, loose, absent)


def _found(opened: Opened, path: str, digest: str) -> StoredFile | Absent:
    try:
        found = opened.files.digest(path)
        if found == digest:
            return StoredFile(path, digest, opened.files.place(path).stat().st_size)
    except (RefusedError, StorageError, OSError) as error:
        return Absent(path, str(error))
    return Absent(path, "it is missing" if found is None else "it is not as it was recorded")


def _read(path: Path) -> bytes | None:
    """Return a file without any database's password in it, None when it cannot be read."""
    try:
        return _PASSWORD.sub(rb"\1@", path.read_bytes())
    except OSError:
        return None
