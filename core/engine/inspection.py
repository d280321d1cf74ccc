"""Looks a downloaded result over before it is believed: whole lines, enough of them, and keys that were asked."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec

from core.errors import UnavailableError

if TYPE_CHECKING:
    from typing import BinaryIO

    from core.batch.state import Batch

CHUNK = 1 << 20
#: Bytes of a line that are looked at for its key; none that holds an answer is longer.
LONGEST_LINE = 64 << 20


class _Keyed(msgspec.Struct):
    """As much of a result line as tells whose it is."""

    key: str | None = None


_DECODER = msgspec.json.Decoder(_Keyed)


def count_lines(batch: Batch, sink: BinaryIO) -> int:
    """Return the number of result lines; raises UnavailableError for a file that breaks off in mid-line.

    A connection that closes early without a stated length cuts a result silently, and what it cuts is a line.
    """
    sink.seek(0)
    lines = read = whole = 0
    while chunk := sink.read(CHUNK):
        lines += chunk.count(b"\n")
        if (end := chunk.rfind(b"\n")) >= 0:
            whole = read + end + 1
        read += len(chunk)
    sink.seek(whole)
    last = sink.read(LONGEST_LINE)
    if not last.strip():
        return lines
    try:
        msgspec.json.decode(last)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise UnavailableError(
            f"the download of {batch.name}'s result breaks off in line {lines + 1}; it is fetched again"
        ) from None
    return lines + 1


def doubts(batch: Batch, sink: BinaryIO, lines: int) -> str | None:
    """Return what makes a result of so many lines doubtful, None if nothing does.

    As many lines are expected as the provider says it answered, or as were asked if it does not say. A line may be
    missing for good, so a doubt is a reason to fetch the result again, not one to refuse it.
    """
    if not lines:
        return "came empty"
    expected = min(batch.answered or len(batch.requests), len(batch.requests))
    if lines < expected:
        return f"has {lines} of {expected} lines"
    asked = {request.key for request in batch.requests}
    sink.seek(0)
    if not any(_key(line) in asked for line in iter(partial(sink.readline, LONGEST_LINE), b"")):
        return "has not one key that was asked"
    return None


def _key(line: bytes) -> str | None:
    try:
        return _DECODER.decode(line).key
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
