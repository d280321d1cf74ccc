"""Code fences that a model put around its answer, or opened and never closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.quality.findings import shown
from core.quality.formed.against_source import against_source
from core.quality.formed.code import fences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.quality.findings import After, Before, QualityFinding, Terms

#: What stands behind the marks of a fence that wraps an answer; a programming language means code.
_WRAPPERS = frozenset({"", "json", "markdown", "md", "text", "txt", "plaintext", "html"})
_PAIR_OF_MARKS = 2


def fence_around(before: Before, after: After, _terms: Terms) -> Iterator[QualityFinding]:
    """Find a fence around the whole text, or the JSON that stood in it."""
    yield from against_source("fence-around", _around, before, after)


def fence_unbalanced(before: Before, after: After, _terms: Terms) -> Iterator[QualityFinding]:
    """Find a code block that is opened and not closed, or closed and not opened."""
    yield from against_source("fence-unbalanced", _unbalanced, before, after)


def _around(text: str) -> list[str]:
    whole = text.strip()
    if whole.startswith(('{"', '[{"', '{\n  "')):
        return [f"JSON stands where a text should stand: “{shown(whole)}”"]
    lines = fences(whole)
    if not lines or lines[0].start() or lines[0][2].strip().lower() not in _WRAPPERS:
        return []
    if len(lines) == 1 or lines[-1].end() == len(whole):
        return [f"the text begins with a code fence: “{shown(whole)}”"]
    return []


def _unbalanced(text: str) -> list[str]:
    count = text.count("```") if "```" in text else 0
    if count % _PAIR_OF_MARKS == 0:
        return []
    at = text.rfind("```")
    return [f"{count} code fence{'s' if count > 1 else ''}, the last is “{shown(text[at : at + 40])}”"]
