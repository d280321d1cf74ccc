"""One line of an older batch file: the request's key and the text that it sends."""

from __future__ import annotations

import msgspec

from core.adoption.documents import Members, parse


class SentText(msgspec.Struct, frozen=True, gc=False):
    """What a line sends: its key, if it has one, and the texts of all its parts, one a line."""

    key: str | None
    text: str


def read_request_line(line: str) -> SentText | None:
    """Return what a line sends, None when it is no request. Raises ValueError when it is no JSON."""
    row = parse(line)
    if not isinstance(row, Members):
        return None
    request = row.first("request")
    body = request if isinstance(request, Members) else row
    if not isinstance(body.first("contents"), list):
        return None
    return SentText(_key(row), "\n".join(_texts(body.first("contents"))))


def _key(row: Members) -> str | None:
    metadata = row.first("metadata")
    inner = metadata.first("key") if isinstance(metadata, Members) else None
    return next(
        (each for each in (row.first("key"), inner, row.first("custom_id")) if isinstance(each, str)), None
    )


def _texts(contents: object) -> list[str]:
    contents = contents if isinstance(contents, list) else []
    parts = (content.first("parts") for content in contents if isinstance(content, Members))
    texts = (
        part.first("text")
        for several in parts
        if isinstance(several, list)
        for part in several
        if isinstance(part, Members)
    )
    return [text for text in texts if isinstance(text, str)]
