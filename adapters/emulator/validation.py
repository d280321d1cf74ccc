"""What the API checks before it makes a job: every line is a request, and no field is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from adapters.emulator.refusals import ApiError, invalid
from adapters.emulator.wire import Message, camel, field, objects
from core.exchange.request_fields import CONTENT, GENERATION, NESTED, PART, REQUEST, SAFETY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Check = Callable[[object], None]


def _names(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_BATCH = _names(
    "name model displayName inputConfig output createTime endTime updateTime batchStats state priority "
    "webhookConfig"
)
_LINE = frozenset({"key", "request", "metadata"})
_BARE = frozenset({"contents", "content"})
"""What shows that a line is a request itself, without a wrapper around it."""
_SCHEMA = _names(
    "type format title description nullable enum items maxItems minItems properties required minProperties "
    "maxProperties minLength maxLength pattern example anyOf propertyOrdering default minimum maximum"
)
_TYPES = _names("TYPE_UNSPECIFIED STRING NUMBER INTEGER BOOLEAN ARRAY OBJECT NULL")

_decode = msgspec.json.Decoder().decode


class UnknownFieldError(Exception):
    """A field that a message does not have; its argument is the name as it was written."""


class MalformedError(Exception):
    """A field of the wrong form; its argument says which, and what is wanted."""


def check_lines(lines: Iterable[bytes], check: Check | None = None) -> int:
    """Return how many requests the lines of a batch file hold, each by `check` (None: that of generateContent).

    Blank lines do not count. Raises ApiError (400, naming the line) for the first line that is no request, and
    for a file without any.
    """
    count = 0
    for number, line in enumerate(lines, 1):
        if line.isspace():
            continue
        _check_line(number, line, check or _check_request)
        count += 1
    if not count:
        raise invalid("The input file holds no requests.")
    return count


def check_request(request: object, where: str, check: Check | None = None) -> None:
    """Check one request (of generateContent unless `check` says of what else).

    Raises ApiError (400, naming `where` unless it is the whole body, "").
    """
    try:
        (check or _check_request)(request)
    except UnknownFieldError as error:
        raise _unknown_name(str(error), where) from None
    except MalformedError as error:
        name = "EmbedContentRequest" if check else "GenerateContentRequest"
        raise invalid(f"Error in {where}: {error}" if where else f"* {name}: {error}\n") from None


def check_batch(batch: object) -> None:
    """Check the fields of a create's `batch`; raises ApiError (400) for one that it does not have."""
    try:
        check_fields(batch if isinstance(batch, dict) else {}, _BATCH)
    except UnknownFieldError as error:
        raise _unknown_name(str(error), "batch") from None


def request_of(line: Message) -> object:
    """Return the request of a line: its `request`, or the line itself where there is no wrapper around it."""
    if "request" in line or not _BARE & line.keys():
        return line.get("request")
    return {name: value for name, value in line.items() if name != "key"}


def _check_line(number: int, line: bytes, check: Check) -> None:
    try:
        _check_message(_decode(line), check)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise invalid(f"Error on line {number}: invalid JSON: {error}") from None
    except UnknownFieldError as error:
        raise _unknown_field(number, line, str(error)) from None
    except MalformedError as error:
        raise invalid(f"Error on line {number}: {error}") from None


def _check_message(message: object, check: Check) -> None:
    if not isinstance(message, dict):
        raise MalformedError("expected an object")
    if not _BARE & message.keys():
        check_fields(message, _LINE)
    check(request_of(message))


def _unknown_field(number: int, line: bytes, name: str) -> ApiError:
    column = line.decode().find(f'"{name}"') + 1
    return invalid(f"Error on line {number}: invalid JSON, near column {column}: no such field: '{name}'")


def _unknown_name(name: str, place: str) -> ApiError:
    at = f" at '{place}'" if place else ""
    return invalid(f'Invalid JSON payload received. Unknown name "{name}"{at}: Cannot find field.')


def _check_request(request: object) -> None:
    if not isinstance(request, dict):
        raise MalformedError("request is not specified")
    check_fields(request, REQUEST)
    contents = field(request, "contents")
    if not isinstance(contents, list) or not contents:
        raise MalformedError("contents is not specified")
    for content in contents:
        check_content(content)
    instruction = field(request, "systemInstruction")
    if instruction is not None:
        check_content(instruction)
    for setting in objects(field(request, "safetySettings")):
        check_fields(setting, SAFETY)
    config = field(request, "generationConfig")
    if config is not None:
        _check_generation_config(config)


def check_fields(message: Message, known: frozenset[str]) -> None:
    """Raise UnknownFieldError for a field that is not known in either spelling."""
    for name in message:
        if name not in known and camel(name) not in known:
            raise UnknownFieldError(name)


def _check_nested(message: Message) -> None:
    for name, value in message.items():
        known = NESTED.get(camel(name))
        if known is None:
            continue
        if not isinstance(value, dict):
            raise MalformedError(f"{name} is not an object")
        check_fields(value, known)


def check_content(content: object) -> None:
    """Raise MalformedError or UnknownFieldError for what is no content of parts."""
    if not isinstance(content, dict):
        raise MalformedError("contents holds something that is not an object")
    check_fields(content, CONTENT)
    parts = content.get("parts")
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        raise MalformedError("contents.parts must not be empty and must hold objects")
    for part in parts:
        check_fields(part, PART)
        _check_nested(part)
        if not isinstance(part.get("text", ""), str):
            raise MalformedError("contents.parts.text must be text")


def _check_generation_config(config: object) -> None:
    if not isinstance(config, dict):
        raise MalformedError("generation_config is not an object")
    check_fields(config, GENERATION)
    _check_nested(config)
    schema = field(config, "responseSchema")
    if schema is not None:
        _check_schema(schema)
    limit = field(config, "maxOutputTokens")
    if limit is not None and (type(limit) is not int or limit < 1):
        raise MalformedError("generation_config.max_output_tokens must be a positive whole number")


def _check_schema(schema: object) -> None:
    """Check a `responseSchema`: the API's own message, which has less fields than a JSON schema."""
    if not isinstance(schema, dict):
        raise MalformedError("response_schema is not an object")
    check_fields(schema, _SCHEMA)
    kind = field(schema, "type")
    if kind is not None and str(kind).upper() not in _TYPES:
        raise MalformedError(f"response_schema.type has no value {kind!r}")
    properties = field(schema, "properties")
    inner = [*(properties.values() if isinstance(properties, dict) else ()), *(field(schema, "anyOf") or ())]
    for each in [*inner, *([items] if (items := field(schema, "items")) is not None else [])]:
        _check_schema(each)
