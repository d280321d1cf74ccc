"""Words from outside as one printable line, fit for events, tables and Markdown."""

from __future__ import annotations


def one_line(text: str) -> str:
    """Return `text` on one line: what cannot be printed is a blank, and runs of blanks are one."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
