"""Files that are either whole or not there: written beside their place, flushed to disk, then renamed."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from core.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The names of files that are being written, as a pattern.
PARTS = ".*.part"

#: Bytes that are read or written at once.
_PIECE = 1 << 17


class Written(NamedTuple):
    """A file on disk: where, the sha256 of its bytes in hex, and its size in bytes."""

    path: Path
    sha256: str
    size: int


class HashingWriter:
    """Writes bytes and keeps their sha256 and number."""

    def __init__(self, stream: BinaryIO) -> None:
        """Write to `stream`, which stays the caller's to close."""
        self._stream = stream
        self._hash = sha256()
        self.size = 0

    def write(self, data: bytes) -> None:
        """Write all of `data`."""
        self._stream.write(data)
        self._hash.update(data)
        self.size += len(data)

    @property
    def sha256(self) -> str:
        """The sha256 of everything written so far, in hex."""
        return self._hash.hexdigest()


@contextmanager
def part_of(path: Path) -> Iterator[BinaryIO]:
    """Open a file beside `path`, to be filled, read again, and handed to `settle`; otherwise it vanishes.

    The folder is made if need be. Raises StorageError when the disk refuses.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("w+b", buffering=_PIECE) as stream:
            yield stream
    except OSError as error:
        raise StorageError(_sentence(path, error)) from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def settle(part: BinaryIO, path: Path) -> None:
    """Put a part in its place: flushed to disk first, and renamed then; the folder is left to `sync_folder`."""
    part.flush()
    os.fsync(part.fileno())
    Path(part.name).replace(path)


def sync_folder(folder: Path) -> None:
    """Make renames in `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def beside(path: Path, *, flush_folder: bool = True) -> Iterator[HashingWriter]:
    """Open a file beside `path` that takes its place, flushed to disk, when the block ends without an exception.

    A file at `path` that already has the same bytes is left untouched. Whatever goes wrong, `path` is as before
    and the file beside it is gone. Raises StorageError when the disk refuses. Who writes many files into one
    folder may leave out `flush_folder` and flush it once, before telling anybody.
    """
    with part_of(path) as stream:
        writer = HashingWriter(stream)
        yield writer
        if not _holds(path, writer):
            settle(stream, path)
    if flush_folder:
        sync_folder(path.parent)


def write_whole(path: Path, data: bytes) -> Written:
    """Put `data` at `path` as one whole file; raises StorageError when the disk refuses."""
    with beside(path) as writer:
        writer.write(data)
    return Written(path, writer.sha256, writer.size)


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file's bytes in hex, read in pieces; raises OSError when it cannot be read."""
    digest = sha256()
    with path.open("rb", buffering=0) as stream:
        while chunk := stream.read(_PIECE):
            digest.update(chunk)
    return digest.hexdigest()


def _holds(path: Path, writer: HashingWriter) -> bool:
    return path.is_file() and path.stat().st_size == writer.size and sha256_of(path) == writer.sha256


def _sentence(path: Path, error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{path} cannot be written: the disk is full; make room and run the same command again"
    return f"{path} cannot be written: {error.strerror or error}; mend that and run the same command again"
