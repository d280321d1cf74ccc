"""Bytes of files that somebody else wrote: read in bounds, and every failure a sentence."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from core.errors import BadInputError
from core.exchange.lines import LONGEST_LINE, Overlong, result_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: A document that is read as a whole may have so many bytes; a tracking file of 100,000 batches has 25 million.
LARGEST = 32 << 20
#: A document of refined pairs may have so many: 60,000 pairs of 4,000 characters.
LARGEST_RESULTS = 256 << 20

_BOM = b"\xef\xbb\xbf"


class ReadFile:
    """A file that is read once, line by line; its sha256 and size stand in the attributes afterwards."""

    def __init__(self, path: Path, longest: int = LONGEST_LINE) -> None:
        """Read `path`, passing over lines of more than `longest` bytes."""
        self._path = path
        self._longest = longest
        self._hash = hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        """The sha256 of what was read so far, in hex."""
        return self._hash.hexdigest()

    def lines(self) -> Iterator[bytes | Overlong]:
        """Yield the lines with their ends, without a byte order mark; an overlong one only as its size.

        Raises BadInputError when the file cannot be read.
        """
        try:
            must_be_file(self._path)
            with self._path.open("rb") as stream:
                for number, line in enumerate(result_lines(_Counting(stream, self), self._longest)):  # type: ignore[arg-type] # it has the one method that is called
                    yield line.removeprefix(_BOM) if number == 0 and isinstance(line, bytes) else line
        except (OSError, ValueError) as error:
            raise BadInputError(_unreadable(self._path, error)) from error

    def count(self, data: bytes) -> None:
        """Take note of bytes that were read."""
        self._hash.update(data)
        self.size += len(data)


class _Counting:
    """A stream that tells a file about everything that is read from it."""

    def __init__(self, stream: object, file: ReadFile) -> None:
        self._readline = stream.readline  # type: ignore[attr-defined] # any binary stream
        self._file = file

    def readline(self, limit: int) -> bytes:
        data: bytes = self._readline(limit)
        self._file.count(data)
        return data


def read_bytes(path: Path, largest: int = LARGEST) -> bytes:
    """Return a whole file. Raises BadInputError when it cannot be read, or has more than `largest` bytes."""
    try:
        must_be_file(path)
        with path.open("rb") as stream:
            data = stream.read(largest + 1)
    except (OSError, ValueError) as error:
        raise BadInputError(_unreadable(path, error)) from error
    if len(data) > largest:
        raise BadInputError(f"{path} has more than {largest:,} bytes; split it, or name the right file")
    return data


def digest_of(path: Path) -> str:
    """Return the sha256 of a file in hex. Raises BadInputError when it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise BadInputError(_unreadable(path, error)) from error


def decoded(data: bytes) -> str:
    """Return bytes as text: UTF-16 where a mark says so, UTF-8 otherwise, with U+FFFD for what is neither."""
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    return data.decode("utf-16" if wide else "utf-8-sig", "replace")


def must_be_file(path: Path) -> None:
    """Raise BadInputError unless `path` is an ordinary file: a pipe would be waited for without end."""
    if path.exists() and not path.is_file():
        raise BadInputError(f"{path} is not a file; name the file itself")


def _unreadable(path: Path, error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) else None
    return f"{path} cannot be read: {reason or error}; name a file that can be"
