"""Symbols of tokens and currencies in a text, alone, with a dollar sign, and in pairs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.quality.kept.mentions import Mention

if TYPE_CHECKING:
    from collections.abc import Container

TICKER = "ticker"

_SYMBOL = r"[A-Z][A-Z0-9]{1,9}"
_CANDIDATE = re.compile(rf"{_SYMBOL}(?:[/-]{_SYMBOL})?(?![A-Za-z0-9])")
_SEPARATOR = re.compile("[/-]")


def tickers(text: str, known: Container[str], acronyms: Container[str]) -> list[Mention]:
    """Find the symbols of a text: those in `known`, those behind a dollar sign, and pairs with one of `known`.

    Every other word in capitals can stand for a symbol of the other text but need not be kept, save the `acronyms`
    of the glossary, which are no symbols.
    """
    found = []
    for match in _CANDIDATE.finditer(text):
        word, start = match[0], match.start()
        before = text[start - 1] if start else " "
        if before.isalnum():
            # Of `alUSD-USDC` only the second half is a symbol.
            word = word.partition("-")[2]
            start = match.end() - len(word)
        if word and word not in acronyms:
            found += _mentions(word, start, known, dollar=before == "$")
    return found


def _mentions(word: str, start: int, known: Container[str], *, dollar: bool) -> list[Mention]:
    end = start + len(word)
    symbols = _SEPARATOR.split(word)
    if len(symbols) > 1 and not dollar and any(symbol in known for symbol in symbols):
        return [Mention(TICKER, (frozenset(symbols),), start, end, tuple(symbols))]
    return [Mention(TICKER, (symbol,), start, end, firm=dollar or symbol in known) for symbol in symbols]
