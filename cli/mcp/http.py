"""Serves clients over streamable HTTP, on loopback alone, each with the token of the environment."""

from __future__ import annotations

import hmac
import os
import signal
import socket
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

from cli.mcp.stdio import ended
from core.errors import BadInputError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.types import ASGIApp, Receive, Scope, Send

    from cli.mcp.server import Front

TOKEN = "BATCHMILL_MCP_TOKEN"  # noqa: S105 - the name of the variable, not a token
#: Characters of the shortest token that is taken.
LEAST_TOKEN = 16
HOST = "127.0.0.1"
PATH = "/mcp"


def token() -> str:
    """Return the token of the environment; RefusedError where there is none, or one that is soon guessed."""
    found = os.environ.get(TOKEN, "").strip()
    if len(found) < LEAST_TOKEN or not (found.isascii() and found.isprintable()):
        raise RefusedError(
            f"over HTTP every client shows a token: set {TOKEN} in the environment to at least {LEAST_TOKEN} "
            'random characters, such as those of `python -c "import secrets; print(secrets.token_urlsafe(24))"`'
        )
    return found


def serve(front: Front, port: int, on_ready: Callable[[str], None]) -> None:
    """Serve on loopback until SIGTERM or SIGINT; `on_ready` gets the address once requests are answered.

    Raises RefusedError without a token, BadInputError when the port is taken.
    """
    secret = token()
    with _listener(port) as listener:
        address = f"http://{HOST}:{listener.getsockname()[1]}{PATH}"
        server = _Server(front, secret, lambda: on_ready(address))
        with _signals_end_quietly():
            server.run(sockets=[listener])
    if front.busy:
        # As over stdio: a call that hangs would be waited for, and its intent is on record.
        sys.stderr.flush()
        os._exit(0)


class Guarded:
    """An application that only answers who shows the token, compared in a time that tells nothing of it."""

    def __init__(self, inner: ASGIApp, secret: str) -> None:
        """Guard `inner`."""
        self._inner = inner
        self._secret = secret.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 401 where the token is not shown."""
        if scope["type"] == "lifespan" or (scope["type"] == "http" and self._is_shown(scope)):
            await self._inner(scope, receive, send)
            return
        headers = [(b"www-authenticate", b"Bearer"), (b"content-type", b"text/plain; charset=utf-8")]
        await send({"type": "http.response.start", "status": 401, "headers": headers})
        body = f"show the token of {TOKEN} as `Authorization: Bearer …`\n".encode()
        await send({"type": "http.response.body", "body": body})

    def _is_shown(self, scope: Scope) -> bool:
        shown = [value for name, value in scope["headers"] if name == b"authorization"]
        if len(shown) != 1:
            return False
        # The scheme's case means nothing, and one blank or more stand behind it (RFC 9110, 11.1 and 11.4).
        scheme, _, secret = shown[0].partition(b" ")
        return hmac.compare_digest(secret.lstrip(b" "), self._secret) and scheme.lower() == b"bearer"


class _Server(uvicorn.Server):
    """uvicorn, which says when it is ready, and tells calls under way to end before it stops."""

    def __init__(self, front: Front, secret: str, on_started: Callable[[], None]) -> None:
        # The SDK's own check of Host and Origin is on for this host: another page's script cannot rebind to it.
        app = front.server().streamable_http_app(streamable_http_path=PATH, host=HOST)
        super().__init__(
            uvicorn.Config(
                Guarded(app, secret),
                ws="none",
                lifespan="on",
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=1,
            )
        )
        self._front = front
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, then say so."""
        await super().startup(sockets)
        self._on_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell calls to end, give them a moment, then stop."""
        self._front.halt()
        await ended(self._front)
        await super().shutdown(sockets)


def _listener(port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        raise BadInputError(
            f"the MCP server cannot listen on {HOST}:{port} ({error.strerror}); give another port, or 0 for any"
        ) from error


@contextmanager
def _signals_end_quietly() -> Iterator[None]:
    """Swallow the signal that uvicorn raises again after it has shut down, so that `serve` returns."""
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
