"""Damage to formulas, symbols, addresses and URLs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from benchmarks.quality.damage import Damage, Pair, one_of, one_planted, outside_urls

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

#: The formulas of the real texts: x * y = k, and those of impermanent loss with sqrt.
_OPERATOR = re.compile(
    r"(?<=\bx )\*(?= y = k)|(?<=\(2 )\*(?= sqrt)|(?<=p1 )\*(?= p2)|(?<=p1 )\+(?= p2)|(?<=\(1 )\+(?= r\))"
    r"|(?<=\)\) )-(?= 1\b)|(?<=\) )/(?= \()|(?<=ETH )\u00d7(?= \$)|(?<=USDC )\u00d7(?= \$)"
)
_OTHERS = {"*": "+", "\u00d7": "+", "+": "-", "-": "+", "/": "*"}
_FORMULAS = (
    "RSI = 100 - (100 / (1 + RS)), where RS = Average Gain / Average Loss.",
    "APY = (1 + r / n)^n - 1 with n periods a year.",
    "The price is P = y / x, and the invariant is x * y = k.",
    "Sharpe ratio = (Rp - Rf) / sd, with Rp the return of the portfolio.",
    "Utilization = Borrows / (Cash + Borrows - Reserves).",
    "EMA = Price * k + Previous * (1 - k), where k = 2 / (N + 1).",
)
_SPACED = re.compile(r"(?<=[\w)]) [*+/-] (?=[(\w])")
_SYMBOL_NAMES = "BTC ETH USDC USDT DAI SOL XRP LTC UNI SUSHI CRV LINK MATIC AVAX DOT ADA BNB FIL ZEC"
_SYMBOLS = _SYMBOL_NAMES.split()
_SYMBOL = re.compile(rf"(?<![\w$])(?:{'|'.join(_SYMBOLS)})(?!\w)")
_ADDRESSES = (
    "The pool is at 0x88e6A0c2dDD26FEEb64F039a2c41296FcB3f5640 on Ethereum.",
    "Donations go to bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq in bitcoin.",
    "The first block paid 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa its reward.",
    "The program is 675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8 on Solana.",
)
_ADDRESS = re.compile(r"\b(?:0x[0-9a-fA-F]{40}|bc1[a-z0-9]{30,}|1A1zP1[A-Za-z0-9]+|675kPX[A-Za-z0-9]+)")
_URL = re.compile(r"https?://[\w./?=&#-]*\w")
_HEX = "23456789"


def _operator(_rng: Random, match: re.Match[str]) -> str:
    sign = match[0].strip()
    return match[0].replace(sign, _OTHERS[sign])


def _symbol(rng: Random, match: re.Match[str]) -> str:
    return rng.choice([symbol for symbol in _SYMBOLS if symbol != match[0]])


def _character(rng: Random, match: re.Match[str]) -> str:
    """Exchange a character behind the first ten."""
    text = match[0]
    place = rng.randrange(10, len(text))
    return text[:place] + rng.choice([char for char in _HEX if char != text[place]]) + text[place + 1 :]


def _url(rng: Random, match: re.Match[str]) -> str | None:
    places = [place for place, char in enumerate(match[0]) if char.isalnum() and place > len("https://")]
    place = rng.choice(places)
    return f"{match[0][:place]}{'q' if match[0][place] != 'q' else 'z'}{match[0][place + 1 :]}"


def _nothing(_rng: Random, _match: re.Match[str]) -> str:
    return ""


def _every_symbol(rng: Random, pair: Pair, _others: Sequence[Pair]) -> tuple[Pair, Pair] | None:
    """Exchange one symbol by another wherever it stands."""
    found = sorted({match[0] for match in outside_urls(_SYMBOL, pair.answer)})
    if not found:
        return None
    old = rng.choice(found)
    new = rng.choice([symbol for symbol in _SYMBOLS if symbol not in found])
    pattern = re.compile(rf"(?<!\w){old}(?!\w)")
    return pair, Pair(pattern.sub(new, pair.question), pattern.sub(new, pair.answer))


DAMAGES = (
    Damage("an operator of a formula", "kept", one_of(_OPERATOR, _operator)),
    Damage("an operator of a planted formula", "kept", one_planted(_FORMULAS, _SPACED, _operator)),
    Damage("a symbol exchanged once", "kept", one_of(_SYMBOL, _symbol)),
    Damage("a symbol exchanged everywhere", "kept", _every_symbol),
    Damage("a character of a planted address", "kept", one_planted(_ADDRESSES, _ADDRESS, _character)),
    Damage("a character of a URL", "kept", one_of(_URL, _url, urls=True)),
    Damage("a URL dropped", "kept", one_of(_URL, _nothing, urls=True)),
)
