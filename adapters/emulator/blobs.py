"""Where the emulator keeps contents: files in a folder, or bytes in memory for tests without a disk."""

from __future__ import annotations

import os
import shutil
from io import BytesIO
from typing import TYPE_CHECKING, Protocol

from core.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from io import BufferedReader
    from pathlib import Path
    from typing import BinaryIO

KINDS = ("uploads", "files", "inputs", "results")


class Blobs(Protocol):
    """Contents by name; a name is one of KINDS, a slash and an id of lower-case letters, digits and dashes."""

    def appender(self, name: str) -> BinaryIO:
        """Open a blob, new or not, to write at its end."""
        ...

    def reader(self, name: str) -> BufferedReader | BytesIO:
        """Open a blob to read from its start; raises FileNotFoundError when there is no such blob."""
        ...

    def size(self, name: str) -> int | None:
        """Return the size in bytes, None when there is no such blob."""
        ...

    def write(self, name: str, lines: Iterable[bytes]) -> None:
        """Write a whole blob: after a death in the middle there is no blob of this name."""
        ...

    def rename(self, old: str, new: str) -> None:
        """Give a blob another name."""
        ...

    def share(self, old: str, new: str) -> None:
        """Give a blob a second name, which stays when the first one is removed."""
        ...

    def remove(self, name: str) -> None:
        """Remove a blob; nothing happens when it is not there."""
        ...


class DiskBlobs:
    """Blobs as files; nothing is flushed to the disk by force, so they outlive the process but not a power cut."""

    def __init__(self, folder: Path) -> None:
        """Keep everything in `folder`, which is made if need be; raises StorageError when it cannot be."""
        self._folder = folder
        try:
            for kind in KINDS:
                (folder / kind).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(
                f"the emulator cannot keep its files in {folder} ({error.strerror}); name another folder"
            ) from error

    def appender(self, name: str) -> BinaryIO:
        """Open a blob, new or not, to write at its end."""
        return (self._folder / name).open("ab")

    def reader(self, name: str) -> BufferedReader | BytesIO:
        """Open a blob to read from its start."""
        return (self._folder / name).open("rb")

    def size(self, name: str) -> int | None:
        """Return the size in bytes, None when there is no such blob."""
        try:
            return (self._folder / name).stat().st_size
        except FileNotFoundError:
            return None

    def write(self, name: str, lines: Iterable[bytes]) -> None:
        """Write a whole blob beside its place and rename it."""
        beside = self._folder / f"{name}.{os.urandom(4).hex()}.part"
        with beside.open("wb") as sink:
            sink.writelines(lines)
        beside.replace(self._folder / name)

    def rename(self, old: str, new: str) -> None:
        """Give a blob another name."""
        (self._folder / old).replace(self._folder / new)

    def share(self, old: str, new: str) -> None:
        """Link a blob under a second name; copy it where the file system has no links."""
        try:
            (self._folder / new).hardlink_to(self._folder / old)
        except OSError:
            shutil.copyfile(self._folder / old, self._folder / new)

    def remove(self, name: str) -> None:
        """Remove a blob; nothing happens when it is not there."""
        (self._folder / name).unlink(missing_ok=True)


class MemoryBlobs:
    """Blobs as bytes in a dictionary; while one grows it is a bytearray, so that a chunk costs its own size."""

    def __init__(self) -> None:
        self._contents: dict[str, bytes | bytearray] = {}

    def appender(self, name: str) -> BinaryIO:
        """Open a blob, new or not, to write at its end; the bytes count from the moment it is closed."""
        return _Appender(self._contents, name)

    def reader(self, name: str) -> BufferedReader | BytesIO:
        """Open a blob to read from its start."""
        return BytesIO(self._content(name))

    def size(self, name: str) -> int | None:
        """Return the size in bytes, None when there is no such blob."""
        content = self._contents.get(name)
        return None if content is None else len(content)

    def write(self, name: str, lines: Iterable[bytes]) -> None:
        """Write a whole blob."""
        self._contents[name] = b"".join(lines)

    def rename(self, old: str, new: str) -> None:
        """Give a blob another name, under which nothing is added to it."""
        self._contents[new] = bytes(self._content(old))
        del self._contents[old]

    def share(self, old: str, new: str) -> None:
        """Give a blob a second name."""
        self._contents[new] = self._content(old)

    def remove(self, name: str) -> None:
        """Remove a blob; nothing happens when it is not there."""
        self._contents.pop(name, None)

    def _content(self, name: str) -> bytes | bytearray:
        content = self._contents.get(name)
        if content is None:
            raise FileNotFoundError(name)
        return content


class _Appender(BytesIO):
    """Adds what was written to the blob when it is closed."""

    def __init__(self, contents: dict[str, bytes | bytearray], name: str) -> None:
        super().__init__()
        self._contents = contents
        self._name = name

    def close(self) -> None:
        """Put the bytes in their place, once."""
        if not self.closed:
            there = self._contents.get(self._name, b"")
            whole = there if isinstance(there, bytearray) else bytearray(there)
            whole += self.getbuffer()
            self._contents[self._name] = whole
        super().close()
