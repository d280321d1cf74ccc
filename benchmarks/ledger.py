"""Appending with one durable commit an event, and replaying, beside the eventsourcing library and bare sqlite3."""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import orjson
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from adapters.sql.database import open_database
from adapters.sql.migrate import upgrade
from core.batch import events as e
from core.batch.folding import evolve
from core.batch.parts import Estimate, RequestLine
from core.batch.state import Batch
from core.ledger.codec import encode
from core.ledger.recorded import Context, NewEvent, stamp
from core.ledger.streams import batch_stream
from core.pairs import PairRange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from core.ports import EventStore

AT = datetime(2026, 11, 2, 12, tzinfo=UTC)
CONTEXT = Context("daemon@mill", "0a1b2c3d4e5f", "the provider said so")
SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
RANGES = (PairRange("w2-s30-dex_volume_24h", 1, 100),)
LIFE: tuple[e.BatchEvent, ...] = (
    e.BatchPlanned(205, 2, 1, "dex_volume_24h", RANGES, "gemini-2.5-flash", SHA, Estimate(1, 2, 0.1), AT),
    e.BatchWritten("submissions/batch_205.jsonl", SHA, 406892, (RequestLine("205-001", RANGES),), AT),
    e.SubmissionStarted(1, "batchmill-205-a1", SHA, AT),
    e.FileUploaded("files/8f2kq0z1", AT, AT),
    e.BatchSubmitted(1, "batches/7jx0d3p9", "created", AT),
    e.BatchProcessing(AT),
    e.BatchSucceeded(10, 0, "files/batch-7jx0d3p9", AT, AT),
    e.BatchDownloaded("results/batch_205.jsonl", SHA, 512000, 10, AT),
)
INSERT = "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


class WallClock:
    """The time."""

    def now(self) -> datetime:
        """Return the present moment."""
        return datetime.now(UTC)


class LibraryBatch(Aggregate):
    """The same life in the library's way: eight events, each setting a field or two."""

    @event("Planned")
    def __init__(self, number: int, title: str, model: str, sha: str) -> None:
        """Plan it."""
        self.number, self.title, self.model, self.sha = number, title, model, sha
        self.status = "planned"

    @event("Went")
    def go(self, status: str, name: str, sha: str, at: datetime) -> None:
        """Take any later step."""
        self.status, self.name, self.sha, self.at = status, name, sha, at


def lives() -> Iterator[NewEvent]:
    """Yield the events of one batch after the other, without end."""
    number = 0
    while True:
        number += 1
        for version, happened in enumerate(LIFE, start=1):
            yield NewEvent(batch_stream(number), version, happened, CONTEXT)


def run(appends: int = 5_000, replayed: int = 1_000_000, library: int = 50_000) -> None:
    """Print events a second; with these sizes it takes about a minute and a half and 700 MB of temporary space."""
    with tempfile.TemporaryDirectory(prefix="batchmill-bench-") as folder:
        root = Path(folder)
        print(f"\nAppending {appends:,} events, one durable commit each (events/s)")
        _row("sqlite3 and JSON", *_timed(_append_raw, root / "raw.db", appends))
        _row("batchmill", *_timed(_append_ours, root / "ours.db", appends))
        _row("eventsourcing", *_timed(_append_library, root / "library", appends))
        print(f"\nReplaying {replayed:,} events ({library:,} with eventsourcing; events/s)")
        store = _filled(root / "many.db", replayed)
        _row("sqlite3 and msgspec, no fold", *_timed(_replay_raw, root / "many.db", msgspec.json.decode))
        _row("sqlite3 and orjson, no fold", *_timed(_replay_raw, root / "many.db", orjson.loads))
        _row("batchmill, decode", *_timed(_replay_ours, store, None))
        _row("batchmill, decode and fold", *_timed(_replay_ours, store, evolve))
        application, ids = _library_filled(root / "many-library", library)
        _row("eventsourcing, decode and fold", *_timed(_replay_library, application, ids))


def _row(name: str, number: int, seconds: float) -> None:
    print(f"  {name:<34}{number / seconds:>12,.0f}")


def _timed(job: Callable[..., int], *given: object) -> tuple[int, float]:
    """Return what the job counted and how long it took, in seconds."""
    begun = time.perf_counter()
    number = job(*given)
    return number, time.perf_counter() - begun


def _append_raw(path: Path, number: int) -> int:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(
        "CREATE TABLE events (position INTEGER PRIMARY KEY, stream TEXT, version INTEGER, type TEXT, "
        "schema INTEGER, data TEXT, recorded_at TEXT, actor TEXT, correlation TEXT, causation TEXT, "
        "UNIQUE (stream, version))"
    )
    for new in islice(lives(), number):
        values = (None, new.stream, new.version, *encode(new.event), stamp(AT), *msgspec.structs.astuple(CONTEXT))
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(INSERT, values)
        connection.execute("COMMIT")
    connection.close()
    return number


def _append_ours(path: Path, number: int) -> int:
    upgrade(f"sqlite:///{path}")
    with open_database(f"sqlite:///{path}", WallClock()) as database:
        for new in islice(lives(), number):
            database.store.append([new])
    return number


def _append_library(path: Path, number: int) -> int:
    application, _ = _library_filled(path, number, commit_each=True)
    application.close()
    return number


def _filled(path: Path, number: int) -> EventStore:
    upgrade(f"sqlite:///{path}")
    store = open_database(f"sqlite:///{path}", WallClock()).store
    events = islice(lives(), number)
    while lump := list(islice(events, 20_000)):
        store.append(lump)
    return store


def _replay_raw(path: Path, decode: Callable[[str], object]) -> int:
    number = 0
    for row in sqlite3.connect(path).execute("SELECT * FROM events ORDER BY position"):
        decode(row[5])
        number += 1
    return number


def _replay_ours(store: EventStore, fold: Callable[[Batch, e.BatchEvent], Batch] | None) -> int:
    """Fold each batch and let it go, as the library does with its aggregates."""
    number, stream, batch = 0, "", Batch(number=0)
    for recorded in store.read():
        if fold is not None:
            if recorded.stream != stream:
                stream, batch = recorded.stream, Batch(number=0)
            batch = fold(batch, recorded.event)
        number += 1
    return number


def _library_filled(path: Path, number: int, *, commit_each: bool = False) -> tuple[Application[Any], list[Any]]:
    application = Application[Any]({"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)})
    ids = []
    for life in range(number // len(LIFE)):
        batch = LibraryBatch(life, "dex_volume_24h", "gemini-2.5-flash", SHA)
        for step in range(len(LIFE) - 1):
            if commit_each:
                application.save(batch)
            batch.go(f"step {step}", "batches/7jx0d3p9", SHA, AT)
        application.save(batch)
        ids.append(batch.id)
    return application, ids


def _replay_library(application: Application[Any], ids: list[Any]) -> int:
    return sum(application.repository.get(one).version for one in ids)


if __name__ == "__main__":
    run(*map(int, sys.argv[1:]))
