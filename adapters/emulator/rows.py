"""The emulator's rows, in its own SQLite file: uploads in progress, files, jobs and the clock's anchor."""

from __future__ import annotations

import sqlite3
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

from adapters.emulator.tables import prepare
from core.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


Position = tuple[int, int]
"""Where a row stands in its list: the moment of its creation, and its `seq` among those of that moment."""

NEWEST: Position = (sys.maxsize, sys.maxsize)
"""Beyond every row of a list."""


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
    """A file in the store; `size` in bytes, `sha256` in hexadecimal, "" when nobody knows it."""

    seq: int
    id: str
    display_name: str
    mime_type: str
    size: int
    sha256: str
    created_ns: int
    expires_ns: int

    @property
    def position(self) -> Position:
        """Where it stands in the list of files."""
        return self.created_ns, self.seq


class JobRow(msgspec.Struct, frozen=True):
    """A job and the moments at which it passes on; `input_file` is None when its requests came inline.

    `tokens` are those it holds in the queue (0 where there is no quota for them), `fault` is what its scenario
    does to it, as JSON. `failed` rows, and the tokens `asked` and `answered`, are known once its result is made.
    Its contents are kept until `until_ns`; None says that they are gone.
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
    until_ns: int | None = None

    @property
    def position(self) -> Position:
        """Where it stands in the list of jobs."""
        return self.created_ns, self.seq


_NEW_FILE = "INSERT INTO files VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)"
_NEW_JOB = "INSERT INTO jobs VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


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
            prepare(self._connection)
        except sqlite3.DatabaseError as error:
            self._connection.close()
            raise BadInputError(
                f"{path} cannot be used ({error}); stop the emulator that holds it, or give another folder"
            ) from error

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

    def remove_upload(self, upload_id: str) -> None:
        """Forget an upload."""
        self._run("DELETE FROM uploads WHERE id = ?", upload_id)

    def remove_old_uploads(self, before_ns: int, limit: int) -> list[str]:
        """Forget at most so many uploads that began before a moment; return their ids."""
        statement = (
            "DELETE FROM uploads WHERE id IN (SELECT id FROM uploads WHERE started_ns < ? LIMIT ?) RETURNING id"
        )
        return [row[0] for row in self._run(statement, before_ns, limit)]

    def add_file(self, row: FileRow) -> None:
        """Keep a new file; its `seq` is given here, whatever the row says."""
        self._run(_NEW_FILE, *msgspec.structs.astuple(row)[1:])

    def file(self, file_id: str) -> FileRow | None:
        """Return a file, even one that has expired."""
        rows = self._run("SELECT * FROM files WHERE id = ?", file_id)
        return FileRow(*rows[0]) if rows else None

    def files(self, *, below: Position, now_ns: int, limit: int) -> list[FileRow]:
        """Return living files, newest first, from before `below`."""
        query = (
            "SELECT * FROM files WHERE (created_ns, seq) < (?, ?) AND expires_ns > ? "
            "ORDER BY created_ns DESC, seq DESC LIMIT ?"
        )
        return [FileRow(*row) for row in self._run(query, *below, now_ns, limit)]

    def remove_file(self, file_id: str) -> None:
        """Forget a file."""
        self._run("DELETE FROM files WHERE id = ?", file_id)

    def remove_expired_files(self, now_ns: int, limit: int) -> list[str]:
        """Forget at most so many files that have expired; return their ids."""
        statement = (
            "DELETE FROM files WHERE seq IN (SELECT seq FROM files WHERE expires_ns <= ? LIMIT ?) RETURNING id"
        )
        return [row[0] for row in self._run(statement, now_ns, limit)]

    def add_job(self, row: JobRow) -> None:
        """Keep a new job; its `seq` is given here, whatever the row says."""
        self._run(_NEW_JOB, *msgspec.structs.astuple(row)[1:])

    def job(self, job_id: str) -> JobRow | None:
        """Return a job, even a deleted one."""
        rows = self._run("SELECT * FROM jobs WHERE id = ?", job_id)
        return JobRow(*rows[0]) if rows else None

    def jobs(self, *, below: Position, limit: int) -> list[JobRow]:
        """Return jobs that were not deleted, newest first, from before `below`."""
        query = (
            "SELECT * FROM jobs WHERE (created_ns, seq) < (?, ?) AND deleted_ns IS NULL "
            "ORDER BY created_ns DESC, seq DESC LIMIT ?"
        )
        return [JobRow(*row) for row in self._run(query, *below, limit)]

    def cancel_job(self, job_id: str, at_ns: int, until_ns: int) -> None:
        """Note when a job was cancelled, and until when its contents are kept now."""
        self._run("UPDATE jobs SET cancelled_ns = ?, until_ns = ? WHERE id = ?", at_ns, until_ns, job_id)

    def delete_job(self, job_id: str, at_ns: int) -> None:
        """Note when a job was deleted."""
        self._run("UPDATE jobs SET deleted_ns = ? WHERE id = ?", at_ns, job_id)

    def settle_job(self, job_id: str, *, failed: int, asked: int, answered: int) -> None:
        """Note what the making of a job's result counted."""
        statement = "UPDATE jobs SET failed = ?, asked = ?, answered = ? WHERE id = ?"
        self._run(statement, failed, asked, answered, job_id)

    def jobs_past_keeping(self, now_ns: int, limit: int) -> list[JobRow]:
        """Return at most so many jobs whose contents are still there and need not be kept any longer."""
        query = "SELECT * FROM jobs WHERE until_ns <= ? ORDER BY until_ns LIMIT ?"
        return [JobRow(*row) for row in self._run(query, now_ns, limit)]

    def forget_contents(self, job_id: str) -> None:
        """Note that a job's contents are gone."""
        self._run("UPDATE jobs SET until_ns = NULL WHERE id = ?", job_id)

    def unsettled_jobs(self, now_ns: int) -> list[JobRow]:
        """Return the jobs that may have ended and whose result can still be made, deleted ones included."""
        query = (
            "SELECT * FROM jobs WHERE failed IS NULL AND until_ns IS NOT NULL "
            "AND (ends_ns <= ? OR cancelled_ns IS NOT NULL)"
        )
        return [JobRow(*row) for row in self._run(query, now_ns)]

    def settled(self) -> list[tuple[str, int, int, int]]:
        """Return display name, jobs whose result was made, and their tokens asked and answered."""
        return self._run(
            "SELECT display_name, COUNT(*), SUM(asked), SUM(answered) FROM jobs WHERE failed IS NOT NULL "
            "GROUP BY display_name ORDER BY display_name"
        )

    def created_since(self, moment_ns: int) -> int:
        """Return how many jobs were created after a moment; one that was loaded was not created here."""
        query = (
            "SELECT COUNT(*) FROM jobs WHERE created_ns > ? "
            "AND NOT EXISTS (SELECT 1 FROM loaded WHERE name = 'batches/' || jobs.id)"
        )
        count: int = self._run(query, moment_ns)[0][0]
        return count

    def active_jobs(self, now_ns: int) -> int:
        """Return how many jobs wait or run."""
        return self._sum("COUNT(*)", "ends_ns > ?", now_ns)

    def enqueued_tokens(self, model: str, now_ns: int) -> int:
        """Return the tokens that a model's waiting and running jobs hold."""
        return self._sum("COALESCE(SUM(tokens), 0)", "model = ? AND ends_ns > ?", model, now_ns)

    def jobs_per_display_name(self) -> dict[str, int]:
        """Return how many jobs were ever created under each display name, deleted ones included."""
        return dict(self._run("SELECT display_name, COUNT(*) FROM jobs GROUP BY display_name"))

    def known_names(self) -> set[str]:
        """Return the full names of all jobs and files, and of those that were ever loaded."""
        query = (
            "SELECT name FROM loaded UNION SELECT 'batches/' || id FROM jobs "
            "UNION SELECT 'files/' || id FROM files"
        )
        return {row[0] for row in self._run(query)}

    def add_loaded(self, files: Sequence[FileRow], jobs: Sequence[JobRow]) -> None:
        """Keep files and jobs that were made elsewhere, in one commit; their `seq` is given here."""
        names = [f"files/{file.id}" for file in files] + [f"batches/{job.id}" for job in jobs]
        with self._lock, _commit(self._connection) as connection:
            connection.executemany(_NEW_FILE, [msgspec.structs.astuple(file)[1:] for file in files])
            connection.executemany(_NEW_JOB, [msgspec.structs.astuple(job)[1:] for job in jobs])
            connection.executemany("INSERT INTO loaded VALUES (?)", [(name,) for name in names])

    def _sum(self, what: str, condition: str, *values: object) -> int:
        query = f"SELECT {what} FROM jobs WHERE cancelled_ns IS NULL AND deleted_ns IS NULL AND {condition}"  # noqa: S608 - the callers' own words
        total: int = self._run(query, *values)[0][0]
        return total

    def _run(self, statement: str, *values: object) -> list[Any]:
        with self._lock:
            return self._connection.execute(statement, values).fetchall()


@contextmanager
def _commit(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Make one commit of what the block does, or nothing when it raises."""
    connection.execute("BEGIN")
    try:
        yield connection
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
