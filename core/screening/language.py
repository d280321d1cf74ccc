"""Texts in another language than the expected one, told by small words and by script; names and formulas aside."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.screening.languages import LANGUAGES, SCRIPTS, WRITTEN_IN

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from core.screening.subject import Limits, Subject

#: Different small words of another language before a text is said to be in it, or to hold a passage in it.
_FEWEST = 4
_PASSAGE = 11

#: The share of a text's letters in another script; Greek letters in formulas stay below it.
_FOREIGN_PERCENT = 20
_FEWEST_LETTERS = 4

#: Lower-case words without one small word of the expected language; a table of tickers and numbers has few.
_NONE_OF = 80

_LETTER_WORD = re.compile(r"(?<!\S)[^\W\d_]{2,}(?=[\s,.;:!?]|\Z)")
_SCRIPT_OF = {
    name: re.compile(f"[{''.join(f'{chr(low)}-{chr(high)}' for low, high in ranges)}]")
    for name, ranges in SCRIPTS.items()
}

_OTHERS = {
    code: frozenset().union(*(words for other, words in LANGUAGES.items() if other != code)) - own
    for code, own in LANGUAGES.items()
}


def wrong_language(pair: Subject, limits: Limits) -> str | None:
    """Find an answer or a question that is not in `limits.language`; None there turns the rule off."""
    expected = limits.language
    if expected is None:
        return None
    asked = frozenset(pair.question.lower().split())
    return (
        _other_script("answer", pair.answer, expected)
        or _other_script("question", pair.question, expected)
        or _other_words("answer", pair.vocabulary, expected)
        or _other_words("question", asked, expected)
        or _no_words(pair, expected)
    )


def _other_script(name: str, text: str, expected: str) -> str | None:
    """Compare the letters of each script with all letters; a Latin text lacks the script of an expected other."""
    allowed = WRITTEN_IN.get(expected, ())
    if not allowed and len(text) - len(text.encode("ascii", "ignore")) < _FEWEST_LETTERS:
        return None
    letters = sum(map(str.isalpha, text))
    if letters < _FEWEST_LETTERS:
        return None
    counts = {script: len(pattern.findall(text)) for script, pattern in _SCRIPT_OF.items()}
    if allowed and 100 * sum(counts[script] for script in allowed) < _FOREIGN_PERCENT * letters:
        return f"the {name} is hardly in {allowed[0]} script"
    for script, count in counts.items():
        if script not in allowed and count >= _FEWEST_LETTERS and 100 * count >= _FOREIGN_PERCENT * letters:
            return f"{count} of the {name}'s {letters} letters are {script}"
    return None


def _other_words(name: str, vocabulary: AbstractSet[str], expected: str) -> str | None:
    own_words = LANGUAGES.get(expected)
    if own_words is None:
        return None
    own = len(vocabulary & own_words)
    least = min(_PASSAGE, max(_FEWEST, own + 1))
    if len(vocabulary & _OTHERS[expected]) < least:
        return None
    for code, words in LANGUAGES.items():
        seen = (vocabulary & words) - own_words
        if len(seen) >= least:
            return f"the {name} has {len(seen)} small words of “{code}” and {own} of “{expected}”: {_some(seen)}"
    return None


def _no_words(pair: Subject, expected: str) -> str | None:
    own_words = LANGUAGES.get(expected)
    if own_words is None or len(pair.words) < _NONE_OF or pair.vocabulary & own_words:
        return None
    words = [word for word in _LETTER_WORD.findall(pair.answer) if word.islower()]
    if len(words) < _NONE_OF:
        return None
    return f"none of {len(words)} words is a small word of “{expected}”: {' '.join(words[:8])}"


def _some(words: AbstractSet[str]) -> str:
    return " ".join(sorted(words)[:8])
