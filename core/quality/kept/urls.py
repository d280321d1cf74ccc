"""Addresses of web pages in a text, however they are dressed."""

from __future__ import annotations

import re

from core.quality.kept.mentions import Mention

URL = "url"

_REST = r"[^\s<>\"'`\]|{}\\^]{3,}"
#: The usual form, which is found fast, and every form.
_USUAL = re.compile(f"https?://{_REST}")
_ANY = re.compile(rf"[hHwW](?:[tT]{{2}}[pP][sS]?://|[wW]{{2}}\.){_REST}")
_TRAILING = ".,;:!?*_~"
_SCHEME = re.compile(r"(?:https?://)?(?:www\.)?", re.IGNORECASE)


def urls(text: str) -> list[Mention]:
    """Find the URLs of a text; `http` is `https`, and `www.` and a last slash make no difference."""
    found = []
    usual = text.count("www.") == text.count("://www.") and text.count("://") == text.count("http")
    for match in (_USUAL if usual else _ANY).finditer(text):
        start = match.start()
        end = start + len(_trimmed(match[0]))
        found.append(Mention(URL, (_normal(text[start:end]),), start, end))
    return found


def _trimmed(url: str) -> str:
    """Return a URL without the punctuation and the closing brackets that belong to the sentence around it."""
    cut = url.find("](")
    url = url if cut < 0 else url[:cut]
    unopened = url.count(")") - url.count("(")
    end = len(url)
    while end and (url[end - 1] in _TRAILING or (url[end - 1] == ")" and unopened > 0)):
        unopened -= url[end - 1] == ")"
        end -= 1
    return url[:end]


def _normal(url: str) -> str:
    rest = _SCHEME.sub("", url, count=1)
    host, slash, path = rest.partition("/")
    return f"{host.lower()}{slash}{path}".rstrip("/")
