"""Tar archives, written in one go and taken apart with suspicion: what is not announced is not unpacked."""

from __future__ import annotations

import lzma
import tarfile
import time
import zlib
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO

from adapters.files.atomic import beside
from core.errors import BadInputError, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from core.ports import StoredFile

#: What stands first in an archive and announces the rest.
MANIFEST = "manifest.json"
#: Bytes of the longest manifest: half a million files.
LONGEST = 1 << 27
_PIECE = 1 << 17
#: The compression of an archive, by the end of its name.
_KINDS = {".tar": "", ".tar.gz": "gz", ".tgz": "gz", ".tar.xz": "xz", ".tar.zst": "zst"}


class MovedError(Exception):
    """A file is no longer what was announced: somebody replaced it meanwhile."""


def compression_of(path: Path) -> str:
    """Return tarfile's word for the compression that a name asks for; BadInputError for any other name."""
    kind = next((kind for end, kind in _KINDS.items() if path.name.endswith(end)), None)
    if kind is None:
        raise BadInputError(f"{path.name} does not end in .tar, .tar.gz or .tar.xz; name the backup so")
    if kind == "zst" and "zst" not in tarfile.TarFile.OPEN_METH:
        raise BadInputError(
            f"{path.name}: this Python cannot write .tar.zst (3.14 can); name it .tar.gz or .tar.xz"
        )
    return kind


class Archive:
    """An archive that is being written."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        """Write to `tar`."""
        self._tar = tar

    def add_bytes(self, name: str, content: bytes) -> None:
        """Put bytes into the archive under a name."""
        self._add(name, len(content), _Hashing(content))

    def add(self, name: str, file: Path, announced: StoredFile) -> None:
        """Put a file into the archive under a name; MovedError when it is not as announced any more."""
        try:
            with file.open("rb", buffering=0) as stream:
                reading = _Hashing(stream)
                self._add(name, announced.size, reading)
                more = stream.read(1)
        except (FileNotFoundError, tarfile.TarError, OSError) as error:
            if isinstance(error, FileNotFoundError) or "unexpected end of data" in str(error):
                raise MovedError(name) from error
            raise
        if more or reading.digest() != announced.sha256:
            raise MovedError(name)

    def _add(self, name: str, size: int, content: _Hashing) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = size, 0o600, int(time.time())
        self._tar.addfile(info, content)  # type: ignore[arg-type] # it is read and nothing else


class _Hashing:
    """Reads bytes or a stream, and keeps the sha256 of what was read."""

    def __init__(self, source: bytes | BinaryIO | Any) -> None:  # noqa: ANN401 - a raw file has no type of its own
        self._source = source
        self._at = 0
        self._hash = sha256()

    def read(self, size: int) -> bytes:
        if isinstance(self._source, bytes):
            piece = self._source[self._at : self._at + size]
            self._at += len(piece)
        else:
            piece = self._source.read(size) or b""
        self._hash.update(piece)
        return piece

    def digest(self) -> str:
        return self._hash.hexdigest()


@contextmanager
def writing(path: Path) -> Iterator[Archive]:
    """Write an archive beside its place; it stands there whole when the block ends, and otherwise not at all."""
    mode = f"w|{compression_of(path)}"
    with beside(path) as sink:
        tar: Any = tarfile.open(mode=mode, fileobj=sink)  # type: ignore[call-overload] # noqa: SIM115 - closed below
        try:
            yield Archive(tar)
        except BaseException:
            # What it still holds would go into a file that vanishes.
            with suppress(OSError):
                tar.fileobj.close()
            raise
        tar.close()


class Unpacking:
    """An archive that is being taken apart, in the order of what is in it."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        """Read from `tar`, which is at its start."""
        self._tar = tar

    def manifest(self) -> bytes:
        """Return what announces the rest; BadInputError when the archive does not begin with it."""
        first = self._tar.next()
        if first is None or first.name != MANIFEST or not first.isreg() or first.size > LONGEST:
            raise BadInputError("it does not begin with a manifest, so it is no backup of batchmill")
        content = self._tar.extractfile(first)
        return content.read() if content else b""

    def extract(self, announced: Mapping[str, StoredFile], folder: Path) -> None:
        """Put every announced member below `folder`, under its name; BadInputError for anything else in it."""
        left = dict(announced)
        while (member := self._tar.next()) is not None:
            file = left.pop(member.name, None)
            if file is None or not member.isreg() or member.issparse():
                raise BadInputError(f"it holds {member.name!r}, which its manifest does not announce")
            if member.size != file.size:
                raise BadInputError(f"{member.name} has {member.size} bytes, and {file.size} were announced")
            self._take(member, folder / member.name, file)
        if left:
            raise BadInputError(f"{min(left)} is missing from it")

    def _take(self, member: tarfile.TarInfo, target: Path, file: StoredFile) -> None:
        content, digest = self._tar.extractfile(member), sha256()
        assert content is not None  # noqa: S101 - it is a regular file
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as sink:
            while piece := content.read(_PIECE):
                digest.update(piece)
                sink.write(piece)
        if digest.hexdigest() != file.sha256:
            raise BadInputError(f"{member.name} does not have the sha256 that was announced")


@contextmanager
def reading(path: Path) -> Iterator[Unpacking]:
    """Open an archive to take it apart; BadInputError that names it for whatever is wrong with it."""
    try:
        with path.open("rb") as stream, tarfile.open(mode="r|*", fileobj=stream) as tar:
            yield Unpacking(tar)
    except FileNotFoundError as error:
        if error.filename == str(path):
            raise BadInputError(f"there is no backup {path}") from None
        raise StorageError(f"{error.filename} cannot be written: {error.strerror}") from error
    except (tarfile.TarError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise BadInputError(f"{path} is no whole backup ({error}); nothing was restored") from error
    except BadInputError as error:
        raise BadInputError(f"{path}: {error}; nothing was restored") from None
    except OSError as error:
        raise StorageError(
            f"{error.filename or path} cannot be read or written: {error.strerror or error}; nothing was restored"
        ) from error


def is_inside(path: str) -> bool:
    """Return whether a path that came from elsewhere is a plain one: relative, and going nowhere but down."""
    pure = PurePosixPath(path)
    plain = path == str(pure) and not pure.is_absolute() and ".." not in pure.parts and path not in {"", "."}
    return plain and path.isprintable() and "\\" not in path and ":" not in pure.parts[0]
