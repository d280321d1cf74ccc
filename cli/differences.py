"""What a text became, sentence by sentence."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Where a line is cut: after a sentence's mark and the space behind it (a list's `1.` is none), and before what
#: looks like the next item of a list.
_END = re.compile(
    r"(?<=[.!?])(?<!\d\.)\s+"
    "|(?<=[\u3002\uff01\uff1f])"
    r"|(?<=\S)\s+(?=[-*\u2022]\s|\d{1,3}\.\s)"
)
#: Texts of more sentences are shown one after the other: comparing them takes the square of the time.
MOST = 3_000


class Change(msgspec.Struct, frozen=True):
    """Sentences that stayed (`equal`), went (`delete`), came (`insert`), or came for others (`replace`)."""

    kind: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, none empty."""
    return [part for line in text.splitlines() for each in _END.split(line) if (part := each.strip())]


def changes(before: str, after: str) -> list[Change]:
    """Return how a text became another, in order; both can be read off it."""
    old, new = sentences(before), sentences(after)
    return list(_changes(old, new))


def _changes(old: list[str], new: list[str]) -> Iterator[Change]:
    if max(len(old), len(new)) > MOST:
        yield Change("replace", tuple(old), tuple(new))
        return
    for kind, first, last, start, stop in SequenceMatcher(None, old, new).get_opcodes():
        yield Change(kind, tuple(old[first:last]), tuple(new[start:stop]))
