"""Makes requests of a content file: texts, objects with a text, tables, or requests as they are."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import msgspec

from core.errors import BadInputError
from core.exchange.rows import UNREADABLE
from core.exchange.verdicts import clause

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Names of the field, or column, that holds what is asked, and of the one that holds the key.
TEXTS, KEYS = ("prompt", "text", "question", "content"), ("key", "id")


def requests_in(content: bytes, suffix: str, name: str) -> list[dict[str, Any]]:
    """Return what the file asks, each as `{"request"}` with a `"key"` where the file has one.

    Raises BadInputError for a file that cannot be read as its name says, or an item that asks nothing.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInputError(f"{name} is not in UTF-8; save it so") from None
    try:
        items = list(FORMATS[suffix](text))
    except (*UNREADABLE, csv.Error) as error:
        raise BadInputError(f"{name} cannot be read as {suffix}: {clause(str(error))}") from None
    return [_request(item, f"item {place} of {name}") for place, item in enumerate(items, 1)]


def _json(text: str) -> Iterable[object]:
    found = msgspec.json.decode(text)
    return found if isinstance(found, list) else [found]


def _jsonl(text: str) -> Iterable[object]:
    return [msgspec.json.decode(line) for line in text.split("\n") if line.strip()]


def _csv(text: str) -> Iterable[object]:
    return csv.DictReader(io.StringIO(text, newline=""))


def _lines(text: str) -> Iterable[object]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _whole(text: str) -> Iterable[object]:
    return [text.strip()] if text.strip() else []


#: How a file is read, by what its name ends in.
FORMATS = {".json": _json, ".jsonl": _jsonl, ".csv": _csv, ".txt": _lines, ".md": _whole}


def _request(item: object, place: str) -> dict[str, Any]:
    if isinstance(item, str):
        return {"request": _asking(item)}
    if not isinstance(item, dict):
        raise BadInputError(f"{place} is neither a text nor an object, so it asks nothing")
    key = next((item[each] for each in KEYS if item.get(each) not in (None, "")), None)
    named = {} if key is None else {"key": str(key)}
    if isinstance(item.get("request"), dict):
        return {**named, "request": item["request"]}
    text = next((item[each] for each in TEXTS if isinstance(item.get(each), str) and item[each].strip()), None)
    if text is None:
        raise BadInputError(f"{place} has none of {', '.join(TEXTS)}, so it asks nothing")
    return {**named, "request": _asking(text)}


def _asking(text: str) -> dict[str, Any]:
    return {"contents": [{"role": "user", "parts": [{"text": text}]}]}
