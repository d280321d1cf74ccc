"""The pairs in the text of a request, as the older process wrote it: prompt, header, and one JSON array."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from core.adoption.documents import Members, first_value
from core.adoption.names import number_in_name

if TYPE_CHECKING:
    from collections.abc import Iterator

MARKER = "Q&A PAIRS TO REFINE:"
_NAME = re.compile(r"^BATCH:[ \t]*(\S[^\n]{0,200})$", re.MULTILINE)
_TOTAL = re.compile(r"^TOTAL Q&A PAIRS:[ \t]*([0-9]{1,9})\s*$", re.MULTILINE)
_ARRAY = re.compile(r"\[(?=\s*\{)")
_BETWEEN = re.compile(r"\s*(?P<mark>[,\]]?)\s*")
#: Places where an array of pairs is looked for in a text without the marker; a prompt has examples in it.
_TRIES = 20


class FoundPair(msgspec.Struct, frozen=True, gc=False):
    """A pair as a request holds it.

    `original` is the id it came with as text, "" where it had none that can be used; `numeric` says that it was a
    number. A question or answer that is no text is None.
    """

    original: str
    numeric: bool
    question: str | None
    answer: str | None
    topic: str | None


class RequestText(msgspec.Struct, frozen=True, gc=False):
    """What the text of a request holds; `name`, `number` and `total` are its header's.

    `fault` is a clause that says where the array of pairs stops being readable, "" for a whole one; `stated` says
    whether the text announces pairs at all.
    """

    name: str | None
    number: int | None
    total: int | None
    pairs: tuple[FoundPair, ...]
    fault: str
    stated: bool


def read_request_text(text: str) -> RequestText:
    """Return what the text of a request holds. Never raises."""
    marker = text.find(MARKER)
    header = text[: marker if marker >= 0 else None]
    names = _NAME.findall(header)
    totals = _TOTAL.findall(header)
    pairs, fault = _pairs_after(text, marker + len(MARKER)) if marker >= 0 else (_pairs_anywhere(text), "")
    return RequestText(
        name=names[-1].strip() if names else None,
        number=number_in_name(names[-1]) if names else None,
        total=int(totals[-1]) if totals else None,
        pairs=pairs,
        fault=fault,
        stated=marker >= 0,
    )


def _pairs_after(text: str, at: int) -> tuple[tuple[FoundPair, ...], str]:
    opening = _ARRAY.search(text, at)
    if opening is None:
        return (), "no array of pairs follows the header"
    array = _Array(text, opening.end())
    pairs = tuple(array)
    return pairs, array.fault


def _pairs_anywhere(text: str) -> tuple[FoundPair, ...]:
    for tries, opening in enumerate(_ARRAY.finditer(text)):
        if tries == _TRIES:
            break
        pairs = tuple(_Array(text, opening.end()))
        if pairs and pairs[0].question is not None and pairs[0].answer is not None:
            return pairs
    return ()


class _Array:
    """Takes the objects of an array one by one, so that what stands before a fault is kept."""

    def __init__(self, text: str, at: int) -> None:
        self._text = text
        self._at = at
        self.fault = ""

    def __iter__(self) -> Iterator[FoundPair]:
        taken = 0
        while True:
            try:
                value, self._at = first_value(self._text, self._begin())
            except ValueError as error:
                reason = getattr(error, "msg", None) or str(error)
                self.fault = f"after {taken} pairs the array cannot be read: {reason}"
                return
            taken += 1
            yield _pair(value)
            mark = _BETWEEN.match(self._text, self._at)
            if mark is None or not mark["mark"]:
                self.fault = f"the array of pairs breaks off after {taken} pairs"
                return
            self._at = mark.end()
            if mark["mark"] == "]":
                return

    def _begin(self) -> int:
        while self._at < len(self._text) and self._text[self._at] in " \t\r\n":
            self._at += 1
        return self._at


def _pair(value: object) -> FoundPair:
    fields = value if isinstance(value, Members) else Members()
    identity = fields.first("pair_id")
    numeric = isinstance(identity, int) and not isinstance(identity, bool)
    named = numeric or isinstance(identity, str)
    texts = (fields.first(name) for name in ("question", "answer", "topic"))
    return FoundPair(str(identity) if named else "", numeric, *(t if isinstance(t, str) else None for t in texts))
