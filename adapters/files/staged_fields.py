"""From the JSON of a staged file to typed pairs and claims, with a sentence for everything that does not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.planning.staged import ERROR, WARNING, SourceHeader, StagedPair

if TYPE_CHECKING:
    from collections.abc import Callable

    #: Takes the code, the severity and the sentence of a problem.
    Complain = Callable[[str, str, str], None]


def pair_of(found: Any, ordinal: int, complain: Complain) -> StagedPair | None:  # noqa: ANN401 - any JSON value
    """Return the usable pair, or None after a complaint that makes it unusable."""
    if type(found) is not dict:
        complain("not-a-pair", ERROR, f"is {_kind(found)} and not an object with question and answer")
        return None
    question = _text(found, "question", complain)
    answer = _text(found, "answer", complain)
    if question is None or answer is None:
        return None
    get = found.get
    return StagedPair(
        ordinal,
        question,
        answer,
        _name(get("topic"), "topic", complain),
        _name(get("indicator"), "indicator", complain),
        _name(get("category"), "category", complain),
        _name(get("created_date"), "created_date", complain),
        _number(get("session"), "session", complain),
        _number(get("pair_number"), "pair_number", complain),
    )


def header_of(fields: dict[str, Any], complain: Complain) -> SourceHeader:
    """Return what the file says about itself; a field that cannot be read counts as unsaid, after a complaint."""
    rate = fields.get("success_rate")
    return SourceHeader(
        session=_number(fields.get("session"), "session", complain, ERROR),
        indicator=_name(fields.get("indicator"), "indicator", complain),
        category=_name(fields.get("category"), "category", complain),
        claimed=_number(fields.get("total_pairs"), "total_pairs", complain, ERROR),
        queries_executed=_number(fields.get("queries_executed"), "queries_executed", complain),
        success_rate=None if rate is None else str(rate),
    )


def _text(found: dict[str, Any], name: str, complain: Complain) -> str | None:
    value = found.get(name)
    if type(value) is not str:
        if value is None:
            complain(f"{name}-missing", ERROR, f"has no {name}")
        else:
            complain(f"{name}-not-text", ERROR, f"has {_kind(value)} as its {name}, not a text")
        return None
    if not value or value.isspace():
        complain(f"{name}-missing", ERROR, f"has an empty {name}")
        return None
    return value if _encodable(value, name, complain) else None


def _encodable(value: str, name: str, complain: Complain) -> bool:
    """Complain about half a surrogate pair, which JSON can escape but no text file can hold."""
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            complain(f"{name}-not-text", ERROR, f"has a {name} with half a character (a lone surrogate)")
            return False
    return True


def _name(value: Any, name: str, complain: Complain) -> str | None:  # noqa: ANN401 - any JSON value
    if value is None or value == "":
        return None
    if type(value) is not str:
        complain("odd-field", WARNING, f"has {_kind(value)} as its {name}, which is left out")
        return None
    return value if _encodable(value, name, complain) else None


def _number(value: Any, name: str, complain: Complain, severity: str = WARNING) -> int | None:  # noqa: ANN401 - the same
    """Read a whole number, also one written as text or with a fraction of zero."""
    if value is None or type(value) is int:
        return value
    if isinstance(value, str) and value.strip().isdecimal():
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    shown = repr(value) if isinstance(value, str) else _kind(value)
    complain("odd-field", severity, f"has {shown} as its {name}, not a whole number")
    return None


def _kind(value: Any) -> str:  # noqa: ANN401 - any JSON value
    if value is None:
        return "null"
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}
    return kinds.get(type(value), "a number")
