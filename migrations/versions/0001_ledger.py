"""The ledger as it began: events that nobody may change, the rows of the read model, the lease."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

if TYPE_CHECKING:
    from collections.abc import Iterator

revision = "0001"
down_revision = None

_NAME = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_REFUSAL = "events are never changed or deleted; append what is true now"

#: REPLACE deletes without asking the delete trigger, so a row that is already there is refused on its way in.
_SQLITE_GUARDS = (
    f"CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
    f"CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
    f"""
    CREATE TRIGGER events_no_replace BEFORE INSERT ON events
    WHEN EXISTS (SELECT 1 FROM events WHERE position = NEW.position)
      OR EXISTS (SELECT 1 FROM events WHERE stream = NEW.stream AND version = NEW.version)
    BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END
    """,  # noqa: S608 - made of constants
)
#: For each statement, not each row: a statement that would find no row is refused as well.
_POSTGRESQL_GUARDS = (
    f"""
    CREATE FUNCTION refuse_to_change_events() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$
    """,
    """
    CREATE TRIGGER events_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_events()
    """,
    "ALTER TABLE events ENABLE ALWAYS TRIGGER events_stay",
)


def upgrade() -> None:
    """Make every table, and guard the events."""
    op.create_table("events", *_events(), sa.UniqueConstraint("stream", "version", name="one_event_a_version"))
    op.create_table("read_checkpoint", _key("id", sa.Integer()), *_whole("position"))
    op.create_table("wave_rows", *_wave_rows())
    op.create_table("batch_rows", *_batch_rows())
    op.create_table("lease", *_lease())
    postgres = op.get_bind().dialect.name == "postgresql"
    for statement in _POSTGRESQL_GUARDS if postgres else _SQLITE_GUARDS:
        op.execute(statement)


def downgrade() -> None:
    """Refuse: there is no version before the first, and events are never deleted."""
    raise NotImplementedError("the first migration cannot be undone: it would delete the events")


def _events() -> Iterator[sa.Column[Any]]:
    yield _key("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"))
    yield sa.Column("stream", _NAME, nullable=False)
    yield from _whole("version")
    yield from _words("type")
    yield sa.Column("schema", sa.Integer(), nullable=False)
    yield from _words("data")
    yield sa.Column("recorded_at", _NAME, nullable=False)
    yield from _words("actor", "correlation", "causation")


def _wave_rows() -> Iterator[sa.Column[Any]]:
    yield _key("wave", sa.BigInteger())
    yield from _whole("revision", "staged", "excluded", "sources")
    yield from _words("batches", "strategy", "model")
    yield from _whole("input_tokens", "output_tokens")
    yield sa.Column("cost_usd", sa.Double(), nullable=False)
    yield from _words("planned_at", "extract_path")
    yield from _whole("version")


def _batch_rows() -> Iterator[sa.Column[Any]]:
    yield _key("number", sa.BigInteger())
    yield from _whole("wave")
    yield from _words("status", "title")
    yield from _whole("pairs", "requests")
    yield from _perhaps("first_pair_id", "last_pair_id")
    yield from _words("model")
    yield from _whole("attempt")
    yield from _perhaps("display_name", "uploaded_file", "job_name", "file_path")
    yield sa.Column("file_size", sa.BigInteger(), nullable=True)
    yield from _perhaps("file_sha256", "result_path", "refined_path")
    yield from _whole("refined", "missing", "malformed", "blocked", "cut_off")
    yield sa.Column("emulated", sa.Boolean(), nullable=False)
    yield from _whole("estimated_input_tokens", "estimated_output_tokens")
    yield sa.Column("estimated_cost_usd", sa.Double(), nullable=False)
    yield from _whole("input_tokens", "output_tokens")
    yield from _perhaps("reason", "next_try_at")
    yield from _words("planned_at")
    yield from _perhaps("written_at", "started_at", "submitted_at", "processing_at", "ended_at")
    yield from _perhaps("downloaded_at", "read_at", "failed_at")
    yield from _words("changed_at")
    yield from _whole("version")


def _lease() -> Iterator[sa.Column[Any]]:
    yield sa.Column("name", sa.Text(), primary_key=True)
    yield from _words("kind", "host")
    yield from _whole("pid")
    yield from _words("started", "token", "expires_at")


def _key(name: str, kind: sa.types.TypeEngine[int]) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


def _whole(*names: str) -> Iterator[sa.Column[Any]]:
    return (sa.Column(name, sa.BigInteger(), nullable=False) for name in names)


def _words(*names: str) -> Iterator[sa.Column[Any]]:
    return (sa.Column(name, sa.Text(), nullable=False) for name in names)


def _perhaps(*names: str) -> Iterator[sa.Column[Any]]:
    return (sa.Column(name, sa.Text(), nullable=True) for name in names)
