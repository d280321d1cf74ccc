"""HTML in a text that is Markdown: tags, comments and character references."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.quality.formed.against_source import against_source
from core.quality.formed.code import outside_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.quality.findings import After, Before, QualityFinding, Terms

_NAMES = (
    "a|abbr|article|b|blockquote|body|br|button|center|code|dd|details|div|dl|dt|em|font|footer|form|h[1-6]|head|header"
    "|hr|html|i|iframe|img|input|kbd|label|li|link|main|mark|meta|nav|ol|option|p|pre|s|script|section|select|small"
    "|span|strong|style|sub|summary|sup|svg|table|tbody|td|textarea|tfoot|th|thead|title|tr|u|ul|video"
)
_TAG = re.compile(rf"</?(?:{_NAMES})(?:\s[^<>\n]{{0,300}}|/)?>|<!--|<!doctype\b|<br\b", re.IGNORECASE)
_REFERENCE = re.compile(
    r"&(?:nbsp|amp|lt|gt|quot|apos|ndash|mdash|hellip|bull|copy|euro|times|[lr][sd]quo|#\d{2,6}|#x[0-9a-fA-F]{2,5});"
)


def html(before: Before, after: After, _terms: Terms) -> Iterator[QualityFinding]:
    """Find tags, comments and character references outside code."""
    yield from against_source("html", _seen, before, after)


def _seen(text: str) -> list[str]:
    if "<" not in text and "&" not in text:
        return []
    prose = outside_code(text)
    return [f"HTML is left: “{found}”" for found in (*_TAG.findall(prose), *_REFERENCE.findall(prose))]
