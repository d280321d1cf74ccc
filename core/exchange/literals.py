"""The small pieces of JSON as models write them: strings with wrong escapes, words of other languages, numbers."""

from __future__ import annotations

import json
import re
from itertools import pairwise

import msgspec

from core.exchange.rows import UNREADABLE

_LONGEST_INT = 300
_WRONG = re.compile(r"""\\(?<!\\\\)(?:\\\\)*+(?!["\\/bfnrt]|u[0-9a-fA-F]{4})""")
"""A run of backslashes, the last of which begins no JSON escape."""
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_WORDS = {
    "true": True,
    "false": False,
    "null": None,
    "True": True,
    "False": False,
    "None": None,
    "NaN": None,
    "Infinity": None,
    "-Infinity": None,
}


def unquoted(token: str) -> str:
    r"""Return what a string token stands for; an escape that JSON does not know is kept as it is written.

    Half of a surrogate pair becomes U+FFFD, since no UTF-8 file could hold it.
    """
    if "\\" not in token:
        return token[1:-1]
    try:
        return msgspec.json.decode(token, type=str)
    except UNREADABLE:
        value: str = json.loads(mended(token, mends(token)), strict=False)
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def mends(text: str, start: int = 0) -> list[int]:
    """Return the places from `start` on of the backslashes that begin no JSON escape.

    Backslashes pair up from the beginning of their run, so they pair up in the same way inside and outside of
    strings: with those backslashes doubled, the strings of the text begin and end where they did.
    """
    return [run.end() - 1 for run in _WRONG.finditer(text, start)]


def mended(text: str, places: list[int]) -> str:
    """Return `text` with the backslashes at these places doubled."""
    return "\\".join(text[begin:end] for begin, end in pairwise([0, *places, len(text)]))


def literal(token: str) -> tuple[object] | None:
    """Return the value of a number or word, wrapped so that null can be told from no value at all (None)."""
    if token in _WORDS:
        return (_WORDS[token],)
    if not _NUMBER.fullmatch(token):
        return None
    whole = len(token) <= _LONGEST_INT and token.lstrip("-").isdigit()
    return (int(token) if whole else float(token),)


def read_object(text: str, at: int) -> tuple[object, int]:
    """Return the JSON object that begins at `at` and the place after it.

    Raises ValueError or RecursionError when it is not plain JSON, says a name twice (which of the two is meant
    needs a closer look), or could not be written out as UTF-8 again.
    """
    value, end = _PLAIN.raw_decode(text, at)
    if text.find("\\u", at, end) >= 0:
        msgspec.json.encode(value)  # half of a surrogate pair shows here
    return value, end


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError
    return fields


_PLAIN = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_WORDS.get, strict=False)
