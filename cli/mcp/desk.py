"""What a tool works with: the workspace, who asks, and whether the answer is still waited for."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import TYPE_CHECKING

from core.one_line import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from cli.compose import Opened

#: Characters of a client's name, and of its version, that go into the ledger.
MOST_NAME, MOST_VERSION = 40, 20


class Halt:
    """Whether a call is still wanted; what takes long looks at it, or has itself called when it is not."""

    def __init__(self) -> None:
        """Begin with a call that is wanted."""
        self._event = Event()
        self._lock = Lock()
        self._calls: list[Callable[[], None]] = []

    @property
    def asked(self) -> bool:
        """Whether nobody waits for the answer any more."""
        return self._event.is_set()

    def ask(self) -> None:
        """Say that nobody waits any more."""
        with self._lock:
            self._event.set()
            calls, self._calls = self._calls, []
        for call in calls:
            call()

    def sleep(self, seconds: float) -> None:
        """Wait so long, or until nobody waits any more."""
        self._event.wait(seconds)

    @contextmanager
    def calling(self, call: Callable[[], None]) -> Iterator[None]:
        """Have `call` called, from another thread, when the block is not wanted any more; at once if it is not."""
        with self._lock:
            if not self._event.is_set():
                self._calls.append(call)
        if self.asked:
            call()
        try:
            yield
        finally:
            with self._lock:
                self._calls = [each for each in self._calls if each is not call]


@dataclass(frozen=True)
class Desk:
    """One call of a tool: `root` and `options` as the server was started, `actor` as the client introduced itself.

    `halt` tells when nobody waits for the answer any more.
    """

    root: Path
    options: list[str]
    actor: str
    halt: Halt = field(default_factory=Halt)

    @contextmanager
    def opened(self) -> Iterator[Opened]:
        """Open the workspace as a command does, signed by the client."""
        from cli.compose import opened  # noqa: PLC0415 - the database's library: no client waits for it to begin

        with opened(self.root, self.options, self.actor) as workspace:
            yield workspace


def actor_of(name: str, version: str) -> str:
    """Return how the ledger names a client: `mcp:name/version`, short and on one line, whatever it says."""
    said = one_line(name)[:MOST_NAME].strip() or "unknown"
    number = one_line(version)[:MOST_VERSION].strip()
    return f"mcp:{said}/{number}" if number else f"mcp:{said}"
