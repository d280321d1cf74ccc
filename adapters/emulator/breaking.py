"""Carries out a scenario's faults on the wire: answers refused, lost, garbled, late or cut."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import struct
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect
from starlette.responses import Response, StreamingResponse

from adapters.emulator.call_faults import (
    CallFault,
    Empty,
    Hang,
    Html,
    Lost,
    Refused,
    Reset,
    Slow,
    Spoilt,
    Truncated,
)
from adapters.emulator.gate import MARK_HEADER, json_body
from adapters.emulator.refusals import ApiError
from adapters.emulator.wire import field, text_field

if TYPE_CHECKING:
    from starlette.requests import Request

    from adapters.emulator.emulator import Emulator
    from adapters.emulator.gate import Handler

TRANSPORT = "batchmill.transport"
"""Where in the state of a request its connection's transport stands."""

PAGE = b"<!DOCTYPE html>\n<html><head><title>Error</title></head><body><h1>Error</h1></body></html>\n"

_OK = 200
_LINGER_AND_DROP = struct.pack("ii", 1, 0)


def troubled(verb: str, handler: Handler) -> Handler:
    """Return a handler that answers as `handler` does wherever the scenario lets it."""

    async def answer(emulator: Emulator, request: Request) -> Response:
        name = await _display_name(emulator, request) if emulator.troubles.by_name else ""
        fault = emulator.troubles.for_call(verb, name)
        if fault is None:
            return await handler(emulator, request)
        try:
            return await _strike(fault, verb, handler, emulator, request)
        except asyncio.CancelledError:  # the emulator ends, and this client still waits
            request.scope["state"][TRANSPORT].abort()
            return Response()

    return answer


async def _strike(fault: CallFault, verb: str, handler: Handler, emulator: Emulator, request: Request) -> Response:
    if isinstance(fault, Spoilt):
        await _up_to_the_fault(fault, handler, emulator, request)
    match fault:
        case Refused():
            raise fault.error(verb, request.path_params.get("model", ""))
        case Empty():
            return Response()
        case Html(status=status):
            return Response(PAGE, status, media_type="text/html")
        case Lost():
            return await _hang_up(request)
        case Reset():
            return await _reset(request)
        case Hang():
            return await _gone(request)
        case Slow(seconds=seconds):
            reply = await handler(emulator, request)
            await asyncio.sleep(seconds)
            return reply
        case Truncated():
            return await _cut(fault, await handler(emulator, request), request)


async def _up_to_the_fault(fault: Spoilt, handler: Handler, emulator: Emulator, request: Request) -> None:
    """Let the call have its effect, or only read it to its end."""
    with contextlib.suppress(ApiError, ClientDisconnect):
        if fault.after_effect:
            await _content(await handler(emulator, request))
        else:
            async for _ in request.stream():
                pass


async def _display_name(emulator: Emulator, request: Request) -> str:
    """Return the display name of the job, file or upload that a request is about, "" for lists."""
    found = emulator.display_name(**request.path_params, upload_id=request.query_params.get("upload_id", ""))
    if found or request.method != "POST" or "upload_id" in request.query_params:
        return found
    body = await json_body(request)
    return text_field(field(body, "batch"), "displayName") or text_field(field(body, "file"), "displayName")


async def _content(reply: Response) -> bytes:
    if not isinstance(reply, StreamingResponse):
        return bytes(reply.body)
    return b"".join([bytes(piece) async for piece in reply.body_iterator if not isinstance(piece, str)])


async def _cut(fault: Truncated, reply: Response, request: Request) -> Response:
    """Send the beginning of a good answer and close the connection."""
    content = await _content(reply)
    if reply.status_code != _OK:
        return reply
    length = b"content-length: %d\r\n" % len(content) if fault.length else b""
    kind = reply.headers.get("content-type", "application/json").encode()
    head = b"HTTP/1.1 200 OK\r\ncontent-type: %b\r\n%bconnection: close\r\n%b: %b\r\n\r\n"
    kept = content[: int(len(content) * fault.keep)]
    return await _hang_up(request, head % (kind, length, *MARK_HEADER) + kept)


async def _hang_up(request: Request, last_words: bytes = b"") -> Response:
    """Close the connection, after some bytes of our own making."""
    transport: asyncio.Transport = request.scope["state"][TRANSPORT]
    if last_words:
        transport.write(last_words)
    transport.close()
    return await _gone(request)


async def _reset(request: Request) -> Response:
    """Drop the connection so that the client is told: reset by peer."""
    transport: asyncio.Transport = request.scope["state"][TRANSPORT]
    with socket.socket(fileno=os.dup(transport.get_extra_info("socket").fileno())) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_AND_DROP)
    transport.abort()
    return await _gone(request)


async def _gone(request: Request) -> Response:
    """Wait until the connection is closed; what is returned then reaches nobody."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return Response()
