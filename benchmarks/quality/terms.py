"""Damage to the terms of the glossary."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from benchmarks.quality.damage import Damage, Pair, outside_urls
from core.quality.kept.glossary import Entry, default_glossary

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

_ENTRIES = default_glossary()


@cache
def everywhere(entry: Entry) -> re.Pattern[str]:
    """Return a pattern for every form of an entry, with hyphens or blanks, in singular or plural."""
    forms = sorted((*entry.forms, *entry.symbols, *entry.exact), key=len, reverse=True)
    return re.compile("|".join(_anywhere(form, exact=form in entry.exact) for form in forms))


def _anywhere(form: str, *, exact: bool) -> str:
    spaced = re.sub(r"(?:\\[ -]|[ -])", "[ -]", re.escape(form))
    flag = "" if exact or (form.isupper() and len(form) <= 6) else "(?i:"  # noqa: PLR2004 - an acronym
    if form.endswith("y"):
        spaced = f"{spaced[:-1]}(?:y|ies)"
    return f"(?<![A-Za-z0-9]){flag}{spaced}(?:s|es)?{')' if flag else ''}(?![A-Za-z0-9])"


@lru_cache(maxsize=1 << 12)
def standing(pair: Pair) -> list[Entry]:
    """Return the entries of which a form stands in a pair, outside of URLs."""
    text = f"{pair.question}\n{pair.answer}"
    lowered = text.lower()
    return [
        entry
        for entry in _ENTRIES
        if any(first in lowered for first in _firsts(entry)) and outside_urls(everywhere(entry), text)
    ]


@cache
def _firsts(entry: Entry) -> list[str]:
    """Return the beginnings of an entry's forms, by which most of the entries are soon left aside."""
    forms = (*entry.forms, *entry.symbols, *entry.exact)
    return [re.split("[ -]", form.lower())[0].removesuffix("y") for form in forms]


def _without(pair: Pair, entry: Entry, new: Callable[[re.Match[str]], str]) -> Pair:
    """Return the pair with every form of an entry exchanged, but in URLs."""
    return Pair(*(_exchanged(text, entry, new) for text in pair))


def _exchanged(text: str, entry: Entry, new: Callable[[re.Match[str]], str]) -> str:
    for match in reversed(outside_urls(everywhere(entry), text)):
        text = text[: match.start()] + new(match) + text[match.end() :]
    return text


def _dropped(rng: Random, pair: Pair, _others: Sequence[Pair]) -> tuple[Pair, Pair] | None:
    found = standing(pair)
    return (pair, _without(pair, rng.choice(found), lambda _: "it")) if found else None


def _replaced(rng: Random, pair: Pair, _others: Sequence[Pair]) -> tuple[Pair, Pair] | None:
    found = standing(pair)
    if not found:
        return None
    other = rng.choice([entry for entry in _ENTRIES if entry not in found])
    return pair, _without(pair, rng.choice(found), lambda _: other.name)


DAMAGES = (
    Damage("a term dropped in all its forms", "kept", _dropped),
    Damage("a term replaced by another one", "kept", _replaced),
)
