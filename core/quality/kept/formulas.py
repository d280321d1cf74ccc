"""Formulas in a text, as the operators in them with what stands on either side of each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.quality.kept.formula_tokens import COMPARED, COUNTED, EQUAL, OPERATORS, Token, tokens
from core.quality.kept.mentions import NOTHING, Mention, Mentions, gathered

if TYPE_CHECKING:
    from core.quality.kept.mentions import Key

FORMULA = "formula"

#: Without one of these no formula stands in a text.
_SIGNS = re.compile("[=\u00d7·*^+<>≈≤≥]")
_MOST_BETWEEN = 6
#: A word that begins another clause.
_BEGINNINGS = frozenset(("where", "with", "and", "for", "if", "is", "when", "so", "which", "then"))
_OVER_WORDS = r"above|over|greater than|more than|higher than|exceeds|exceeding"
_UNDER_WORDS = r"below|under|less than|lower than"
_IN_WORDS = re.compile(rf"\b(?:({_OVER_WORDS})|{_UNDER_WORDS}) [$€£]?([0-9][0-9,]*(?:\.[0-9]+)?)", re.IGNORECASE)


def formulas(text: str) -> Mentions:
    r"""Find the formulas of a text; a mention is one operator, and spans the formula that it belongs to.

    An operator is known by its neighbours, so `x * y = k`, `x·y=k` and `\(x \cdot y = k\)` say the same. A bare
    `=` between a word and a value is not a formula but a sentence.
    """
    if _SIGNS.search(text) is None:
        return NOTHING
    return gathered(_found(text))


def known_formulas(text: str) -> Mentions:
    """Find what a refinement says of formulas, comparisons in words (`above 70`) included."""
    compared = [
        Mention(FORMULA, ((">" if match[1] else "<", match[2].replace(",", "")),), *match.span(), firm=False)
        for match in _IN_WORDS.finditer(text)
    ]
    return gathered([*_found(text), *compared])


def _found(text: str) -> list[Mention]:
    read = tokens(text)
    places = [place for place in range(1, len(read) - 1) if read[place].word in OPERATORS and _joins(read, place)]
    mentions: list[Mention] = []
    chain: list[int] = []
    for place in places:
        if chain and not _connected(read, chain[-1], place):
            mentions += _mentions(read, chain)
            chain = []
        chain.append(place)
    return mentions + _mentions(read, chain) if chain else mentions


def _joins(read: list[Token], place: int) -> bool:
    """Tell whether an operator has operands and is not a hyphen, a bullet, or the sign of `10+`."""
    left, sign, right = read[place - 1 : place + 2]
    if not (left.is_operand or left.word == ")") or not (right.is_operand or right.word == "("):
        return False
    spaced = sign.start > left.end
    if spaced != (right.start > sign.end) and sign.word not in EQUAL:
        return False
    if sign.word != "-":
        return True
    if not spaced and left.word != ")" and right.word != "(":
        return False
    return (_countable(left) and _countable(right)) or (spaced and _inside_brackets(read, place))


def _countable(token: Token) -> bool:
    return token.word in {"(", ")"} or token.is_symbolic


def _inside_brackets(read: list[Token], place: int) -> bool:
    near = [token.word for token in read[max(0, place - _MOST_BETWEEN) : place] if token.word in {"(", ")"}]
    return near[-1:] == ["("]


def _connected(read: list[Token], one: int, other: int) -> bool:
    between = read[one + 1 : other]
    return len(between) <= _MOST_BETWEEN and all(
        token.word in {"(", ")"} or (token.is_operand and token.word not in _BEGINNINGS) for token in between
    )


def _mentions(read: list[Token], chain: list[int]) -> list[Mention]:
    start, end = read[chain[0] - 1].start, read[chain[-1] + 1].end
    firm = _is_formula(read, chain)
    return [
        Mention(FORMULA, (_key(read, place),), start, end, firm=firm or _is_comparison(read, place))
        for place in chain
    ]


def _is_formula(read: list[Token], chain: list[int]) -> bool:
    """Tell a formula from words: it says what something equals and how it is counted, or counts with symbols."""
    counting = [place for place in chain if read[place].word in COUNTED and not _is_date_or_share(read, place)]
    if any(read[place].word in EQUAL for place in chain):
        return bool(counting)
    return any(_is_symbolic(read, place) for place in counting if read[place].word != "-")


def _is_symbolic(read: list[Token], place: int) -> bool:
    left, sign, right = read[place - 1 : place + 2]
    if sign.word == "/" and sign.start == left.end:
        return False
    return _countable(left) and _countable(right)


def _is_date_or_share(read: list[Token], place: int) -> bool:
    """Tell whether a slash stands in `24/7` or `50/50`, which count nothing."""
    left, sign, right = read[place - 1 : place + 2]
    return sign.word == "/" and sign.start == left.end and left.word.isdigit() and right.word.isdigit()


def _is_comparison(read: list[Token], place: int) -> bool:
    return read[place].word in COMPARED and read[place + 1].word[0].isdigit()


def _key(read: list[Token], place: int) -> Key:
    """Return an operator with its neighbours, and with the brackets between it and them."""
    sign = read[place].word
    left, closed = _neighbour(read, place, -1, ")")
    right, opened = _neighbour(read, place, 1, "(")
    if sign in COMPARED:
        return (sign, right)
    if sign in EQUAL:
        return ("=", left if len(left) == 1 else "", right)
    return (sign, left, closed, opened, right)


def _neighbour(read: list[Token], place: int, step: int, bracket: str) -> tuple[str, bool]:
    near = place + step
    while 0 <= near < len(read) and read[near].word == bracket:
        near += step
    word = read[near].word if 0 <= near < len(read) else ""
    return word, abs(near - place) > 1
