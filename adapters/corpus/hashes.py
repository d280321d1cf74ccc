"""Hashes of files, remembered beside them: a file is hashed again when it may be another one."""

from __future__ import annotations

import hashlib
import os
import time
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

#: Nanoseconds a file must have been at rest: one that changes twice within a tick of the clock looks the same.
_REST = 2_000_000_000


class _Seen(msgspec.Struct, frozen=True, array_like=True):
    """A file as it was when it was hashed; nobody but the system sets `ctime_ns`."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    sha256: str


class RememberedHashes:
    """The sha256 of files in one folder, which a file in the folder remembers; losing that costs only time."""

    def __init__(self, place: Path, *, afresh: bool = False) -> None:
        """Remember in `place`; `afresh` trusts nothing that was remembered."""
        self._place = place
        self._seen: dict[str, _Seen] = {} if afresh else _read(place)
        self._now: dict[str, _Seen] = {}

    def of(self, path: Path) -> str:
        """Return a file's sha256 (hex), unread where it is as it was when it was hashed; OSError as reading it."""
        with path.open("rb") as stream:
            found, seen = os.fstat(stream.fileno()), self._seen.get(path.name)
            as_found = (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
            if seen is None or (seen.size, seen.mtime_ns, seen.ctime_ns, seen.inode) != as_found:
                began = time.time_ns()
                seen = _Seen(*as_found, hashlib.file_digest(stream, "sha256").hexdigest())
                if max(found.st_mtime_ns, found.st_ctime_ns) > began - _REST:
                    return seen.sha256
        self._now[path.name] = seen
        return seen.sha256

    def save(self) -> None:
        """Remember the files that were asked about, and no others; a disk that refuses is let be."""
        if self._now == self._seen:
            return
        beside = self._place.with_name(f"{self._place.name}.part")
        try:
            beside.write_bytes(msgspec.json.encode(self._now))
            beside.replace(self._place)
        except OSError:
            beside.unlink(missing_ok=True)


def _read(place: Path) -> dict[str, _Seen]:
    try:
        return msgspec.json.decode(place.read_bytes(), type=dict[str, _Seen])
    except (OSError, msgspec.MsgspecError):
        return {}
