"""Numbers in a text with what they count: percentages, money, spans of time, amounts, codes, bare numbers."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec.structs import replace

from core.quality.kept.amounts import Amount
from core.quality.kept.mentions import Mention
from core.quality.kept.number_words import numbers_in_words
from core.quality.kept.numbering import label_before, list_numbers, numbers_a_section
from core.quality.kept.units import BARE, MONEY, NUMBER, PERCENT

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

#: The first digit stands alone in front, so that the search goes from one to the next.
_NUMBER = re.compile(r"[0-9](?:[0-9]{0,2}(?:,[0-9]{3}){1,8}(?![0-9])|[0-9]*)(?:\.[0-9]+)?")
_CODE = re.compile(r"(?<![A-Za-z0-9])([A-Z]{1,6}|v)-?\Z")
_SPACED_CODE = re.compile(r"(?<![A-Za-z0-9])([A-Z]{2,6}) \Z")
_LOOKED_BACK = 8
_ORDINALS = ("st", "nd", "rd", "th")
_MOST_DIGITS = 40
_YEARS = range(1980, 2061)
_YEAR_DIGITS = 4
#: A number in words is a fact when it is at least this, or counts time, money or percent.
_GREAT = 1_000


def numbers(text: str, words: frozenset[str], symbols: Mapping[str, str], taken: Container[int]) -> list[Mention]:
    """Find the numbers of a text in their order.

    `words` are the words of the text in lower case, `symbols` the names of tokens and currencies by which amounts
    are counted, with the normal form of each; numbers at the places in `taken` belong to something else.
    """
    mentions: list[Mention] = []
    amounts: list[Amount] = []
    listed = list_numbers(text)
    for match in _NUMBER.finditer(text):
        start = match.start()
        if start in taken or start in listed:
            continue
        before = text[start - 1] if start else " "
        if before.isalnum() or before in "-_":
            code = _code(text, match, _CODE)
            if code is not None:
                mentions.append(code)
                continue
            if before != "-":
                continue
        elif text[start - 2 : start - 1].isupper() and (code := _code(text, match, _SPACED_CODE)):
            mentions.append(replace(code, firm=False))
        amount = _amount(text, match, symbols)
        if amount is not None:
            amounts.append(amount)
    amounts += _worded(text, words, symbols)
    return sorted([*mentions, *_joined(amounts, text)], key=lambda mention: mention.start)


def _joined(amounts: list[Amount], text: str) -> list[Mention]:
    """Return amounts as facts once the ends of ranges have shared their units."""
    amounts.sort(key=lambda amount: amount.start)
    for one, other in pairwise(amounts):
        one.join(other, text)
    return [amount.mention() for amount in amounts]


def _amount(text: str, match: re.Match[str], symbols: Mapping[str, str]) -> Amount | None:
    """Return the number with its unit, or None for a part of a version, a name or an endless run of digits."""
    start, end, raw = match.start(), match.end(), match[0]
    if len(raw) > _MOST_DIGITS or _in_a_version(text, start, end):
        return None
    digits = raw.replace(",", "")
    amount = Amount(start, end, Decimal(digits) if "." in digits else int(digits))
    amount.read_sign(text)
    attached = text[end : end + 2].lower()
    if attached in _ORDINALS and not text[end + 2 : end + 3].isalnum():
        amount.firm = False
        return amount
    decade = attached[:1] == "s" and not attached[1:].isalpha()
    looks_like_a_year = len(raw) == _YEAR_DIGITS == len(digits) and "." not in raw and amount.value in _YEARS
    if looks_like_a_year and decade and amount.unit is BARE:
        amount.year = True
        return amount
    if not amount.read_unit(text, symbols):
        return None
    amount.year = looks_like_a_year and amount.unit is BARE and amount.multiplier == 1
    if amount.unit is BARE and (label_before(text, start) or numbers_a_section(text, start)):
        amount.firm = False
    return amount


def _in_a_version(text: str, start: int, end: int) -> bool:
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    return (before[-1:] == "." and before[:1].isalnum()) or (after[:1] == "." and after[1:].isdigit())


def _code(text: str, match: re.Match[str], form: re.Pattern[str]) -> Mention | None:
    """Return `EIP-1559`, `ERC20` or `V3` as a fact; of one letter only a version is firm."""
    before = form.search(text[max(0, match.start() - _LOOKED_BACK) : match.start()])
    if before is None or text[match.end() : match.end() + 1].isalpha() or not match[0].isdigit():
        return None
    letters = before[1].lower()
    start = match.start() - len(before[0])
    firm = len(letters) > 1 or letters == "v"
    also = ((int(match[0]), ""),) if len(match[0]) < _MOST_DIGITS else ()
    return Mention(NUMBER, (("code", f"{letters}{match[0]}"),), start, match.end(), also, firm)


def _worded(text: str, words: frozenset[str], symbols: Mapping[str, str]) -> Iterator[Amount]:
    for start, end, value in numbers_in_words(text, words):
        amount = Amount(start, end, value, firm=value >= _GREAT)
        amount.read_unit(text, symbols)
        timed = amount.unit.base in {"s", "mo"} and value > 1
        amount.firm = amount.firm or timed or amount.unit.kind in {PERCENT, MONEY}
        yield amount
