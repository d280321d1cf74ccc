"""A text as the words, numbers and signs that formulas are made of."""

from __future__ import annotations

import re
from typing import NamedTuple

_TOKEN = re.compile(
    r"=>|->|<-|[=!<>]=|[=\u00d7·*^+≈<>≤≥/-]|[$€£]?[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?%?"
    r"|[A-Za-z_][A-Za-z_0-9]*|[()\[\]{}]|[^\s\w]"
)
_SAME = {"\u00d7": "*", "·": "*", "==": "=", "≤": "<=", "≥": ">=", "[": "(", "{": "(", "]": ")", "}": ")"}
EQUAL = frozenset("=≈")
COMPARED = frozenset(("<", ">", "<=", ">=", "!="))
COUNTED = frozenset("*/^+-")
OPERATORS = EQUAL | COMPARED | COUNTED
#: How strongly operators bind; those that only compare bind least.
_STRENGTH = dict.fromkeys(EQUAL | COMPARED, 0) | {"+": 1, "-": 1, "*": 2, "/": 2, "^": 3}
_ATOM = 4
_FUNCTIONS = frozenset(("sqrt", "log", "ln", "exp", "min", "max", "abs", "sum", "avg", "mean", "std"))
_SHORT = 2


class Token(NamedTuple):
    """A word, number or sign in its normal form, and where it stands."""

    word: str
    start: int
    end: int

    @property
    def is_operand(self) -> bool:
        """Whether this is a word or a number."""
        return self.word[0].isalnum() or self.word[0] == "_"

    @property
    def is_symbolic(self) -> bool:
        """Whether this is a number, a short name such as `p1`, or a function, and no word of a sentence."""
        word = self.word
        return word[0].isdigit() or word in _FUNCTIONS or len(word) <= _SHORT or not word.isalpha()


def tokens(text: str) -> list[Token]:
    """Return the tokens of a text, brackets that change nothing left out."""
    found = [Token(_normal(match[0]), match.start(), match.end()) for match in _TOKEN.finditer(text)]
    dropped = _idle_brackets(found)
    return [token for place, token in enumerate(found) if place not in dropped]


def _normal(word: str) -> str:
    if word[0].isdigit() or word[0] in "$€£":
        return word.strip("$€£%").replace(",", "") or word
    return _SAME.get(word) or word.lower()


def _idle_brackets(found: list[Token]) -> set[int]:
    """Return the places of brackets that change nothing; those of a function stay."""
    dropped: set[int] = set()
    opened: list[int] = []
    weakest: list[int] = [_ATOM]
    for place, token in enumerate(found):
        if token.word == "(":
            opened.append(place)
            weakest.append(_ATOM)
        elif token.word == ")" and opened:
            start, inner = opened.pop(), weakest.pop()
            if _changes_nothing(found, start, place, inner):
                dropped.update((start, place))
                weakest[-1] = min(weakest[-1], inner)
        elif token.word in OPERATORS:
            weakest[-1] = min(weakest[-1], _STRENGTH.get(token.word, 0))
    return dropped


def _changes_nothing(found: list[Token], start: int, end: int, inner: int) -> bool:
    """Tell whether what stands in brackets binds more strongly than what stands around them."""
    before = found[start - 1] if start else None
    after = found[end + 1].word if end + 1 < len(found) else ""
    if before is None:
        return inner >= _STRENGTH.get(after, -1)
    return not before.is_operand and inner > _STRENGTH.get(before.word, -1) and inner >= _STRENGTH.get(after, -1)
