"""The files of a workspace: read in place, written beside their place, flushed, and renamed."""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, cast

from core.errors import NotFoundError, RefusedError, StorageError
from core.ports import StoredFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Workspace:
    """`core.ports.WorkspaceFiles` over one folder; every path is relative to it and stays inside it."""

    def __init__(self, root: Path) -> None:
        """Work in `root`, which exists."""
        self.root = root.resolve()

    def place(self, path: str) -> Path:
        """Return where `path` lies; raises RefusedError for one that leads out of the workspace."""
        place = (self.root / path.replace("\\", "/")).resolve()
        if not place.is_relative_to(self.root):
            raise RefusedError(
                f"{path} leads out of the workspace {self.root}; nothing outside is read or written"
            )
        return place

    def open(self, path: str) -> BinaryIO:
        """Open a file for reading; NotFoundError when it is missing."""
        try:
            return self.place(path).open("rb")
        except FileNotFoundError:
            raise NotFoundError(f"{path} is missing from the workspace {self.root}") from None
        except OSError as error:
            raise StorageError(f"{path} cannot be read: {error.strerror}") from error

    @contextmanager
    def create(self, path: str) -> Iterator[PendingFile]:
        """Begin to write a file; it stands at `path` whole after `commit`, and otherwise not at all."""
        place = self.place(path)
        beside = place.with_name(f".{place.name}.{secrets.token_hex(4)}.part")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with beside.open("w+b") as sink:
                yield PendingFile(path, place, beside, sink)
        except OSError as error:
            raise StorageError(f"{path} cannot be written: {error.strerror}; make room, then go on") from error
        finally:
            beside.unlink(missing_ok=True)

    def digest(self, path: str) -> str | None:
        """Return a file's sha256 as hex digits, None when there is no such file."""
        try:
            with self.place(path).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StorageError(f"{path} cannot be read: {error.strerror}") from error


class PendingFile:
    """A file being written beside its place."""

    def __init__(self, path: str, place: Path, beside: Path, sink: object) -> None:
        """Hold the open file `sink` that stands at `beside` and belongs at `place`."""
        self._path = path
        self._place = place
        self._beside = beside
        self.sink = cast("BinaryIO", sink)

    def commit(self) -> StoredFile:
        """Flush to disk, rename into place, flush the folder, and return what now stands there."""
        self.sink.flush()
        os.fsync(self.sink.fileno())
        self.sink.seek(0)
        digest = hashlib.file_digest(self.sink, "sha256").hexdigest()  # type: ignore[arg-type]
        size = self.sink.seek(0, os.SEEK_END)
        self._beside.replace(self._place)
        sync_folder(self._place.parent)
        return StoredFile(path=self._path, sha256=digest, size=size)


def sync_folder(folder: Path) -> None:
    """Make renames in `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
