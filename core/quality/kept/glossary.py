"""Glossaries: the terms of a field with their other forms, as the project ships them and as users extend them."""

from __future__ import annotations

from importlib import resources

import msgspec

from core.errors import BadInputError
from core.one_line import one_line

_LONGEST = 80
_COMMENT = "#"
_BETWEEN = "|"
_SYMBOL = "$"
_EXACT = "="
_SHOWN = 60


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One term: its forms, the canonical one first.

    `symbols` stand for it in capitals only (`$BTC` in the file), `exact` words as they are written (`=Curve`).
    """

    forms: tuple[str, ...]
    symbols: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The term as it is told."""
        return (*self.forms, *self.exact, *self.symbols)[0]


def default_glossary() -> tuple[Entry, ...]:
    """Return the glossary of DeFi and trading that the program ships."""
    text = resources.files("core.quality.kept").joinpath("glossary.txt").read_text(encoding="utf-8")
    return parse_glossary(text, "glossary.txt")


def parse_glossary(text: str, name: str) -> tuple[Entry, ...]:
    """Read a glossary: one entry a line, forms divided by `|`, `#` before a comment.

    `$BTC` is a symbol, and `=Curve` a word that counts only as it is written.

    Raises BadInputError that names the file as `name`, and the line of the first entry that cannot be used.
    """
    entries = []
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith(_COMMENT):
            continue
        forms = tuple(one_line(form) for form in line.split(_BETWEEN))
        for form in forms:
            problem = _problem(form, lines.get(form.casefold()))
            if problem:
                raise BadInputError(f"{name}, line {number}: {problem}; write forms of one term divided by |")
            lines[form.casefold()] = number
        entries.append(_entry(forms))
    return tuple(entries)


def _problem(form: str, line: int | None) -> str | None:
    bare = form.removeprefix(_SYMBOL).removeprefix(_EXACT)
    if not any(map(str.isalnum, bare)):
        return "a form has no letter and no digit" if form else "a form is empty"
    if len(form) > _LONGEST:
        return f"a form has {len(form)} characters, more than {_LONGEST}: “{form[:_SHOWN]}…”"
    if form[0] == _SYMBOL and not (bare.isalnum() and bare.isascii() and bare.upper() == bare):
        return f"“{form}” is not a symbol in capitals and digits"
    if form[0] == _EXACT and not (bare.isalnum() and bare.isascii()):
        return f"“{form}” is not one word"
    return f"“{form}” stands in line {line} already" if line is not None else None


def _entry(forms: tuple[str, ...]) -> Entry:
    return Entry(
        tuple(form for form in forms if form[0] not in (_SYMBOL, _EXACT)),
        tuple(form[1:] for form in forms if form[0] == _SYMBOL),
        tuple(form[1:] for form in forms if form[0] == _EXACT),
    )


def extended(entries: tuple[Entry, ...], more: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Return a glossary with the entries of another; an entry that shares a form with one gives it its forms."""
    joined = list(entries)
    places = {word.casefold(): place for place, entry in enumerate(entries) for word in _words(entry)}
    for entry in more:
        place = next((places[word.casefold()] for word in _words(entry) if word.casefold() in places), None)
        if place is None:
            place = len(joined)
            joined.append(entry)
        else:
            joined[place] = _both(joined[place], entry)
        places.update(dict.fromkeys((word.casefold() for word in _words(entry)), place))
    return tuple(joined)


def _words(entry: Entry) -> tuple[str, ...]:
    marked = (*(f"{_SYMBOL}{each}" for each in entry.symbols), *(f"{_EXACT}{each}" for each in entry.exact))
    return (*entry.forms, *marked)


def _both(one: Entry, other: Entry) -> Entry:
    return Entry(
        tuple(dict.fromkeys((*one.forms, *other.forms))),
        tuple(dict.fromkeys((*one.symbols, *other.symbols))),
        tuple(dict.fromkeys((*one.exact, *other.exact))),
    )
