"""How the emulator reads proto-JSON: both spellings of a field, text in single quotes, the request's texts."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import msgspec

Message = dict[str, Any]
"""A decoded JSON object."""

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'', re.DOTALL)
_decode = msgspec.json.Decoder().decode


def read_json(body: bytes) -> object:
    """Decode a request's body, whose strings may stand in single quotes, as in Google's own curl commands.

    Raises msgspec.DecodeError or UnicodeDecodeError for what is no JSON either way.
    """
    try:
        return _decode(body)
    except msgspec.DecodeError:
        if b"'" not in body:
            raise
        return _decode(_STRING.sub(_in_double_quotes, body.decode()))


def _in_double_quotes(string: re.Match[str]) -> str:
    text = string.group()
    if text.startswith('"'):
        return text
    return '"' + text[1:-1].replace("\\'", "'").replace('"', '\\"') + '"'


@lru_cache(maxsize=4096)
def camel(name: str) -> str:
    """Return a field's name in camelCase, whichever way it was written."""
    head, *rest = name.split("_")
    return head + "".join(word[:1].upper() + word[1:] for word in rest)


@lru_cache(maxsize=4096)
def snake(name: str) -> str:
    """Return a field's camelCase name in snake_case."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def field(message: object, name: str) -> Any:  # noqa: ANN401 - JSON can hold anything
    """Return a field by its camelCase name, however it is spelt; None when absent or not an object at all."""
    if not isinstance(message, dict):
        return None
    value = message.get(name)
    return message.get(snake(name)) if value is None else value


def objects(value: object) -> list[Message]:
    """Return the objects of a list, [] for anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text_field(message: object, name: str) -> str:
    """Return a field that should be text, "" when it is absent or something else."""
    value = field(message, name)
    return value if isinstance(value, str) else ""


def texts(request: Message) -> list[str]:
    """Return every text of a request in reading order, the system instruction first."""
    instruction = field(request, "systemInstruction")
    contents = [instruction, *objects(field(request, "contents")), field(request, "content")]
    parts = (part for content in contents for part in objects(field(content, "parts")))
    return [part["text"] for part in parts if isinstance(part.get("text"), str)]


def tokens(characters: int) -> int:
    """Return the tokens of so many characters, four to a token."""
    return -(-characters // 4)
