"""The prose of an answer: its sentences without markup, code, formulas and addresses."""

from __future__ import annotations

import re

_FENCED = re.compile(r"^[ \t]*(```|~~~).*?(?:^[ \t]*\1[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")
_FORMULA = re.compile(
    r"\$\$.{1,2000}?\$\$|\\\[.{1,2000}?\\\]|\\\(.{1,2000}?\\\)|(?<![\\$\w])\$(?=[^\s$\d])[^$\n]{0,300}?(?<=[^\s\\])\$(?![\w$])",
    re.DOTALL,
)
_LINK = re.compile(r"!?\[([^\]\n]{0,300})\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?: \"[^\"\n]*\")?\)")
_ADDRESS = re.compile(
    r"<?\b(?:https?://|www\.)[^\s<>\"”)]+[^\s<>\"”).,;:!?]/?>?|\b[\w.+-]{1,64}@[\w-]{1,64}\.[\w.]{1,64}\b"
)
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,200}>|&(?:[a-z]{2,8}|#\d{1,6});")
_TABLE = re.compile(r"^[ \t]*\|.*$|^[ \t]*[-=*_]{3,}[ \t]*$", re.MULTILINE)

#: Lists may stand on lines of their own or, as staged answers have them, one behind the other on a single line.
_ON_ONE_LINE = re.compile(r"(?<=[.:;!?)\"”]) +(?=[-*•\u2013] \S|\d{1,2}[.)] [A-Z\"“*]|[a-z][.)] [A-Z])")
_MARKER = re.compile(
    r"^[ \t]*(?:>[ \t]?)*(?:#{1,6}[ \t]+|[-*+•\u2013][ \t]+|(?:\d{1,3}|[A-Za-z])[.)][ \t]+)*", re.MULTILINE
)
_EMPHASIS = re.compile(r"(?<!\w)[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?!\w)|~~|\*\*")
_EMPTY = re.compile(r"\(\s*\)|\[\s*\]|“\s*”")
_BLANKS = re.compile(r"[ \t\u00a0]+")
_END = re.compile(r"(?<=[.!?])[\"'”\u2019)]*\s+(?=[\"'“(]?[A-Z0-9])")
_LONGEST = 2_000
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")


def paragraphs(text: str) -> list[str]:
    """Return the prose of a Markdown text, one line a paragraph, heading or list item, each with a capital.

    Code, formulas, tables, HTML tags, web and mail addresses are gone, of a link its words stay. A list marker
    ends the line before it also where the text has no line breaks.
    """
    if "```" in text or "~~~" in text:
        text = _FENCED.sub("\n", text)
    if "`" in text:
        text = _CODE.sub("", text)
    if "$" in text or "\\" in text:
        text = _FORMULA.sub("", text)
    if "](" in text:
        text = _LINK.sub(r"\1", text)
    if "<" in text or "&" in text:
        text = _TAG.sub(" ", text)
    text = _ADDRESS.sub("", text)
    text = _ON_ONE_LINE.sub("\n", _TABLE.sub("", text))
    text = _EMPTY.sub("", _EMPHASIS.sub("", _MARKER.sub("", text)))
    lines = (_BLANKS.sub(" ", line).strip() for line in text.splitlines())
    return [
        line if line[0].isupper() or at == 0 else line[0].upper() + line[1:]
        for at, line in enumerate(filter(_WORD.search, lines))
    ]


def sentences(lines: list[str]) -> list[str]:
    """Return the sentences of paragraphs; one does not go on over the end of a line, nor over 2,000 characters."""
    return [
        part
        for line in lines
        for sentence in _END.split(line)
        for part in (sentence[begin : begin + _LONGEST] for begin in range(0, len(sentence), _LONGEST))
        if _WORD.search(part)
    ]


def words(text: str) -> list[str]:
    """Return the words of prose as they stand; numbers are none."""
    return _WORD.findall(text)
