"""Runs the emulator's HTTP server: in the foreground until a signal ends it, or in a thread of this process."""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from adapters.emulator.app import application
from adapters.emulator.breaking import TRANSPORT
from adapters.emulator.emulator import Emulator
from core.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from adapters.emulator.settings import EmulatorSettings

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def serve(settings: EmulatorSettings, on_ready: Callable[[str], None] = lambda _url: None) -> None:
    """Serve until SIGTERM or SIGINT, then finish what is being answered and return.

    `on_ready` gets the base URL once requests are answered. Raises BadInputError when the port is taken or
    another emulator holds the folder.
    """
    with _listener(settings) as listener, contextlib.closing(Emulator(settings)) as emulator:
        server = _Server(emulator, lambda: on_ready(_url(listener)))
        with _signals_end_quietly():
            server.run(sockets=[listener])


@contextlib.contextmanager
def serving(emulator: Emulator, settings: EmulatorSettings) -> Iterator[str]:
    """Serve an emulator from a thread of this process while the block runs; gives its base URL."""
    ready = threading.Event()
    with _listener(settings) as listener:
        server = _Server(emulator, ready.set)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="emulator", daemon=True)
        thread.start()
        try:
            ready.wait()
            yield _url(listener)
        finally:
            server.should_exit = True
            thread.join()


class _Protocol(HttpToolsProtocol):
    """uvicorn's own protocol, which also hands on its connection, so that a scenario can break it."""

    def on_message_begin(self) -> None:
        """Put the transport into the new request's state."""
        super().on_message_begin()
        self.scope["state"][TRANSPORT] = self.transport


class _Server(uvicorn.Server):
    """uvicorn, which says when it is ready and nothing else."""

    def __init__(self, emulator: Emulator, on_started: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                application(emulator),
                loop="uvloop",
                http=_Protocol,
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_keep_alive=60,
                timeout_graceful_shutdown=3,
            )
        )
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, then say so."""
        await super().startup(sockets)
        self._on_started()


def _listener(settings: EmulatorSettings) -> socket.socket:
    try:
        return socket.create_server((settings.host, settings.port), backlog=512)
    except OSError as error:
        raise BadInputError(
            f"the emulator cannot listen on {settings.host}:{settings.port} ({error.strerror}); "
            "give another port, or 0 for any free one"
        ) from error


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{host}:{port}"


@contextlib.contextmanager
def _signals_end_quietly() -> Iterator[None]:
    """Swallow the signal that uvicorn raises again after it has shut down, so that `serve` returns."""
    before = {number: signal.signal(number, lambda *_: None) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
