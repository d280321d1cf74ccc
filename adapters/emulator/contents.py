"""The contents that a truth names by path: each is read once, however many of its entries share it."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import TYPE_CHECKING

from adapters.emulator.embedding_validation import check_of
from adapters.emulator.validation import check_lines

if TYPE_CHECKING:
    from pathlib import Path

    from adapters.emulator.blobs import Blobs

_PIECE = 256 * 1024


class Contents:
    """Paths relative to a folder, and the blobs made of them; all raise OSError for what cannot be read."""

    def __init__(self, blobs: Blobs, folder: Path) -> None:
        self._blobs = blobs
        self._folder = folder
        self._requests: dict[str, int] = {}
        self._first: dict[str, str] = {}
        self._kept: list[str] = []

    def requests(self, path: str, model: str) -> int:
        """Return how many requests a batch file holds for a model; ApiError for one that no job can be made of."""
        if path not in self._requests:
            with (self._folder / path).open("rb") as lines:
                self._requests[path] = check_lines(lines, check_of(model))
        return self._requests[path]

    def keep(self, path: str, name: str) -> None:
        """Put a content under a blob's name."""
        first = self._first.get(path)
        self._blobs.remove(name)
        self._kept.append(name)
        if first is None:
            with (self._folder / path).open("rb") as source:
                self._blobs.write(name, iter(partial(source.read, _PIECE), b""))
            self._first[path] = name
        else:
            self._blobs.share(first, name)

    def digest(self, name: str) -> tuple[int, str]:
        """Return the size in bytes of a content that was kept, and its sha256 in hexadecimal."""
        with self._blobs.reader(name) as content:
            return self._blobs.size(name) or 0, hashlib.file_digest(content, "sha256").hexdigest()

    def drop(self) -> None:
        """Remove again everything that was kept."""
        for name in self._kept:
            self._blobs.remove(name)
