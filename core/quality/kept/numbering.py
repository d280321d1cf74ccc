"""Numbers that only number something: items of a list, steps, sections, figures, citations."""

from __future__ import annotations

import re

_ITEM = re.compile(r"[0-9][0-9]?[.)] (?=[^\s0-9]|[0-9]+[A-Za-z])")
_BEFORE_ITEM = frozenset('.:;!?)"-*([|')
#: A section number: `2.1 Overview` behind the end of a sentence.
_SECTION = re.compile(r"[0-9][0-9]?\.[0-9]{1,2}\.? [A-Z]")
_LABELED = (
    "step section chapter part phase tier level stage figure fig table option example case scenario"
    " web no number item point question note rule type page principle lesson module appendix annex article"
    " footnote generation gen track class series strategy method factor reason tip"
)
_LABELS = frozenset(_LABELED.split())
_WORD_BEFORE = re.compile(r"([A-Za-z]+)[ #.-]{0,2}\Z")
_LOOKED_BACK = 16


def list_numbers(text: str) -> frozenset[int]:
    """Return the places of the numbers of list items and sections.

    `2. Risks` is an item behind the end of a sentence or a URL, or where it goes on counting; a sentence that ends
    with a number (`rose by 50. The`) is not one.
    """
    places = set()
    last = 0
    for match in _ITEM.finditer(text):
        number, start = int(match[0][:-2]), match.start()
        before = text[start - 1] if start else " "
        if before.isalnum() or before in ".,$€£%":
            continue
        end_before = text[max(0, start - 2) : start].strip()
        if number in {1, last + 1} or not end_before or end_before[-1] in _BEFORE_ITEM:
            places.add(start)
            last = number
    return frozenset(places)


def numbers_a_section(text: str, start: int) -> bool:
    """Tell whether `2.1 Overview` begins at `start`, at the beginning of a paragraph or behind a sentence."""
    if _SECTION.match(text, start) is None:
        return False
    before = text[max(0, start - 2) : start].strip()
    return not before or before[-1] in _BEFORE_ITEM


def label_before(text: str, start: int) -> str | None:
    """Return the word of `Step 2` or `version 3` before a number at `start`, `cited` for `[1]`, or None."""
    if text[start - 1 : start] in {"[", "#"}:
        return "cited"
    found = _WORD_BEFORE.search(text[max(0, start - _LOOKED_BACK) : start])
    if found is None:
        return None
    word = found[1].lower()
    return word if word in _LABELS else None
