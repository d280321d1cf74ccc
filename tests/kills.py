"""Stops a daemon at one point of its work, with nothing of the product changed, so that it can be killed there.

The provider leaves a call without an answer, the line to it keeps a request back, the ledger's file never ends an
append, or a document cannot be read. Each way says by itself when the daemon has run into it.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import urllib.request
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, NamedTuple
from unittest import mock

from adapters.emulator.stats import Stats, read_stats
from tests.bad_lines import BadLine, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from tests.workspaces import Mill

    Reached = Callable[[], bool]
    Stop = Callable[["Scene"], AbstractContextManager[Reached]]

PATIENCE = 60
#: A query without an end: SQLite stays inside the statement that set it off.
ENDLESS = "SELECT count(*) FROM (WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT 1 FROM n) SELECT i FROM n)"


class Point(NamedTuple):
    """Where a wave stands, as ledger, provider and disk show it.

    `last` is the last event of the first batch. The provider holds so many `uploads` and `jobs`, and was asked so
    often to create, to show (one job or a page of them), to cancel and to give a result. `results` names what
    stands in the folder of results, parts of files as `part`; `folded` says that the read model accounts for all
    of the ledger.
    """

    last: str
    uploads: int = 0
    creates: int = 0
    jobs: int = 0
    looks: int = 0
    cancels: int = 0
    downloads: int = 0
    results: tuple[str, ...] = ()
    folded: bool = False


class Scene(NamedTuple):
    """A workspace with a written wave, the address of its emulator, and the line between the two."""

    mill: Mill
    url: str
    line: BadLine

    def stats(self) -> Stats:
        """Return what the emulator was asked and what it made."""
        return read_stats(self.url)

    def point(self) -> Point:
        """Return where the wave stands now."""
        stats = self.stats()
        return Point(
            last=self._last_event(),
            uploads=self._uploads(),
            creates=stats.calls.get("batches.create", 0),
            jobs=stats.created,
            looks=stats.calls.get("batches.get", 0) + stats.calls.get("batches.list", 0),
            cancels=stats.calls.get("batches.cancel", 0),
            downloads=stats.calls.get("files.download", 0),
            results=tuple(sorted(self._results())),
            folded=self._folded(),
        )

    def _last_event(self) -> str:
        query = "SELECT type FROM events WHERE stream = 'batch-205' ORDER BY version DESC LIMIT 1"
        return str(self._ask(query)).removeprefix("batch.")

    def _folded(self) -> bool:
        return bool(
            self._ask("SELECT max(events.position) = read_checkpoint.position FROM events, read_checkpoint")
        )

    def _uploads(self) -> int:
        with urllib.request.urlopen(f"{self.url}/v1beta/files?key=emulated") as answer:  # noqa: S310 - our own emulator
            return len(json.load(answer).get("files", []))

    def _results(self) -> Iterator[str]:
        folder = self.mill.root / "results"
        for path in folder.iterdir() if folder.exists() else ():
            yield "part" if path.suffix == ".part" else path.name

    def _ask(self, query: str) -> object:
        """Return the one value that the query finds in the ledger's file."""
        with closing(sqlite3.connect(f"file:{self.mill.root}/batchmill.db?mode=ro", uri=True)) as ledger:
            [(value,)] = ledger.execute(query)
            return value


@contextmanager
def unanswered(scene: Scene) -> Iterator[Reached]:
    """Wait for the call that the emulator's scenario leaves hanging.

    The daemon talks to the emulator itself: the line would go on waiting for the answer after the daemon's death.
    """
    scene.mill.environment["BATCHMILL_PROVIDER__BASE_URL"] = scene.url
    yield lambda: scene.stats().faults.get("call.hang") == 1


def unasked(part: str, *, after: int = 0) -> Stop:
    """Let `after` requests whose method and path contain `part` pass, and keep the next from the provider."""

    @contextmanager
    def stop(scene: Scene) -> Iterator[Reached]:
        reached, released = threading.Event(), threading.Event()
        passed = []

        def fault_for(request: str) -> Refusal | None:
            if part in request:
                passed.append(request)
                if len(passed) > after:
                    reached.set()
                    released.wait(PATIENCE)
                    return Refusal(503, "")
            return None

        with mock.patch.object(scene.line, "fault_for", fault_for):
            try:
                yield reached.is_set
            finally:
                released.set()

    return stop


def unrecorded(event: str, number: str = "%") -> Stop:
    """Let the append of this event begin and never end, that of any batch or of one."""
    return _endless(f"INSERT ON events WHEN NEW.type = 'batch.{event}' AND NEW.stream LIKE 'batch-{number}'")


def unfolded() -> Stop:
    """Let the read model never be saved."""
    return _endless("UPDATE ON read_checkpoint")


def _endless(change: str) -> Stop:
    @contextmanager
    def stop(scene: Scene) -> Iterator[Reached]:
        with closing(sqlite3.connect(scene.mill.root / "batchmill.db", timeout=0, isolation_level=None)) as ledger:
            ledger.execute(f"CREATE TRIGGER endless BEFORE {change} BEGIN {ENDLESS}; END")
            try:
                yield lambda: is_locked(ledger)
            finally:
                ledger.execute("DROP TRIGGER endless")

    return stop


def is_locked(ledger: sqlite3.Connection) -> bool:
    """Say whether somebody else is writing to the ledger's file."""
    try:
        ledger.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return True
    ledger.execute("ROLLBACK")
    return False


@contextmanager
def unpublished(scene: Scene) -> Iterator[Reached]:
    """Let the timeline be a pipe: who wants to know whether it is current waits for somebody to write into it.

    Afterwards the timeline is what it was before.
    """
    timeline = scene.mill.root / "timeline.md"
    content = timeline.read_bytes()
    timeline.unlink()
    os.mkfifo(timeline)
    ends: list[int] = []

    def reached() -> bool:
        if not ends:
            try:
                ends.append(os.open(timeline, os.O_WRONLY | os.O_NONBLOCK))
            except OSError:
                return False
        return True

    try:
        yield reached
    finally:
        for end in ends:
            os.close(end)
        timeline.unlink()
        timeline.write_bytes(content)
