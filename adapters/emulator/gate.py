"""The one function through which every HTTP request passes: it asks for the key, counts, answers and marks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from adapters.emulator.emulator import Emulator
from adapters.emulator.refusals import ApiError, invalid, no_key
from adapters.emulator.wire import read_json

if TYPE_CHECKING:
    from starlette.datastructures import Headers

    from adapters.emulator.wire import Message

P = ParamSpec("P")
R = TypeVar("R")

Handler = Callable[[Emulator, Request], Awaitable[Response]]
"""Answers one verb; raises ApiError for every answer other than 200."""

KEYLESS = frozenset({"emulator.clock", "emulator.stats", "upload.continue"})
"""Verbs that need no API key: the emulator's own, and an upload's address is its own secret."""

MARK_HEADER = (b"x-batchmill-emulated", b"true")

#: What some servers log for a client that left; nobody receives it.
LEFT = 499

_BIG = 256 * 1024
_encode = msgspec.json.Encoder().encode


async def answer(emulator: Emulator, verb: str, handler: Handler, request: Request) -> Response:
    """Answer one request; `verb` names what was asked, e.g. `batches.get`."""
    emulator.calls[verb] += 1
    try:
        if verb not in KEYLESS:
            _require_key(request)
        emulator.requests.take(verb, request.path_params.get("model", ""))
        if emulator.sweeper.due():
            await run_in_threadpool(emulator.sweeper.sweep)
        reply = await handler(emulator, request)
    except ApiError as error:
        reply = json_reply(error.body(), status=error.code, headers=error.headers)
    except ClientDisconnect:
        # The client died while it was asking; nobody is there to read an answer.
        reply = Response(status_code=LEFT)
    reply.raw_headers.append(MARK_HEADER)
    emulator.received[verb] += _length(request.headers)
    emulator.sent[verb] += _length(reply.headers)
    return reply


def json_reply(body: object, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return a JSON reply."""
    return Response(_encode(body), status, headers, "application/json; charset=UTF-8")


async def json_body(request: Request) -> Message:
    """Return the request's JSON object, `{}` for an empty body; raises ApiError (400) for anything else."""
    body = await request.body()
    if not body:
        return {}
    try:
        message = read_json(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise invalid(f"Invalid JSON payload received. {error}") from None
    if not isinstance(message, dict):
        raise invalid("Invalid JSON payload received. Expected an object.")
    return message


async def off_the_loop(size: int, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Do work on so many bytes: at once when they are few, in a thread when others would have to wait for it."""
    if size < _BIG:
        return work(*args, **kwargs)
    return await run_in_threadpool(work, *args, **kwargs)


def page_size(request: Request, default: int, largest: int) -> int:
    """Return how many entries of a list a page has; raises ApiError (400) for what is no size."""
    asked = request.query_params.get("pageSize") or request.query_params.get("page_size") or "0"
    if not asked.isdecimal():
        raise invalid(f"pageSize is {asked!r}; a whole number is needed.")
    return min(int(asked) or default, largest)


def page_token_asked(request: Request) -> str:
    """Return the token of the page that is asked for, "" for the first."""
    return request.query_params.get("pageToken") or request.query_params.get("page_token") or ""


def api_version(request: Request) -> str:
    """Return the version of the API that a path begins with."""
    return request.url.path.split("/")[1]


def base_url(request: Request) -> str:
    """Return scheme and host as the client wrote them, so that addresses in replies lead back here."""
    return f"{request.url.scheme}://{request.headers.get('host', 'localhost')}"


def _length(headers: Headers) -> int:
    """Return the bytes of a body that says how long it is, else 0."""
    length = headers.get("content-length", "")
    return int(length) if length.isdecimal() else 0


def _require_key(request: Request) -> None:
    if not (request.headers.get("x-goog-api-key") or request.query_params.get("key")):
        raise no_key()
