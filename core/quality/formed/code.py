"""The code blocks of a text, and the text without them."""

from __future__ import annotations

import re

_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[ \t]*([^\n`]*)$", re.MULTILINE)
_INLINE = re.compile(r"(`{1,2})(?!`)[^`\n]{1,400}\1")


def fences(text: str) -> list[re.Match[str]]:
    """Return the lines that open or close a code block, in order; group 2 is what stands behind the marks."""
    return list(_FENCE.finditer(text)) if "```" in text or "~~~" in text else []


def with_code_blanked(text: str) -> str:
    """Return the text with an x in place of each piece of code within a line."""
    return _INLINE.sub("`x`", text) if "`" in text else text


def outside_code(text: str) -> str:
    """Return the text without its code blocks, an unclosed one up to the end, and without code within lines."""
    lines = fences(text)
    if lines:
        parts, begin = [], 0
        for opening, closing in zip(lines[::2], [*lines[1::2], None], strict=False):
            parts.append(text[begin : opening.start()])
            begin = len(text) if closing is None else closing.end()
        parts.append(text[begin:])
        text = "".join(parts)
    return _INLINE.sub("", text) if "`" in text else text
