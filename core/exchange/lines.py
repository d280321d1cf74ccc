"""The lines of a result file, read so that none of them can fill the memory."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from core.exchange.rows import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

#: Bytes of a line that are read: 512 for each of the 65,536 tokens that a model writes at most.
LONGEST_LINE = 32 << 20
_EDGE = 4096
_CHUNK = 1 << 20
_FIRST_KEY = re.compile(rb'\s*\{\s*"key"\s*:\s*("(?:[^"\\]|\\.)*+")\s*,', re.DOTALL)
_LAST_KEY = re.compile(rb',\s*"key"\s*:\s*("(?:[^"\\]|\\.)*+")\s*\}\s*\Z', re.DOTALL)


class Overlong(msgspec.Struct, frozen=True):
    """A line that is not read: the request it names at its beginning or end, if it does, and its bytes."""

    key: str | None
    size: int


def result_lines(file: BinaryIO, longest: int = LONGEST_LINE) -> Iterator[bytes | Overlong]:
    """Yield the lines of a file open for reading; one of more than `longest` bytes is passed over in chunks.

    Raises OSError when the file cannot be read.
    """
    while line := file.readline(longest + 1):
        if len(line) > longest and not line.endswith(b"\n"):
            yield _pass_over(file, line)
        else:
            yield line


def _pass_over(file: BinaryIO, begun: bytes) -> Overlong:
    head, tail, size = begun[:_EDGE], begun[-_EDGE:], len(begun)
    del begun
    while chunk := file.readline(_CHUNK):
        size += len(chunk)
        tail = (tail + chunk)[-_EDGE:]
        if chunk.endswith(b"\n"):
            break
    named = _LAST_KEY.search(tail) or _FIRST_KEY.match(head)
    return Overlong(key=_text(named[1]) if named else None, size=size)


def _text(quoted: bytes) -> str | None:
    try:
        return msgspec.json.decode(quoted, type=str)
    except UNREADABLE:
        return None
