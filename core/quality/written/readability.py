"""How easy a text is to read, by the lengths of its sentences and words."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_VOWELS = re.compile(r"[aeiouy]+")
_SILENT = re.compile(r"(?<=[^laeiouy])e$|(?<=[^aeioudty])ed$|(?<=[^aeiouyscxzgh])es$|(?<=[a-z])ely$")


def reading_ease(words: Sequence[str], sentences: int) -> float | None:
    """Return the Flesch Reading Ease, None for a text without words: about 100 is very easy, below 30 very hard.

    206.835 - 1.015 * words / sentences - 84.6 * syllables / words (R. Flesch, A new readability yardstick, Journal
    of Applied Psychology 32(3), 1948). It is reported and decides nothing: it does not tell corrected text from
    uncorrected.
    """
    if not words or not sentences:
        return None
    syllables = sum(syllables_of(word.lower()) for word in words)
    return 206.835 - 1.015 * len(words) / sentences - 84.6 * syllables / len(words)


@lru_cache(maxsize=1 << 14)
def syllables_of(word: str) -> int:
    """Return about how many syllables a word in small letters has: its groups of vowels, a silent e left out."""
    return max(1, len(_VOWELS.findall(_SILENT.sub("", word))))
