"""The files of a workspace: read in place, written beside their place, flushed, and renamed."""

from __future__ import annotations

import hashlib
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from adapters.files.atomic import PARTS, part_of, settle, sha256_of, sync_folder
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
        """Return where `path` lies; RefusedError for one that leads out of the workspace, or round in a circle."""
        try:
            place = (self.root / path.replace("\\", "/")).resolve()
        except (OSError, RuntimeError):
            raise RefusedError(
                f"{path} cannot be followed, since its links lead round in a circle; remove the link, or put the "
                "file itself there"
            ) from None
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
            raise NotFoundError(f"{path} is missing from the workspace {self.root}; put it back") from None
        except OSError as error:
            raise StorageError(f"{path} cannot be read: {error.strerror}") from error

    @contextmanager
    def create(self, path: str) -> Iterator[PendingFile]:
        """Begin to write a file; it stands at `path` whole after `commit`, and otherwise not at all."""
        place = self.place(path)
        with part_of(place) as sink:
            yield PendingFile(path, place, sink)

    def sweep(self, folder: str) -> None:
        """Remove the parts that a process which died left in a folder."""
        for part in self.place(folder).glob(PARTS):
            part.unlink(missing_ok=True)

    def digest(self, path: str) -> str | None:
        """Return a file's sha256 as hex digits, None when there is no such file."""
        try:
            return sha256_of(self.place(path))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StorageError(f"{path} cannot be read: {error.strerror}") from error


class PendingFile:
    """A file being written beside its place."""

    def __init__(self, path: str, place: Path, sink: BinaryIO) -> None:
        """Hold the open file `sink` that belongs at `place`."""
        self.sink = sink
        self._path = path
        self._place = place

    def commit(self) -> StoredFile:
        """Flush to disk, rename into place, flush the folder, and return what now stands there."""
        self.sink.seek(0)
        digest = hashlib.file_digest(self.sink, "sha256").hexdigest()  # type: ignore[arg-type] # it is a real file
        size = self.sink.seek(0, os.SEEK_END)
        settle(self.sink, self._place)
        sync_folder(self._place.parent)
        return StoredFile(path=self._path, sha256=digest, size=size)
