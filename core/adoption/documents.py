"""JSON of unknown origin, read so that a name that stands twice in an object is seen twice."""

from __future__ import annotations

import json


class Members(list[tuple[str, object]]):
    """The members of a JSON object in order; a name may stand there more than once."""

    def first(self, name: str) -> object:
        """Return the first value of that name, None where there is none."""
        return next((value for key, value in self if key == name), None)


def parse(text: str) -> object:
    """Return the document with `Members` for objects; half characters (lone surrogates) become `?`.

    Raises ValueError for anything else than one JSON document that is nested no deeper than sense.
    """
    try:
        return _whole(_decoder.decode(text.removeprefix("\ufeff")))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def first_value(text: str, at: int) -> tuple[object, int]:
    """Return the JSON value that begins at `at`, as `parse` does, and where it ends; raises ValueError."""
    try:
        value, end = _decoder.raw_decode(text, at)
        return _whole(value), end
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def whole_text(text: str) -> str:
    """Return a text that UTF-8 can hold: a lone surrogate, which JSON can escape, becomes `?`."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _members(pairs: list[tuple[str, object]]) -> Members:
    return Members((whole_text(name), _whole(value)) for name, value in pairs)


def _whole(value: object) -> object:
    if isinstance(value, str):
        return whole_text(value)
    if isinstance(value, list) and not isinstance(value, Members):
        return [_whole(item) for item in value]
    return value


_decoder = json.JSONDecoder(object_pairs_hook=_members)
