"""The tables of the emulator's SQLite file, and how a file of an older version gets what it lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.emulator.clock import FILE_LIFETIME

if TYPE_CHECKING:
    import sqlite3

_TABLES = """
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
CREATE TABLE IF NOT EXISTS loaded (name TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS clock (emulated_ns INTEGER NOT NULL, wall_ns INTEGER NOT NULL, speed REAL NOT NULL);
"""
_ADDED = (
    ("tokens", "INTEGER NOT NULL DEFAULT 0"),
    ("fault", "TEXT NOT NULL DEFAULT ''"),
    ("failed", "INTEGER"),
    ("asked", "INTEGER NOT NULL DEFAULT 0"),
    ("answered", "INTEGER NOT NULL DEFAULT 0"),
    ("until_ns", "INTEGER DEFAULT 0"),
)
"""The columns that jobs got after the first folders had been written, in the order of JobRow."""

_INDEXES = """
CREATE INDEX IF NOT EXISTS uploads_by_start ON uploads (started_ns);
CREATE INDEX IF NOT EXISTS files_by_expiry ON files (expires_ns);
CREATE INDEX IF NOT EXISTS files_newest ON files (created_ns, seq);
DROP INDEX IF EXISTS jobs_listed;
CREATE INDEX IF NOT EXISTS jobs_newest ON jobs (created_ns, seq) WHERE deleted_ns IS NULL;
CREATE INDEX IF NOT EXISTS jobs_active ON jobs (ends_ns) WHERE cancelled_ns IS NULL AND deleted_ns IS NULL;
CREATE INDEX IF NOT EXISTS jobs_enqueued ON jobs (model, ends_ns, tokens)
  WHERE cancelled_ns IS NULL AND deleted_ns IS NULL;
CREATE INDEX IF NOT EXISTS jobs_by_creation ON jobs (created_ns);
CREATE INDEX IF NOT EXISTS jobs_kept ON jobs (until_ns) WHERE until_ns IS NOT NULL;
"""


def prepare(connection: sqlite3.Connection) -> None:
    """Make the tables and indexes that are not there yet; raises sqlite3.DatabaseError when that cannot be."""
    connection.execute("PRAGMA locking_mode=EXCLUSIVE")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=OFF")
    connection.executescript(_TABLES)
    present = {row[1] for row in connection.execute("PRAGMA table_info(jobs)")}
    for name, kind in _ADDED:
        if name not in present:
            connection.execute(f"ALTER TABLE jobs ADD COLUMN {name} {kind}")
    connection.execute("UPDATE jobs SET until_ns = ends_ns + ? WHERE until_ns = 0", (FILE_LIFETIME,))
    connection.executescript(_INDEXES)
