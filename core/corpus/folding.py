"""Text as it is compared: Unicode-normalised, case and punctuation folded, words parted by one space."""

from __future__ import annotations

import re
import unicodedata
from hashlib import blake2b

#: Stand in numbers, where digits say so: 1.5 and 15, -5 and 5, 5% and 5 are not the same.
_IN_NUMBERS = frozenset("%.,-")
#: A mark of Markdown that Unicode has among the symbols.
_QUOTES = frozenset("`")
#: Those of `.,-` that no digit follows, a point or comma right behind a letter, and a sign right behind a word.
_LOOSE = re.compile(r"[.,\-](?:(?!\d)|(?<=[^\d\s][.,])|(?<=\w-))")


class _Folded(dict[int, str | None]):
    """What stands for a character, by its code: looked up once for each that is met."""

    def __missing__(self, code: int) -> str | None:
        """Turn punctuation and control characters into spaces, and leave out what only formats."""
        character = chr(code)
        category = unicodedata.category(character)
        found: str | None = character
        if character == "\N{MINUS SIGN}":
            found = "-"
        elif category == "Cf":
            found = None
        elif (
            category == "Cc" or character in _QUOTES or (category.startswith("P") and character not in _IN_NUMBERS)
        ):
            found = " "
        self[code] = found
        return found


_FOLDED = _Folded()


def fold(text: str) -> str:
    """Return a text with NFKC applied, case folded and punctuation gone but for what numbers are made of.

    Folding again changes nothing. Text without a letter, digit or symbol folds to "".
    """
    if text.isascii():
        plain = text.lower()
    else:
        # Folding the case can undo the normal form, and the form bring new cases: see Unicode 3.13, D146.
        plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(_LOOSE.sub(" ", plain.translate(_FOLDED)).split())


def digest(folded: str) -> bytes:
    """Return 16 bytes that only the same folded text has (BLAKE2b)."""
    return blake2b(folded.encode(), digest_size=16).digest()
