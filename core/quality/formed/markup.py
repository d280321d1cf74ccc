"""Marks that come in pairs and did not: bold text, links, formulas."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.quality.findings import shown
from core.quality.formed.against_source import against_source
from core.quality.formed.code import outside_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.quality.findings import After, Before, QualityFinding, Terms

_POWER = re.compile(r"(?<=[\w)\]]) ?\*\* ?(?=[\d(])|(?<=\w)\*\*(?=\w)|^[ \t]*\*{3,}[ \t]*$|\*{4,}", re.MULTILINE)
_PARAGRAPH = re.compile(r"\n[ \t]*\n")
_LINK = re.compile(r"\]\(")
_TARGET = re.compile(r"\]\(<?(?:[^()\s]|\([^()\s]{0,200}\)){1,2000}>?(?:\s+[\"'(][^\n]{0,200}?[\"')])?\s?\)")
_COMMAND = re.compile(r"\\[a-zA-Z]{2,20}\{")
_BRACES = re.compile(r"\\[{}]|[{}]")
_FORMULA_MARKS = (("\\(", "\\)"), ("\\[", "\\]"), ("\\begin{", "\\end{"), ("\\left", "\\right"))
_LEFT_RIGHT = re.compile(r"\\(left|right)(?:harpoon|arrow|squig|leftarrow|rightarrow)\w*")
_LOOK = 60


def bold_unbalanced(before: Before, after: After, _terms: Terms) -> Iterator[QualityFinding]:
    """Find a paragraph in which bold text begins and does not end."""
    yield from against_source("bold-unbalanced", _bold, before, after)


def link_broken(before: Before, after: After, _terms: Terms) -> Iterator[QualityFinding]:
    """Find a link whose address is empty or has no closing bracket."""
    yield from against_source("link-broken", _links, before, after)


def formula_unbalanced(before: Before, after: After, _terms: Terms) -> Iterator[QualityFinding]:
    """Find formulas with a delimiter, an environment or a brace that is opened and not closed, or the reverse."""
    yield from against_source("formula-unbalanced", _formulas, before, after)


def _bold(text: str) -> list[str]:
    if "**" not in text:
        return []
    paragraphs = _PARAGRAPH.split(_POWER.sub("", outside_code(text)))
    return [
        f"bold text begins and does not end: “{shown(each[each.rfind('**') :])}”"
        for each in paragraphs
        if each.count("**") % 2
    ]


def _links(text: str) -> list[str]:
    if "](" not in text:
        return []
    prose = outside_code(text)
    return [
        f"a link has no address or no end: “{shown(prose[max(0, found.start() - 20) : found.start() + _LOOK])}”"
        for found in _LINK.finditer(prose)
        if not _TARGET.match(prose, found.start())
    ]


def _formulas(text: str) -> list[str]:
    if "\\" not in text and "$$" not in text:
        return []
    prose = _LEFT_RIGHT.sub("", outside_code(text).replace("\\\\", " "))
    seen = [
        f"{opening} stands {prose.count(opening)} times and {closing} {prose.count(closing)} times"
        for opening, closing in _FORMULA_MARKS
        if prose.count(opening) != prose.count(closing)
    ]
    if prose.count("$$") % 2:
        seen.append(f"$$ stands {prose.count('$$')} times")
    if found := _open_brace(prose):
        seen.append(found)
    return seen


def _open_brace(prose: str) -> str | None:
    """Find the first command whose argument has no closing brace in the 2,000 characters behind it."""
    for found in _COMMAND.finditer(prose):
        depth = 0
        for brace in _BRACES.finditer(prose, found.end() - 1, found.end() + 2_000):
            depth += {"{": 1, "}": -1}.get(brace[0], 0)
            if not depth:
                break
        if depth:
            return f"a brace is opened and not closed: “{shown(prose[found.start() : found.start() + _LOOK])}”"
    return None
