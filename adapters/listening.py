"""A small HTTP server in threads of its own that answers GET with what a function says of a path."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, NamedTuple

from core.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import ClassVar

#: Whoever connects and then says nothing is let go of.
TIMEOUT_SECONDS = 5.0
#: Asked at once by more than this, the rest waits.
MOST_AT_ONCE = 8


class Page(NamedTuple):
    """An answer: HTTP status, media type, body."""

    status: int
    media_type: str
    body: bytes


@contextmanager
def listening(host: str, port: int, answer: Callable[[str], Page | None]) -> Iterator[str]:
    """Answer while the block runs, and give the base URL; `answer` gets a path without its query, None is 404.

    Port 0 takes any free one. Raises BadInputError when the address cannot be listened on.
    """
    handler = type("_AnsweringHandler", (_Handler,), {"answer": staticmethod(answer)})
    try:
        server = _Server((host, port), handler)
    except (OSError, OverflowError) as error:
        raise BadInputError(
            f"the daemon cannot be watched on {host}:{port} ({getattr(error, 'strerror', None) or error}); "
            "name another watch.port or watch.host, or leave watch.port out"
        ) from error
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.1}, name="watch", daemon=True
    )
    thread.start()
    try:
        yield f"http://{host}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


_PATHS = b"there is /healthz, /healthz/live, /healthz/ready and /metrics\n"


class _Server(ThreadingHTTPServer):
    # A connection that hangs must not keep the process from ending.
    daemon_threads = True
    block_on_close = False
    # Another daemon's port is taken, and not shared with it.
    allow_reuse_port = False

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._room = threading.BoundedSemaphore(MOST_AT_ONCE)
        super().__init__(address, handler)

    def process_request_thread(self, request: object, client_address: object) -> None:
        """Answer one request when there is room for it."""
        with self._room:
            super().process_request_thread(request, client_address)  # type: ignore[arg-type] # as it was handed in

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that left: the log is for what the daemon does."""


class _Handler(BaseHTTPRequestHandler):
    answer: ClassVar[Callable[[str], Page | None]]
    timeout = TIMEOUT_SECONDS
    server_version = "batchmill"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer with the page of this path, or 404."""
        self._reply(with_body=True)

    def do_HEAD(self) -> None:
        """Answer as GET does, without the body."""
        self._reply(with_body=False)

    def _reply(self, *, with_body: bool) -> None:
        page = type(self).answer(self.path.partition("?")[0]) or Page(
            HTTPStatus.NOT_FOUND,
            "text/plain; charset=utf-8",
            _PATHS,
        )
        self.send_response(page.status)
        self.send_header("Content-Type", page.media_type)
        self.send_header("Content-Length", str(len(page.body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if with_body:
            self.wfile.write(page.body)

    def log_message(self, *_: object) -> None:
        """Log nothing: who asks every few seconds would fill the log."""
