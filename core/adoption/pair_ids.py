"""Unique ledger ids for pairs that come with ids of their own, which may have been given more than once."""

from __future__ import annotations

import re
from collections import Counter

import msgspec

from core.pairs import PairRange, pair_id


class AdoptedIds(msgspec.Struct, frozen=True, gc=False):
    """The ledger ids of one adopted batch, `<source>-001` and on, beside the ids its pairs came with.

    `originals[n]` is the id that the pair of ordinal n + 1 came with, "" for a pair without a usable one. For a
    batch whose file is not at hand they are those that follow from the claim, if any do.
    """

    number: int
    source: str
    count: int
    originals: tuple[str, ...] = ()

    @property
    def range(self) -> PairRange:
        """All pairs of the batch as one run; an empty one where there are none."""
        return PairRange(self.source, 1, self.count)

    def original_of(self, ledger_id: str) -> str | None:
        """Return the id that a pair came with; None where that is not known, or the pair is not of this batch."""
        ordinal = self.ordinal_of(ledger_id)
        return (self.originals[ordinal - 1] or None) if ordinal and ordinal <= len(self.originals) else None

    def ordinal_of(self, ledger_id: str) -> int | None:
        """Return the place of a pair in its batch, from 1; None when it is not of this batch."""
        source, _, digits = ledger_id.rpartition("-")
        if source != self.source or not (digits.isascii() and digits.isdigit()) or len(digits) > _DIGITS:
            return None
        ordinal = int(digits)
        return ordinal if 1 <= ordinal <= self.count and pair_id(source, ordinal) == ledger_id else None

    def named(self, original: str) -> tuple[str, ...]:
        """Return the ledger ids of the pairs that came with this id: one, none, or several."""
        return tuple(
            pair_id(self.source, ordinal)
            for ordinal, each in enumerate(self.originals, start=1)
            if each == original and original
        )

    @property
    def repeated(self) -> tuple[str, ...]:
        """The ids that more than one pair of the batch came with, in order."""
        return tuple(original for original, count in Counter(filter(None, self.originals)).items() if count > 1)


_DIGITS = 12
_NUMBERED = re.compile(r"(?P<text>.{0,80}?)(?P<number>[0-9]{1,12})", re.ASCII)


def adopted_source(wave: int, number: int) -> str:
    """Return the key of an adopted batch as a source of its own, `w1-adopted-b197`."""
    return f"w{wave}-adopted-b{number:03d}"


def ids_between(first: str | None, last: str | None, count: int | None) -> tuple[str, ...]:
    """Return the ids from a claimed first to a claimed last one, `200_0` to `200_99`; none if they do not follow.

    They follow when both are the same text before a number that is counted up by one to just so many.
    """
    ends = [_NUMBERED.fullmatch(text) for text in (first or "", last or "")]
    if not count or ends[0] is None or ends[1] is None or ends[0]["text"] != ends[1]["text"]:
        return ()
    low, high = ends[0]["number"], ends[1]["number"]
    padded = len(low) if low.startswith("0") and len(low) > 1 else 0
    if int(high) - int(low) + 1 != count or (padded and len(high) != padded):
        return ()
    return tuple(f"{ends[0]['text']}{number:0{padded}d}" for number in range(int(low), int(high) + 1))


def adopt_ids(wave: int, number: int, originals: tuple[str, ...], claimed: int) -> AdoptedIds:
    """Mint the ledger ids of a batch: one for every pair found, or for every pair claimed if that is more."""
    return AdoptedIds(number, adopted_source(wave, number), max(len(originals), claimed), originals)
