"""Addresses and transaction ids of blockchains: EVM, bech32, base58 and names of ENS."""

from __future__ import annotations

import re

from core.quality.kept.mentions import Mention

ADDRESS = "address"

#: Shorter hexadecimal words are numbers in code, not addresses.
_EVM = re.compile(r"0[xX][0-9a-fA-F]{8,}(?![0-9A-Za-z])")
_BECH32 = re.compile(r"(?<![0-9A-Za-z])[a-z]{2,10}1[02-9ac-hj-np-z]{25,90}(?![0-9A-Za-z])")
_BASE58 = re.compile(r"(?<![0-9A-Za-z])[1-9A-HJ-NP-Za-km-z]{26,88}(?![0-9A-Za-z])")
_ENS = re.compile(r"(?<![\w.-])[a-z0-9][a-z0-9-]{0,60}\.eth\b")
_LONG_WORD = 26


def addresses(text: str, words: frozenset[str]) -> list[Mention]:
    """Find the addresses of a text with these `words`; only base58 tells capitals from small letters."""
    found = []
    if "0x" in text or "0X" in text:
        found = [_mention(match, match[0].lower()) for match in _EVM.finditer(text)]
    if ".eth" in text:
        found += [_mention(match, match[0]) for match in _ENS.finditer(text)]
    if max(map(len, words), default=0) >= _LONG_WORD:
        found += [_mention(match, match[0]) for match in _BECH32.finditer(text)]
        found += [_mention(match, match[0]) for match in _BASE58.finditer(text) if _random(match)]
    return found


def _mention(match: re.Match[str], key: str) -> Mention:
    return Mention(ADDRESS, (key,), match.start(), match.end())


def _random(match: re.Match[str]) -> bool:
    """Tell base58 from long words: it has digits, capitals and small letters."""
    word = match[0]
    return any(map(str.isdigit, word)) and not word.islower() and not word.isupper()
