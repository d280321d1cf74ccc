"""A line between client and emulator that a test can spoil: answers refused, lost or cut off."""

from __future__ import annotations

import http.client
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Headers that belong to one connection and are not passed on.
HOPS = {"connection", "keep-alive", "transfer-encoding", "content-length"}
CREATE = ":batchGenerateContent"
LIST = "/batches?"
PATIENCE = 60


class Refusal(NamedTuple):
    """An answer given in the emulator's place."""

    status: int
    body: str


class Lost(NamedTuple):
    """The emulator is asked, and the first `kept` bytes of its answer's body arrive; None: nothing at all."""

    kept: int | None = None


class Hang(NamedTuple):
    """The emulator is asked, and its answer waits until the test lets it go; `reached` is set when it waits."""

    reached: threading.Event
    released: threading.Event


class BadLine:
    """Passes requests on to an emulator, but for those it was told to spoil."""

    def __init__(self, emulator_url: str) -> None:
        self.target = urlsplit(emulator_url).netloc
        self.url = ""
        self._spoiled: list[tuple[str, Refusal | Lost | Hang | None]] = []
        self._lock = threading.Lock()
        self._released = threading.Event()

    def spoil(self, part: str, fault: Refusal | Lost, times: int = 1) -> None:
        """Spoil the next requests whose method and path contain `part`."""
        with self._lock:
            self._spoiled += [(part, fault)] * times

    def forget(self) -> None:
        """Spoil nothing more."""
        with self._lock:
            self._spoiled.clear()

    def hang(self, part: str, *, after: int = 0) -> threading.Event:
        """Let the next requests like this pass, `after` of them, and hold the answer of the one that follows.

        Returns what is set as soon as that answer is held.
        """
        reached = threading.Event()
        with self._lock:
            self._spoiled += [(part, None)] * after + [(part, Hang(reached, self._released))]
        return reached

    def release(self) -> None:
        """Let go of the answers that are held."""
        self._released.set()

    def fault_for(self, request: str) -> Refusal | Lost | Hang | None:
        with self._lock:
            for index, (part, fault) in enumerate(self._spoiled):
                if part in request:
                    del self._spoiled[index]
                    return fault
        return None


@contextmanager
def bad_line(emulator_url: str) -> Iterator[BadLine]:
    """Open a line to the emulator while the block runs."""
    line = BadLine(emulator_url)

    class Handler(_Handler):
        bad = line

    with _Server(("127.0.0.1", 0), Handler) as server:
        line.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield line
        finally:
            line.release()
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a client that was killed is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    bad: BadLine

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        match self.bad.fault_for(f"{self.command} {self.path}"):
            case Refusal(status, text):
                self._answer(status, [("Content-Type", "application/json")], text.encode())
            case Lost(kept):
                status, headers, answer = self._ask(body)
                if kept is not None:
                    self._answer(status, headers, answer[:kept], length=len(answer))
                self.close_connection = True
            case Hang(reached, released):
                held = self._ask(body)
                reached.set()
                released.wait(PATIENCE)
                self._answer(*held)
            case None:
                self._answer(*self._ask(body))

    do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815 - the library's names

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _ask(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection(self.bad.target)
        try:
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in HOPS:
                    connection.putheader(name, value)
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            reply = connection.getresponse()
            return reply.status, reply.getheaders(), reply.read()
        finally:
            connection.close()

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes, length: int | None = None) -> None:
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in HOPS:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)
