"""Text that was damaged on its way: read in the wrong encoding, or with characters that no text has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.screening.subject import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.screening.subject import Limits, Subject

_REPLACEMENT = "\ufffd"


def _as_read(first: int, last: int) -> str:
    """Return the characters that the bytes `first` to `last` become when read as Latin-1 or as Windows-1252."""
    raw = bytes(range(first, last + 1))
    return re.escape("".join(sorted({*raw.decode("latin-1"), *raw.decode("cp1252", "ignore")})))


_NEXT = _as_read(0x80, 0xBF)

#: What UTF-8 looks like when it was read as Windows-1252 or Latin-1: a lead byte and as many others as it needs.
#: Two characters may be honest text (a quote after “MAÇÃ”, a “CAFÉ™”), so the second must be no quote, dash,
#: space or, but after Ã, such a sign; or a letter must follow.
_PUNCTUATION = r"(?<![\u2010-\u203a\xa0\xab\xbb])"
_SIGN = r"(?<![\u2122®©°¹²³¼½¾])"
_MISREAD = re.compile(
    rf"Ã[{_NEXT}]{_PUNCTUATION}|[{_as_read(0xC4, 0xDF)}][{_NEXT}]{_PUNCTUATION}{_SIGN}"
    rf"|[{_as_read(0xC3, 0xDF)}][{_NEXT}](?=[a-zà-ÿ])|Â[\x80-\xbf]"
    rf"|[{_as_read(0xE0, 0xEF)}][{_NEXT}]{{2}}|[{_as_read(0xF0, 0xF4)}][{_NEXT}]{{3}}"
)
_ODD = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff\ue000-\uf8ff]")
_CONTROLS = bytes({*range(32), 127} - set(b"\t\n\f\r"))


def mojibake(pair: Subject, _limits: Limits) -> str | None:
    """Find UTF-8 that was read as Latin-1 or Windows-1252, once or twice, and the mark of a lost character."""
    for text in _beyond_ascii(pair):
        at = text.find(_REPLACEMENT)
        if at >= 0:
            return f"{text.count(_REPLACEMENT)} characters are lost (U+FFFD): {quoted(text, at, at + 1)}"
        found = _MISREAD.search(text)
        if found:
            return quoted(text, *found.span())
    return None


def control_characters(pair: Subject, _limits: Limits) -> str | None:
    """Find control characters other than tab and line ends, half characters, and code points of no meaning."""
    for name, text in (("question", pair.question), ("answer", pair.answer)):
        if text.isascii():
            raw = text.encode()
            if len(raw.translate(None, _CONTROLS)) == len(raw):
                continue
        found = _ODD.search(text)
        if found:
            count = len(_ODD.findall(text))
            return f"the {name} holds {count} such characters, the first is U+{ord(found[0]):04X}"
    return None


def _beyond_ascii(pair: Subject) -> Iterable[str]:
    return (text for text in (pair.answer, pair.question) if not text.isascii())
