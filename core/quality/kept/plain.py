"""A text without what only dresses it: Markdown, HTML, LaTeX commands, blanks, and kinds of dashes and quotes."""

from __future__ import annotations

import html
import re

from core.quality.kept.latex import without_latex

#: Stands where a paragraph, a bullet or a heading begins, and between cells; no phrase goes across it.
BREAK = "|"

_FOLDED = {
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-"),
    **dict.fromkeys("\u2014\u2015", " - "),
    **dict.fromkeys("\u2018\u2019\u02bc", "'"),
    **dict.fromkeys("\u201c\u201d", '"'),
    **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad", ""),
    **dict.fromkeys("\u2022\u25cf\u25aa\u2023", f" {BREAK} "),
    **dict.fromkeys("\u22c5\u2219\u2217", "\u00d7"),
    "²": "^2",
    "³": "^3",
    "√": "sqrt",
    "\uff05": "%",
    "\u2044": "/",
}
_TAG = re.compile(r"<(/?[A-Za-z][A-Za-z0-9]{0,9})(?:\s[^<>]{0,200})?/?>")
_INLINE_TAGS = frozenset({"b", "i", "u", "em", "strong", "code", "span", "sub", "sup", "a", "mark", "small"})
_POWER = re.compile(r"(?<![\w*])([A-Za-z]\w?|\))\*\*(?=[0-9])")
_UNDERSCORES = re.compile(r"(?<![A-Za-z0-9])_+|_+(?![A-Za-z0-9])")
_LINE_MARK = re.compile(r"\n[ \t]*(?:[-*+][ \t]|#{1,6}[ \t]|>[ \t]?|\||\n)")


def plain(text: str) -> str:
    """Return what a text says on one line, with `|` where a new paragraph or item begins."""
    if not text.isascii():
        for char in _FOLDED.keys() & set(text):
            text = text.replace(char, _FOLDED[char])
    if "<" in text:
        text = _TAG.sub(_tag, text)
    if "&" in text:
        text = html.unescape(text)
    if "\\" in text:
        text = without_latex(text)
    if "*" in text:
        text = _POWER.sub(r"\1^", text).replace("**", "")
    if "`" in text:
        text = text.replace("`", "")
    if "_" in text:
        text = _UNDERSCORES.sub("", text)
    if "\n" in text:
        text = _LINE_MARK.sub(f" {BREAK} ", f"\n{text}")
    return " ".join(text.split())


def _tag(found: re.Match[str]) -> str:
    return "" if found[1].lstrip("/").lower() in _INLINE_TAGS else f" {BREAK} "
