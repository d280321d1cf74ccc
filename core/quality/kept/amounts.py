"""One number on its way to a fact: its value, its multiplier and its unit, which may come from a neighbour."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.quality.kept.mentions import Mention
from core.quality.kept.units import (
    AMBIGUOUS,
    ATTACHED,
    BARE,
    CURRENCY_CODES,
    CURRENCY_SIGNS,
    DATE,
    LETTERS,
    MONEY,
    MULTIPLIERS,
    SMALL_LETTERS,
    UNITS,
    Unit,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from core.quality.kept.mentions import Key

_AFTER = re.compile(r"([ -]?)(per cent\b|US dollars?\b|basis points?\b|[A-Za-z]+|[%\u00d7]|[$€£¥](?![0-9]))")
_RANGE = re.compile(r"-?(?: ?- ?| to | and | or | through |/)~?[$€£¥₿]?")
_LONGEST_RANGE = 12


class Amount:
    """A number at `start` to `end`; `year` for one that is most likely a year, `firm` as in a mention."""

    __slots__ = ("end", "firm", "multiplier", "plain_too", "start", "unit", "value", "year")

    def __init__(self, start: int, end: int, value: int | Decimal, *, firm: bool = True) -> None:
        """Begin with a number that counts nothing."""
        self.start = start
        self.end = end
        self.value = value
        self.firm = firm
        self.multiplier = 1
        self.unit = BARE
        self.year = False
        #: Whether the multiplier comes from the other end of a range and may not be meant.
        self.plain_too = False

    def read_sign(self, text: str) -> None:
        """Take the sign of a currency before the number."""
        before = text[max(0, self.start - 4) : self.start]
        sign = CURRENCY_SIGNS.get(before[-1:]) or (before.endswith(" ") and CURRENCY_SIGNS.get(before[-2:-1]))
        if sign:
            self.unit = Unit(MONEY, sign)
            self.start -= 2 if before.endswith(" ") else 1
        elif before[:-1] in CURRENCY_CODES and before[-1:] == " ":
            self.unit = UNITS[before[:-1].lower()]
            self.start -= 4

    def read_unit(self, text: str, symbols: Mapping[str, str]) -> bool:
        """Take what stands behind the number; return False where it is part of a name such as `1inch`."""
        match = _AFTER.match(text, self.end)
        if match is None:
            return True
        gap, word = match.groups()
        multiplier = _multiplier(gap, word, money=self.unit.kind == MONEY)
        if multiplier:
            self.multiplier = multiplier
            self.end = match.end()
            match = _AFTER.match(text, self.end)
            if match is None:
                return True
            gap, word = match.groups()
        unit = _unit(gap, word, symbols)
        if unit is None:
            return bool(gap) or multiplier is not None or not word.isalpha()
        if self.unit is BARE:
            self.unit = unit
            self.end = match.end()
        elif unit.kind == MONEY:
            self.end = match.end()
        return True

    def join(self, other: Amount, text: str) -> None:
        """Share units with the next number where both are the ends of a range."""
        between = text[self.end : other.start] if other.start - self.end <= _LONGEST_RANGE else ""
        if self.year or other.year or not _RANGE.fullmatch(between):
            return
        if other.unit is BARE and self.unit.kind == MONEY:
            other.unit = self.unit
        if self.unit is BARE:
            self.unit = other.unit
        if self.multiplier == 1 and other.multiplier > 1 and self.unit == other.unit:
            self.multiplier = other.multiplier
            self.plain_too = True

    def mention(self) -> Mention:
        """Return the number as a fact."""
        value, unit = self.value * self.multiplier, self.unit
        if self.year:
            return Mention(DATE, ((value, ""),), self.start, self.end, firm=self.firm)
        keys: tuple[Key, ...] = ((value * unit.factor, unit.base),)
        if unit is AMBIGUOUS:
            keys += ((value * 60, "s"), (value, "mo"), (value * MULTIPLIERS["million"], ""))
        also: tuple[Key, ...] = () if unit is BARE else ((value, ""),)
        if self.plain_too:
            also += ((self.value, ""), (self.value * unit.factor, unit.base))
        return Mention(unit.kind, keys, self.start, self.end, also, self.firm)


def _multiplier(gap: str, word: str, *, money: bool) -> int | None:
    if gap:
        return MULTIPLIERS.get(word.lower()) if len(word) > 1 else None
    return LETTERS.get(word) or MULTIPLIERS.get(word.lower()) or (SMALL_LETTERS.get(word) if money else None)


def _unit(gap: str, word: str, symbols: Mapping[str, str]) -> Unit | None:
    """Return the unit that a word behind a number is; a letter on its own is none."""
    if symbol := symbols.get(word):
        return Unit("number", symbol)
    name = word.lower()
    if gap and name in ATTACHED:
        return None
    return UNITS.get(name)
