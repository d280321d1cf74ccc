"""Text that only fills space: one character or one word again and again."""

from __future__ import annotations

import re
from operator import eq
from typing import TYPE_CHECKING

from core.screening.subject import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.screening.subject import Limits, Subject

#: The nine real files hold no letter more than three times in a row; a word is never said five times in a row.
LETTERS = 8
WORDS = 5

#: Rules and boxes are drawn with other characters (wave 1 has lines of 80 `=`); so long, they are no drawing.
OTHERS = 400

_OTHER_RUN = re.compile(rf"(.)\1{{{OTHERS - 1},}}", re.DOTALL)
_LETTER_RUN = re.compile(rf"([^\W\d_])\1{{{LETTERS - 1},}}")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]*\Z")


def padding(pair: Subject, _limits: Limits) -> str | None:
    """Find a letter 8 times in a row (not in hexadecimal numbers), other characters 400 times, a word 5 times."""
    return _characters(pair.answer) or _characters(pair.question) or _words(pair.words)


def _characters(text: str) -> str | None:
    if not _has_run(text):
        return None
    for found in (*_real_letters(text), *_OTHER_RUN.finditer(text)):
        return f"{found[1]!r} {len(found[0])} times in a row: {quoted(text, found.start(), found.start() + 20)}"
    return None


def _has_run(text: str) -> bool:
    """Whether some character may stand eight times in a row; it surely does not where this is False.

    Each character is compared with its neighbour by one operation on the bits of the whole text, many times as
    fast as a pattern with a back reference.
    """
    width = 1 if text.isascii() else 4
    raw = text.encode() if width == 1 else text.encode("utf-32-le", "surrogatepass")
    number = int.from_bytes(raw)
    differences = (number ^ number >> 8 * width).to_bytes(len(raw))
    return bytes(width * (LETTERS - 1)) in differences[width:]


def _real_letters(text: str) -> Iterator[re.Match[str]]:
    for found in _LETTER_RUN.finditer(text):
        if not _HEXADECIMAL.search(text, max(0, found.start() - 66), found.end()):
            yield found


def _words(words: list[str]) -> str | None:
    """Find one word in a row; `same` holds a one for each word that equals the next.

    Five in a row hold two neighbours of every second word, which is half the work for ordinary text.
    """
    half = words[::2]
    if True not in map(eq, half, half[1:]):
        return None
    same = bytes(map(eq, words, words[1:]))
    at = same.find(b"\1" * (WORDS - 1))
    while at >= 0:
        if words[at].isalpha():
            return f"one word again and again: “{' '.join(words[at : at + 8])}”"
        at = same.find(b"\1" * (WORDS - 1), same.find(b"\0", at) + 1 or len(same))
    return None
