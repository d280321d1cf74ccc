"""Shapes of an SVG picture as text; words in them are escaped, numbers have one form."""

from __future__ import annotations

from html import escape

from core.one_line import one_line

#: Characters of a label that fit beside a bar.
LABEL = 30


def number(value: float) -> str:
    """Return a coordinate to a tenth, without a needless point."""
    return f"{value:.1f}".removesuffix(".0") if round(value, 1) else "0"


def rect(x: float, y: float, width: float, height: float, style: str, tip: str = "") -> str:  # noqa: PLR0913, PLR0917 - a rectangle
    """Return a rectangle of a style class; `tip` is what a pointer over it shows."""
    box = f'x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}"'
    return (
        f'<rect {box} class="{style}"><title>{words(tip)}</title></rect>'
        if tip
        else f'<rect {box} class="{style}"/>'
    )


def label(x: float, y: float, text: str, style: str = "label") -> str:
    """Return words at a place; the style class says from where they are aligned."""
    return f'<text x="{number(x)}" y="{number(y)}" class="{style}">{words(text)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, style: str = "axis") -> str:
    """Return a line."""
    ends = f'x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" y2="{number(y2)}"'
    return f'<line {ends} class="{style}"/>'


def words(text: str) -> str:
    """Return text for the inside of an element."""
    return escape(one_line(text))


def short(text: str) -> str:
    """Return text that fits beside a bar."""
    flat = one_line(text)
    return flat if len(flat) <= LABEL else f"{flat[: LABEL - 1]}…"


def legend(kinds: list[tuple[str, str]], y: float, x: float = 0) -> str:
    """Return the styles of a chart with their names, in a row."""
    parts = []
    for style, name in kinds:
        parts += [rect(x, y - 10, 12, 12, style), label(x + 18, y, name)]
        x += 18 + 7.2 * len(name) + 22
    return "".join(parts)
