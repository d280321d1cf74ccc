"""Text from data as a part of a Markdown document that it can neither mark up nor leave."""

from __future__ import annotations

import re

from core.one_line import one_line

_MARKUP = re.compile(r"[\\`*_{}\[\]<>()#+\-.!|~&:@=$^]")

#: What some readers of Markdown look for before they heed a backslash.
_ENTITIES = {"<": "&lt;", "&": "&amp;", "|": "&#124;"}


def inline(text: str) -> str:
    """Return text that shows as itself within a line or a table's cell: one line, every sign of markup escaped."""
    return _MARKUP.sub(lambda sign: _ENTITIES.get(sign[0], f"\\{sign[0]}"), one_line(text))
