"""Numbers that are written in words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.quality.kept.units import MULTIPLIERS

if TYPE_CHECKING:
    from collections.abc import Iterator

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_VALUES = {word: value for value, word in enumerate(_ONES.split())} | {
    word: 10 * value for value, word in enumerate(_TENS.split(), 2)
}
_GREAT = {word: value for word, value in MULTIPLIERS.items() if len(word) > len("mio") and not word.endswith("s")}
_WORD = "|".join((*_VALUES, *_GREAT))
_AND = "|".join(f"(?<={word})" for word in _GREAT)
#: At most so many words belong to a number: longer runs are lists.
_RUN = re.compile(rf"(?:{_WORD})(?:(?:[ -]|(?:{_AND}) and )(?:{_WORD})){{0,8}}(?![a-z])", re.IGNORECASE)
STARTERS = frozenset(_VALUES)
_STARTS = {word: re.compile(rf"(?<![A-Za-z0-9-]){word}(?![a-z])", re.IGNORECASE) for word in STARTERS}
_PARTS = re.compile("[a-z]+")


def numbers_in_words(text: str, words: frozenset[str]) -> Iterator[tuple[int, int, int]]:
    """Yield start, end and value of each number in words; `words` are those of the text in lower case."""
    starts = sorted(found.start() for word in STARTERS & words for found in _STARTS[word].finditer(text))
    end = 0
    for start in starts:
        if start < end or (run := _RUN.match(text, start)) is None:
            continue
        end = run.end()
        yield start, end, _value(_PARTS.findall(run[0].lower()))


def _value(parts: list[str]) -> int:
    """Return what the words come to: `two hundred thousand` is 2 times 100 times 1,000."""
    total = current = 0
    for part in parts:
        if part in _VALUES:
            current += _VALUES[part]
        elif part == "hundred":
            current = max(current, 1) * _GREAT[part]
        elif part in _GREAT:
            total += max(current, 1) * _GREAT[part]
            current = 0
    return total + current
