"""Damage to numbers and dates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from benchmarks.quality.damage import Damage, Pair, one_of, one_planted, outside_urls

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

_BEGIN = r"(?<![\w.,/$-])(?<![0-9]-)"
_RANGE_TOO = r"(?<![\w.,/$])"
_VALUE = r"[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?"
_UNIT = r"(?:%| (?:million|billion|trillion|percent)\b|[ -](?:day|hour|week|month|year|minute)s?\b|[hd]\b)"
_FIGURE = re.compile(rf"{_RANGE_TOO}\$?({_VALUE}){_UNIT}")
_PERCENT = re.compile(rf"{_RANGE_TOO}{_VALUE}%")
_BARE = re.compile(
    rf"{_BEGIN}({_VALUE})(?= (?:BTC|ETH|USDC|[a-z]{{4,}}))(?! (?:million|billion|trillion|percent|days?|hours?))"
)
_LONG = re.compile(rf"{_RANGE_TOO}\$?({_VALUE})(?={_UNIT}| [a-z])")
_THOUSANDS = re.compile(r"\$?[0-9]+(?:,[0-9]{3})+|\$[0-9.]+ (?:million|billion|trillion)")
_MONTH_NAMES = "January February March April May June July August September October November December"
_MONTHS = _MONTH_NAMES.split()
_MONTH = re.compile(rf"\b({'|'.join(_MONTHS)})(?= 20[0-9][0-9])")
_YEAR = re.compile(r"(?<![\w/$-])(?:19|20)[0-9]{2}(?![0-9%/-])")
_UNITS = {
    "day": "hour",
    "days": "hours",
    "hour": "day",
    "hours": "days",
    "week": "month",
    "weeks": "months",
    "month": "year",
    "months": "years",
    "year": "month",
    "years": "months",
    "minute": "hour",
    "minutes": "hours",
    "million": "billion",
    "billion": "million",
    "trillion": "billion",
    "percent": "basis points",
    "h": "d",
    "d": "h",
}
_LAST_WORD = re.compile(r"[a-z]+\Z")
_DATES = (
    "The upgrade went live on March 13, 2024 on mainnet.",
    "The pool was launched on 2023-05-17 by its team.",
    "Volumes peaked in Q4 2021 and fell afterwards.",
    "Trading began on 5 May 2021 with two pairs.",
)


def _digit(rng: Random, match: re.Match[str]) -> str:
    """Exchange one digit; a number of several keeps a first digit that is no zero."""
    whole = match[0]
    places = [place for place, char in enumerate(whole) if char.isdigit()]
    place = rng.choice(places)
    digits = "123456789" if place == places[0] else "0123456789"
    new = rng.choice([digit for digit in digits if digit != whole[place]])
    return whole[:place] + new + whole[place + 1 :]


def _unit(_rng: Random, match: re.Match[str]) -> str | None:
    word = _LAST_WORD.search(match[0])
    return None if word is None else match[0][: word.start()] + _UNITS[word[0]]


def _no_percent(_rng: Random, match: re.Match[str]) -> str:
    return match[0].removesuffix("%")


def _shifted(_rng: Random, match: re.Match[str]) -> str | None:
    whole = match[0]
    if "." in whole:
        return whole.replace(".", "", 1)
    if "," in whole or len(match[1]) == 1 or match[1].endswith("0" * (len(match[1]) - 1)):
        return whole.replace(match[1], f"{match[1]}0", 1)
    return whole.replace(match[1], f"{match[1][:-1]}.{match[1][-1]}", 1)


def _thousands(_rng: Random, match: re.Match[str]) -> str:
    whole = match[0]
    return whole.rpartition(" ")[0] if " " in whole else whole.rpartition(",")[0]


def _month(rng: Random, match: re.Match[str]) -> str:
    return rng.choice([month for month in _MONTHS if month != match[0]])


def _year(rng: Random, match: re.Match[str]) -> str:
    return str(int(match[0]) + rng.choice([-2, -1, 1, 2]))


def _swapped(rng: Random, pair: Pair, _others: Sequence[Pair]) -> tuple[Pair, Pair] | None:
    """Let two different percentages change places, which leaves every figure in the text."""
    found = outside_urls(_PERCENT, pair.answer)
    couples = [
        (one, other) for one in found for other in found if one.start() < other.start() and one[0] != other[0]
    ]
    if not couples:
        return None
    one, other = rng.choice(couples)
    text = pair.answer
    new = text[: one.start()] + other[0] + text[one.end() : other.start()] + one[0] + text[other.end() :]
    return pair, pair._replace(answer=new)


DAMAGES = (
    Damage("a digit of a figure with a unit", "kept", one_of(_FIGURE, _digit)),
    Damage("a digit of a bare number", "kept", one_of(_BARE, _digit)),
    Damage("another unit", "kept", one_of(_FIGURE, _unit)),
    Damage("a percent sign dropped", "kept", one_of(_PERCENT, _no_percent)),
    Damage("a decimal point shifted", "kept", one_of(_LONG, _shifted)),
    Damage("thousands, millions lost", "kept", one_of(_THOUSANDS, _thousands)),
    Damage("two percentages exchanged", "kept", _swapped),
    Damage("another month", "kept", one_of(_MONTH, _month)),
    Damage("another year", "kept", one_of(_YEAR, _year)),
    Damage("a digit of a planted date", "kept", one_planted(_DATES, re.compile(r"\b[0-9]+\b|Q[1-4]"), _digit)),
)
