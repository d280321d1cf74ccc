"""Looks a downloaded result over before it is believed: whole lines, enough of them, and keys that were asked."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec

from core.errors import UnavailableError
from core.exchange.lines import LONGEST_LINE
from core.exchange.rows import UNREADABLE

if TYPE_CHECKING:
    from typing import BinaryIO

    from core.batch.state import Batch

CHUNK = 1 << 20


class _Named(msgspec.Struct):
    """The other place where a result line may name its request."""

    key: str | None = None


class _Keyed(msgspec.Struct):
    """As much of a result line as tells whose it is."""

    key: str | None = None
    metadata: _Named | None = None


_DECODER = msgspec.json.Decoder(_Keyed)


def count_lines(batch: Batch, sink: BinaryIO) -> int:
    """Return the number of result lines; raises UnavailableError for a file that breaks off in mid-line.

    A connection that closes early without a stated length cuts a result silently, and what it cuts is a line. A
    last line that is longer than any answer is let through, since fetching it again would not make it shorter.
    """
    sink.seek(0)
    lines = read = whole = 0
    while chunk := sink.read(CHUNK):
        lines += chunk.count(b"\n")
        if (end := chunk.rfind(b"\n")) >= 0:
            whole = read + end + 1
        read += len(chunk)
    sink.seek(whole)
    last = sink.read(LONGEST_LINE + 1)
    if not last.strip():
        return lines
    if len(last) > LONGEST_LINE:
        return lines + 1
    try:
        msgspec.json.decode(last)
    except UNREADABLE:
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
    if batch.adoption is not None:
        # Nothing is known of the keys that an older process asked by.
        return f"has {lines} of {batch.answered} lines" if lines < batch.answered else None
    expected = min(batch.answered or len(batch.requests), len(batch.requests))
    if lines < expected:
        return f"has {lines} of {expected} lines"
    asked = {request.key for request in batch.requests}
    seen: set[str] = set()
    others = 0
    sink.seek(0)
    for line in iter(partial(sink.readline, LONGEST_LINE), b""):
        key = _key(line)
        if key in asked:
            seen.add(key)
        else:
            others += 1
    if not seen:
        return "has not one key that was asked"
    # A line that comes twice makes up for none that is cut off; one without a key may be any of them.
    if len(seen) + others < expected:
        return f"answers {len(seen) + others} of {expected} requests"
    return None


def _key(line: bytes) -> str | None:
    try:
        row = _DECODER.decode(line)
    except UNREADABLE:
        return None
    return row.key or (row.metadata.key if row.metadata else None)
