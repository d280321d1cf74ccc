"""One line of a result file, in any of the forms the provider has been seen to write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

UNREADABLE = (ValueError, RecursionError)
"""All that decoding bytes or text of unknown origin raises; msgspec's errors and Unicode's are ValueErrors."""

_ENDED_WELL = frozenset({"", "STOP", "FINISH_REASON_UNSPECIFIED"})
_DIGITS = 15


class Row(msgspec.Struct, frozen=True):
    """What one result line says; an empty text stands for what it does not say.

    `texts` holds one text a candidate, thoughts left out. `finish` is the first finish reason that is not STOP,
    `blocked` the prompt's block reason, `error` the provider's error as `13: message`. Counts are tokens.
    """

    key: str | None
    texts: tuple[str, ...]
    finish: str
    blocked: str
    error: str
    model: str
    input_tokens: int
    output_tokens: int


def read_row(line: bytes) -> Row | None:
    """Return what the line says, or None when it is not a JSON object in UTF-8. Never raises."""
    try:
        row = msgspec.json.decode(line)
    except UNREADABLE:
        return None
    if not isinstance(row, dict):
        return None
    response = _object(row, "response")
    candidates = [c for c in _list(response, "candidates") if isinstance(c, dict)]
    usage = _object(response, "usageMetadata", "usage_metadata")
    return Row(
        key=_text(row, "key") or _text(_object(row, "metadata"), "key") or None,
        texts=tuple("".join(_spoken(candidate)) for candidate in candidates),
        finish=next((f for f in map(_finish, candidates) if f not in _ENDED_WELL), ""),
        blocked=_block_reason(response),
        error=_error(row.get("error")) or _error(row.get("status")),
        model=_text(response, "modelVersion", "model_version"),
        input_tokens=tokens_in(usage, "promptTokenCount", "prompt_token_count"),
        output_tokens=tokens_in(usage, "candidatesTokenCount", "candidates_token_count")
        + tokens_in(usage, "thoughtsTokenCount", "thoughts_token_count"),
    )


def _spoken(candidate: dict[str, object]) -> Iterator[str]:
    for part in _list(_object(candidate, "content"), "parts"):
        if isinstance(part, dict) and not part.get("thought"):
            yield _text(part, "text")


def _finish(candidate: dict[str, object]) -> str:
    return _text(candidate, "finishReason", "finish_reason")


def _block_reason(response: dict[str, object]) -> str:
    feedback = _object(response, "promptFeedback", "prompt_feedback")
    reason = _text(feedback, "blockReason", "block_reason")
    return "" if reason == "BLOCK_REASON_UNSPECIFIED" else reason


def _error(value: object) -> str:
    """Return `code: message` of an error or status object, "" where there is none or it says that all is well."""
    if isinstance(value, str):
        return "" if value.upper() in {"", "OK"} else value
    if not isinstance(value, dict) or not value:
        return ""
    code, message = value.get("code"), _text(value, "message") or _text(value, "status")
    if not isinstance(code, int | str) or (isinstance(code, int) and abs(code) >= 10**_DIGITS):
        return message
    return "" if code in {0, "0"} else f"{code}: {message or 'no message'}"


def _value(holder: dict[str, object], names: tuple[str, ...]) -> object:
    return next((holder[name] for name in names if name in holder), None)


def _object(holder: dict[str, object], *names: str) -> dict[str, object]:
    value = _value(holder, names)
    return value if isinstance(value, dict) else {}


def _list(holder: dict[str, object], *names: str) -> list[object]:
    value = _value(holder, names)
    return value if isinstance(value, list) else []


def _text(holder: dict[str, object], *names: str) -> str:
    value = _value(holder, names)
    return value if isinstance(value, str) else ""


def tokens_in(usage: dict[str, object], *names: str) -> int:
    """Return a count, which the provider writes as a number or as a string of digits; 0 for anything else."""
    value = _value(usage, names)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _DIGITS:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**_DIGITS else 0
