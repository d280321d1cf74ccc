"""What systemd is told of a service by its notification socket: ready, alive, stopping, one line of status.

The protocol is that of sd_notify(3): lines of `NAME=value` in one datagram to the socket that NOTIFY_SOCKET names.
A manager that does not listen is no trouble of the service's.
"""

from __future__ import annotations

import os
import socket
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

#: Seconds between two looks at the status line.
LOOK_SECONDS = 5.0


class ServiceManager:
    """Whoever started this process as a service, or nobody."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        """Read where to tell, and how often a sign of life is wanted, from the environment."""
        self._address = environ.get("NOTIFY_SOCKET", "")
        meant = environ.get("WATCHDOG_PID", "") in {"", str(os.getpid())}
        wanted = environ.get("WATCHDOG_USEC", "")
        self.watchdog_seconds = int(wanted) / 1e6 if self._address and meant and wanted.isdecimal() else 0.0

    def tell(self, *lines: str) -> None:
        """Send these lines in one datagram; nothing happens where there is no manager."""
        if not self._address:
            return
        address = f"\0{self._address[1:]}" if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as line:
                line.sendto("\n".join(lines).encode(), address)
        except OSError:
            return

    @contextmanager
    def kept_informed(self, alive: Callable[[], bool], status: Callable[[], str]) -> Iterator[None]:
        """Say that the service is ready, and keep telling while the block runs.

        A sign of life goes out twice in the time in which one is wanted, as long as the service is `alive`; its
        `status`, one line, when it has changed.
        """
        if not self._address:
            yield
            return
        ended = Event()
        teller = Thread(target=self._keep_telling, args=(alive, status, ended), name="systemd", daemon=True)
        self.tell("READY=1")
        teller.start()
        try:
            yield
        finally:
            ended.set()
            teller.join()

    def stopping(self) -> None:
        """Say that the service ends by itself."""
        self.tell("STOPPING=1")

    def _keep_telling(self, alive: Callable[[], bool], status: Callable[[], str], ended: Event) -> None:
        told, every = "", min(self.watchdog_seconds / 2 or LOOK_SECONDS, LOOK_SECONDS)
        while True:
            lines = ["WATCHDOG=1"] if self.watchdog_seconds and alive() else []
            if (said := " ".join(status().split())) != told:
                told = said
                lines.append(f"STATUS={said}")
            if lines:
                self.tell(*lines)
            if ended.wait(every):
                return
