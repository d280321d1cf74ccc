"""What may stand beside a number: multipliers, percent, currencies, spans of time and other units, by name."""

from __future__ import annotations

from decimal import Decimal

import msgspec

PERCENT, MONEY, DATE, NUMBER = "percentage", "money", "date", "number"

_DAY = 86_400
_THOUSAND, _MILLION, _BILLION, _TRILLION = 10**3, 10**6, 10**9, 10**12

MULTIPLIERS = {
    "hundred": 100,
    "thousand": _THOUSAND,
    "million": _MILLION,
    "millions": _MILLION,
    "mn": _MILLION,
    "mio": _MILLION,
    "mm": _MILLION,
    "billion": _BILLION,
    "billions": _BILLION,
    "bn": _BILLION,
    "trillion": _TRILLION,
    "trillions": _TRILLION,
    "tn": _TRILLION,
}
#: One letter, written against the number; small ones are multipliers of money alone, since 5m may be minutes.
LETTERS = {"k": _THOUSAND, "K": _THOUSAND, "M": _MILLION, "B": _BILLION, "T": _TRILLION}
SMALL_LETTERS = {"m": _MILLION, "b": _BILLION, "t": _TRILLION}


class Unit(msgspec.Struct, frozen=True, gc=False):
    """A unit: the kind of fact it makes, the unit its values are compared in, and how many of those it is."""

    kind: str
    base: str
    factor: int | Decimal = 1


def _named(unit: Unit, names: str) -> dict[str, Unit]:
    return dict.fromkeys(names.split("|"), unit)


BARE = Unit(NUMBER, "")
#: `15m` alone: minutes, months or millions.
AMBIGUOUS = Unit(NUMBER, "m")
CURRENCY_CODES = frozenset(("USD", "EUR", "GBP", "JPY"))
CURRENCY_SIGNS = {"$": "usd", "€": "eur", "£": "gbp", "¥": "jpy", "₿": "btc"}

UNITS: dict[str, Unit] = {
    **_named(Unit(PERCENT, "%"), "%|percent|per cent|pct|percentage|pp"),
    **_named(Unit(PERCENT, "%", Decimal("0.01")), "bps|bp|basis point|basis points"),
    **_named(Unit(MONEY, "usd"), "usd|dollar|dollars|us dollar|us dollars|$"),
    **_named(Unit(MONEY, "eur"), "eur|euro|euros|€"),
    **_named(Unit(MONEY, "gbp"), "gbp|pounds|£"),
    **_named(Unit(MONEY, "jpy"), "jpy|yen|¥"),
    **_named(Unit(NUMBER, "ms"), "ms|millisecond|milliseconds"),
    **_named(Unit(NUMBER, "s"), "s|sec|secs|second|seconds"),
    **_named(Unit(NUMBER, "s", 60), "min|mins|minute|minutes"),
    **_named(Unit(NUMBER, "s", 3_600), "h|hr|hrs|hour|hours"),
    **_named(Unit(NUMBER, "s", _DAY), "d|day|days"),
    **_named(Unit(NUMBER, "s", 7 * _DAY), "w|wk|wks|week|weeks"),
    **_named(Unit(NUMBER, "mo"), "mo|mos|month|months"),
    **_named(Unit(NUMBER, "mo", 12), "y|yr|yrs|year|years"),
    "m": AMBIGUOUS,
    **_named(Unit(NUMBER, "x"), "x|\u00d7|times|fold"),
    **_named(Unit(NUMBER, "gwei"), "gwei"),
    **_named(Unit(NUMBER, "wei"), "wei"),
    **_named(Unit(NUMBER, "sat"), "sat|sats|satoshi|satoshis"),
    **_named(Unit(NUMBER, "tps"), "tps"),
    **_named(Unit(NUMBER, "kb"), "kb"),
    **_named(Unit(NUMBER, "mb"), "mb"),
    **_named(Unit(NUMBER, "gb"), "gb"),
    **_named(Unit(NUMBER, "tb"), "tb"),
    **_named(Unit(NUMBER, "kwh"), "kwh"),
    **_named(Unit(NUMBER, "twh"), "twh"),
}
#: A unit of one letter counts only against its number: `7d`, but not `7 d`.
ATTACHED = frozenset(name for name in UNITS if name.isalpha() and len(name) == 1)
