"""What is wrong with the arguments of a call: which one, what it may be, and an example."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import msgspec

from core.one_line import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Characters of a value that are shown again.
MOST_SHOWN = 60
_MISSING = re.compile(r"missing required field `([^`]+)`(?: - at `\$(.*)`)?")
_UNKNOWN = re.compile(r"contains unknown field `([^`]*)`")
_PLACE = re.compile(r"- at `\$\.([A-Za-z_]+)((?:\[[^`]*)?)`")
_ITEM = re.compile(r"\[(\d+)\]")
#: Examples of arguments that have none of their own, by their type.
_EXAMPLES = {"integer": 1, "number": 30}


def explained(tool: str, schema: Mapping[str, Any], given: Mapping[str, Any], error: str) -> str:
    """Return the sentence for arguments that do not fit a tool's schema.

    `error` is what msgspec says of them, and `given` are the arguments that it looked at.
    """
    return f"{tool} cannot be called like that: {_explained(schema, given, error)}"


def _explained(schema: Mapping[str, Any], given: Mapping[str, Any], error: str) -> str:
    properties = schema.get("properties", {})
    if (found := _UNKNOWN.search(error)) is not None:
        return _unknown(shortly(found[1]), list(properties))
    if (found := _MISSING.search(error)) is not None and found[1] in properties:
        return f"`{found[1]}` is missing; it is {expected(properties[found[1]])}"
    if (found := _PLACE.search(error)) is not None and found[1] in properties:
        return _unfit(found[1], found[2], properties[found[1]], given.get(found[1]))
    return one_line(error)


def _unknown(name: str, known: list[str]) -> str:
    if not known:
        return f"it has no argument `{name}`, and takes none"
    near = get_close_matches(name, known, 1)
    meant = f"did you mean `{near[0]}`? It" if near else "it"
    return f"it has no argument `{name}`; {meant} takes {', '.join(known)}"


def _unfit(name: str, inside: str, said: Mapping[str, Any], value: object) -> str:
    item = _ITEM.match(inside)
    if item is None or not isinstance(value, list | tuple):
        return f"`{name}` is {shortly(_json(value))}, and has to be {expected(said)}"
    place = int(item[1])
    kind: Mapping[str, Any] = next((each["items"] for each in _kinds_of(said) if "items" in each), {})
    return f"item {place + 1} of `{name}` is {shortly(_json(value[place]))}, and has to be {expected(kind)}"


def expected(said: Mapping[str, Any]) -> str:
    """Return what a property of a schema may be, in words, with an example."""
    kinds = _kinds_of(said)
    words = " or ".join(dict.fromkeys(_worded(each) for each in kinds))
    examples = [*said.get("examples", ()), *(value for each in kinds for value in each.get("examples", ()))]
    if not examples and not any("enum" in each for each in kinds):
        examples = [_EXAMPLES[each["type"]] for each in kinds if each.get("type") in _EXAMPLES]
    return f"{words}, such as {_json(examples[0])}" if examples else words


def _kinds_of(said: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each for each in said.get("anyOf", (said,)) if each.get("type") != "null"]


def _worded(said: Mapping[str, Any]) -> str:
    if "enum" in said:
        return f"one of {', '.join(_json(each) for each in said['enum'] if each is not None)}"
    match said.get("type"):
        case "integer":
            return f"a whole number{_bounds(said, 'minimum', 'maximum')}"
        case "number":
            return f"a number{_bounds(said, 'minimum', 'maximum')}"
        case "string":
            bounds = _bounds(said, "minLength", "maxLength")
            return f"a text{bounds} characters" if bounds else "a text"
        case "boolean":
            return "true or false"
        case "array":
            bounds = _bounds(said, "minItems", "maxItems")
            return f"a list{bounds} items" if bounds else "a list"
        case _:
            return "an object"


def _bounds(said: Mapping[str, Any], least: str, most: str) -> str:
    match said.get(least), said.get(most):
        case None, None:
            return ""
        case low, None:
            return f" of at least {low:g}"
        case None, high:
            return f" of at most {high}"
        case low, high:
            return f" from {low:g} to {high}" if least == "minimum" else f" of {low} to {high}"


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def shortly(text: str) -> str:
    """Return words of a client as one line that is short enough to be read in a sentence."""
    shown = one_line(text)
    return shown if len(shown) <= MOST_SHOWN else f"{shown[:MOST_SHOWN]}…"
