"""What a service manager hears of the daemon, on a real notification socket."""

from __future__ import annotations

import os
import signal
import socket
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from adapters.systemd import ServiceManager
from tests.workspaces import PATIENCE, Mill, written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Socket:
    """A manager's end of the line."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self.heard: list[str] = []

    def wait_for(self, text: str) -> None:
        """Wait until a line that begins so was heard."""
        deadline = time.monotonic() + PATIENCE
        while not any(line.startswith(text) for line in self.heard):
            self._line.settimeout(max(0.01, deadline - time.monotonic()))
            self.heard += self._line.recv(4096).decode().splitlines()


@contextmanager
def manager(address: str) -> Iterator[Socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(f"\0{address[1:]}" if address.startswith("@") else address)
        yield Socket(line)


@pytest.fixture(params=["path", "abstract"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(tmp_path / "notify") if request.param == "path" else f"@batchmill-{os.getpid()}-{tmp_path.name}"


def test_it_says_that_it_is_ready_alive_and_ends(mill: Mill, address: str) -> None:
    written(mill, a=11)
    mill.environment |= {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "400000"}
    with manager(address) as heard, mill.started("run") as running:
        heard.wait_for("READY=1")
        heard.wait_for("STATUS=0 jobs under way, 0 to send, 1 home")
        heard.heard.clear()
        heard.wait_for("WATCHDOG=1")
        running.process.send_signal(signal.SIGTERM)
        heard.wait_for("STOPPING=1")
        assert running.process.wait(PATIENCE) == 0


def test_a_service_that_stands_still_gives_no_sign_of_life(address: str) -> None:
    told = ServiceManager({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "20000"})
    with manager(address) as heard, told.kept_informed(lambda: False, lambda: "stands still\nfor long"):
        heard.wait_for("STATUS=stands still for long")
    assert "WATCHDOG=1" not in heard.heard


def test_a_watchdog_that_is_meant_for_another_process_is_none_of_ours(address: str) -> None:
    environ = {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "20000", "WATCHDOG_PID": "1"}
    assert ServiceManager(environ).watchdog_seconds == 0
    assert ServiceManager(environ | {"WATCHDOG_PID": str(os.getpid())}).watchdog_seconds == pytest.approx(0.02)


def test_a_manager_that_is_gone_or_was_never_there_is_no_trouble(address: str) -> None:
    for environ in ({}, {"NOTIFY_SOCKET": address}, {"NOTIFY_SOCKET": "/" + "x" * 200}):
        with ServiceManager(environ).kept_informed(lambda: True, lambda: "well"):
            pass
