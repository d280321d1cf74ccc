"""Dates in a text: days, months and parts of a year, in words or in digits."""

from __future__ import annotations

import re

from core.quality.kept.mentions import Mention
from core.quality.kept.units import DATE

_NAMES = (
    "January February March April May June July August September October November December",
    "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
)
_MONTHS = {name: number for names in _NAMES for number, name in enumerate(names.split(), 1)} | {"Sept": 9}
_BY_NAME = {name: re.compile(rf"\b{name}\b\.?") for name in _MONTHS}
_YEAR = r"[12][0-9]{3}(?![0-9%])"
_AFTER = re.compile(
    rf",? ?(?P<day>[0-3]?[0-9])(?:st|nd|rd|th)?(?![0-9%.,:]*[0-9%])(?:,? (?:of )?(?P<year>{_YEAR}))?"
    rf"|,? ?(?:of )?(?P<alone>{_YEAR})"
    rf"|(?=(?: ?- ?| to | and | through | or )(?:[0-3]?[0-9],? )?[A-Z][a-z]{{2,8}}\.?,? (?P<shared>{_YEAR}))"
)
_DAY_BEFORE = re.compile(r"(?<![0-9.,])([0-3]?[0-9])(?:st|nd|rd|th)?(?: of)? \Z")
_ISO = re.compile(r"[12][0-9]{3}[-/.](?:1[0-2]|0[1-9])(?:[-/.][0-3][0-9])?(?![0-9]|[.,][0-9])")
_SLASHED = re.compile(r"[0-9][0-9]?([/.])[0-3]?[0-9]\1[12][0-9]{3}(?![0-9])")
_DOTTED = re.compile(r"\.[01][0-9]\.|\.[0-9]\.")
_PART = re.compile(rf"[QH][1-4](?![0-9A-Za-z])(?:(?: of|,|-|/| ')? ?({_YEAR}))?")
_PART_IN_WORDS = re.compile(rf"\b(first|second|third|fourth) (quarter|half)(?: of ({_YEAR}))?")
_ORDER = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_LOOKED_BACK = 12
_LAST_MONTH = 12


def dates(text: str, words: frozenset[str]) -> list[Mention]:
    """Find the dates of a text in their order; `words` are the words of the text as they are written."""
    found = [mention for name in _MONTHS.keys() & words for mention in _with_month(text, name)]
    found += [
        _day(match, *map(int, re.split("[-/.]", match[0]))) for match in _ISO.finditer(text) if _begins(match)
    ]
    if "/" in text or _DOTTED.search(text):
        found += [_either_way(match) for match in _SLASHED.finditer(text) if _begins(match)]
    if "Q" in text or "H" in text:
        found += [_part(match, match[0][:2].lower(), match[1]) for match in _PART.finditer(text) if _begins(match)]
    if not words.isdisjoint(("quarter", "half")):
        found += [
            _part(match, f"{'q' if match[2] == 'quarter' else 'h'}{_ORDER[match[1]]}", match[3], firm=False)
            for match in _PART_IN_WORDS.finditer(text)
        ]
    return sorted(found, key=lambda mention: mention.start)


def _with_month(text: str, name: str) -> list[Mention]:
    found = []
    for match in _BY_NAME[name].finditer(text):
        after = _AFTER.match(text, match.end())
        start = match.start()
        before = _DAY_BEFORE.search(text[max(0, start - _LOOKED_BACK) : start])
        if after is None and before is None:
            continue
        day = int(before[1]) if before else int(after["day"]) if after and after["day"] else None
        year = (
            next((int(after[name]) for name in ("year", "alone", "shared") if after[name]), None)
            if after
            else None
        )
        if before:
            start -= len(before[0])
        end = after.end() if after else match.end()
        found.append(_mention(start, end, year, _MONTHS[name], day))
    return found


def _mention(start: int, end: int, year: int | None, month: int, day: int | None) -> Mention:
    if day is None:
        return Mention(DATE, ((year, month),), start, end, ((year, ""),))
    if year is None:
        return Mention(DATE, ((None, month, day),), start, end, ((day, ""),))
    return Mention(DATE, ((year, month, day),), start, end, ((year, month), (None, month, day), (year, "")))


def _day(match: re.Match[str], year: int, month: int, day: int | None = None) -> Mention:
    return _mention(match.start(), match.end(), year, month, day)


def _either_way(match: re.Match[str]) -> Mention:
    """Read `03/05/2024` as the third of May or the fifth of March, whichever the other text has."""
    first, second, year = map(int, match[0].split(match[1]))
    ways = [(year, month, day) for month, day in ((first, second), (second, first)) if 0 < month <= _LAST_MONTH]
    keys = tuple(ways) or ((year, first, second),)
    also = ((year, ""), *((year, month) for _, month, _ in keys))
    return Mention(DATE, keys, match.start(), match.end(), also)


def _part(match: re.Match[str], part: str, year: str | None, *, firm: bool = True) -> Mention:
    if year is None:
        return Mention(DATE, ((part,),), match.start(), match.end(), firm=firm)
    return Mention(DATE, ((part, int(year)),), match.start(), match.end(), ((part,), (int(year), "")), firm)


def _begins(match: re.Match[str]) -> bool:
    before = match.string[match.start() - 1 : match.start()] if match.start() else " "
    return not before.isalnum() and before not in {".", ",", "-", "/", "_", "$"}
