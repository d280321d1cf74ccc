"""The emulator's rows, in its own SQLite file: uploads in progress, files, jobs and the clock's anchor."""

from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING, Any

import msgspec

from core.errors import BadInputError

if TYPE_CHECKING:
    from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS uploads (
  id TEXT PRIMARY KEY, file_id TEXT NOT NULL, display_name TEXT NOT NULL, mime_type TEXT NOT NULL,
  declared INTEGER, started_ns INTEGER NOT NULL, finished INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS files (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, display_name TEXT NOT NULL,
  mime_type TEXT NOT NULL, size INTEGER NOT NULL, sha256 TEXT NOT NULL, created_ns INTEGER NOT NULL,
  expires_ns INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS jobs (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, model TEXT NOT NULL,
  display_name TEXT NOT NULL, input_file TEXT, requests INTEGER NOT NULL, created_ns INTEGER NOT NULL,
  starts_ns INTEGER NOT NULL, ends_ns INTEGER NOT NULL, cancelled_ns INTEGER, deleted_ns INTEGER);
CREATE TABLE IF NOT EXISTS clock (emulated_ns INTEGER NOT NULL, wall_ns INTEGER NOT NULL, speed REAL NOT NULL);
"""
_ADDED = (
    ("tokens", "INTEGER NOT NULL DEFAULT 0"),
    ("fault", "TEXT NOT NULL DEFAULT ''"),
    ("failed", "INTEGER"),
    ("asked", "INTEGER NOT NULL DEFAULT 0"),
    ("answered", "INTEGER NOT NULL DEFAULT 0"),
)
"""The columns that jobs got after the first folders had been written, in the order of JobRow."""


class UploadRow(msgspec.Struct, frozen=True):
    """A resumable upload: the file it will become, and the size its client announced (None: it did not)."""

    id: str
    file_id: str
    display_name: str
    mime_type: str
    declared: int | None
    started_ns: int
    finished: int = 0


class FileRow(msgspec.Struct, frozen=True):
    """A file in the store; `size` in bytes, `sha256` in hexadecimal, `seq` orders by creation."""

    seq: int
    id: str
    display_name: str
    mime_type: str
    size: int
    sha256: str
    created_ns: int
    expires_ns: int


class JobRow(msgspec.Struct, frozen=True):
    """A job and the moments at which it passes on; `input_file` is None when its requests came inline.

    `tokens` are those it holds in the queue (0 where there is no quota for them), `fault` is what its scenario
    does to it, as JSON. `failed` rows, and the tokens `asked` and `answered`, are known once its result is made.
    """

    seq: int
    id: str
    model: str
    display_name: str
    input_file: str | None
    requests: int
    created_ns: int
    starts_ns: int
    ends_ns: int
    cancelled_ns: int | None = None
    deleted_ns: int | None = None
    tokens: int = 0
    fault: str = ""
    failed: int | None = None
    asked: int = 0
    answered: int = 0


class Rows:
    """One connection, used by one thread at a time.

    Commits are not flushed by force: they outlive the process, however it dies, but not a power cut. Raises
    BadInputError when another emulator holds the same folder.
    """

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.Lock()
        target = ":memory:" if path is None else str(path)
        self._connection = sqlite3.connect(target, isolation_level=None, check_same_thread=False, timeout=1.0)
        try:
            self._connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=OFF")
            self._connection.executescript(_SCHEMA)
            self._add_columns()
        except sqlite3.DatabaseError as error:
            self._connection.close()
            raise BadInputError(
                f"{path} cannot be used ({error}); stop the emulator that holds it, or give another folder"
            ) from error

    def _add_columns(self) -> None:
        """Give the jobs of an older folder the columns that it lacks."""
        present = {row[1] for row in self._run("PRAGMA table_info(jobs)")}
        for name, kind in _ADDED:
            if name not in present:
                self._connection.execute(f"ALTER TABLE jobs ADD COLUMN {name} {kind}")

    def close(self) -> None:
        """Close the database; everything said is kept."""
        with self._lock:
            self._connection.close()

    def anchor(self) -> tuple[int, int, float] | None:
        """Return the clock's last anchor: emulated nanoseconds, wall nanoseconds, speed."""
        rows = self._run("SELECT emulated_ns, wall_ns, speed FROM clock")
        return rows[0] if rows else None

    def set_anchor(self, emulated_ns: int, wall_ns: int, speed: float) -> None:
        """Replace the clock's anchor."""
        self._run("DELETE FROM clock")
        self._run("INSERT INTO clock VALUES (?, ?, ?)", emulated_ns, wall_ns, speed)

    def add_upload(self, row: UploadRow) -> None:
        """Keep a new upload."""
        self._run("INSERT INTO uploads VALUES (?, ?, ?, ?, ?, ?, ?)", *msgspec.structs.astuple(row))

    def upload(self, upload_id: str) -> UploadRow | None:
        """Return an upload, finished or not."""
        rows = self._run("SELECT * FROM uploads WHERE id = ?", upload_id)
        return UploadRow(*rows[0]) if rows else None

    def finish_upload(self, upload_id: str) -> None:
        """Mark an upload as turned into its file."""
        self._run("UPDATE uploads SET finished = 1 WHERE id = ?", upload_id)

    def remove_uploads(self, *, upload_id: str = "", before_ns: int = 0) -> list[str]:
        """Forget one upload, or all that began before a moment; return the ids."""
        rows = self._run("DELETE FROM uploads WHERE id = ? OR started_ns < ? RETURNING id", upload_id, before_ns)
        return [row[0] for row in rows]

    def add_file(self, row: FileRow) -> None:
        """Keep a new file; its `seq` is given here, whatever the row says."""
        self._run("INSERT INTO files VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)", *msgspec.structs.astuple(row)[1:])

    def file(self, file_id: str) -> FileRow | None:
        """Return a file, even one that has expired."""
        rows = self._run("SELECT * FROM files WHERE id = ?", file_id)
        return FileRow(*rows[0]) if rows else None

    def files(self, *, below: int, now_ns: int, limit: int) -> list[FileRow]:
        """Return living files, newest first, with `seq` smaller than `below`."""
        query = "SELECT * FROM files WHERE seq < ? AND expires_ns > ? ORDER BY seq DESC LIMIT ?"
        return [FileRow(*row) for row in self._run(query, below, now_ns, limit)]

    def remove_files(self, *, file_id: str = "", expired_ns: int = 0) -> list[str]:
        """Forget one file, or all that had expired by a moment; return the ids."""
        rows = self._run("DELETE FROM files WHERE id = ? OR expires_ns <= ? RETURNING id", file_id, expired_ns)
        return [row[0] for row in rows]

    def add_job(self, row: JobRow) -> None:
        """Keep a new job; its `seq` is given here, whatever the row says."""
        values = msgspec.structs.astuple(row)[1:]
        self._run("INSERT INTO jobs VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", *values)

    def job(self, job_id: str) -> JobRow | None:
        """Return a job, even a deleted one."""
        rows = self._run("SELECT * FROM jobs WHERE id = ?", job_id)
        return JobRow(*rows[0]) if rows else None

    def jobs(self, *, below: int, limit: int) -> list[JobRow]:
        """Return jobs that were not deleted, newest first, with `seq` smaller than `below`."""
        query = "SELECT * FROM jobs WHERE seq < ? AND deleted_ns IS NULL ORDER BY seq DESC LIMIT ?"
        return [JobRow(*row) for row in self._run(query, below, limit)]

    def cancel_job(self, job_id: str, at_ns: int) -> None:
        """Note when a job was cancelled."""
        self._run("UPDATE jobs SET cancelled_ns = ? WHERE id = ?", at_ns, job_id)

    def delete_job(self, job_id: str, at_ns: int) -> None:
        """Note when a job was deleted."""
        self._run("UPDATE jobs SET deleted_ns = ? WHERE id = ?", at_ns, job_id)

    def settle_job(self, job_id: str, *, failed: int, asked: int, answered: int) -> None:
        """Note what the making of a job's result counted."""
        statement = "UPDATE jobs SET failed = ?, asked = ?, answered = ? WHERE id = ?"
        self._run(statement, failed, asked, answered, job_id)

    def every_job(self) -> list[JobRow]:
        """Return all jobs ever made, oldest first, deleted ones included."""
        return [JobRow(*row) for row in self._run("SELECT * FROM jobs ORDER BY seq")]

    def created_since(self, moment_ns: int) -> int:
        """Return how many jobs were created after a moment."""
        count: int = self._run("SELECT COUNT(*) FROM jobs WHERE created_ns > ?", moment_ns)[0][0]
        return count

    def active_jobs(self, now_ns: int) -> dict[str, tuple[int, int]]:
        """Return how many jobs wait or run, and the tokens they hold, by model."""
        query = (
            "SELECT model, COUNT(*), SUM(tokens) FROM jobs "
            "WHERE cancelled_ns IS NULL AND deleted_ns IS NULL AND ends_ns > ? GROUP BY model"
        )
        return {model: (jobs, tokens) for model, jobs, tokens in self._run(query, now_ns)}

    def jobs_per_display_name(self) -> dict[str, int]:
        """Return how many jobs were ever created under each display name, deleted ones included."""
        return dict(self._run("SELECT display_name, COUNT(*) FROM jobs GROUP BY display_name"))

    def _run(self, statement: str, *values: object) -> list[Any]:
        with self._lock:
            return self._connection.execute(statement, values).fetchall()
