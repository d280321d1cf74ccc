"""Rows tell of batches that an older process sent: what is claimed of them, and how it is known."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_WAVE = {"origin": None, "repairs": "[]"}
_BATCH = {
    "cause": None,
    "known": "run here",
    "origin": None,
    "claimed_path": None,
    "claimed_first_id": None,
    "claimed_last_id": None,
    "claimed_jobs": "[]",
    "wrong_form": None,
}


def upgrade() -> None:
    """Add the columns, and forget the rows: the next command folds every event into them."""
    _forget_rows()
    _add("wave_rows", _WAVE)
    _add("batch_rows", _BATCH)
    op.add_column("batch_rows", sa.Column("claimed_pairs", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Take the columns away."""
    _forget_rows()
    for table, columns in (("wave_rows", _WAVE), ("batch_rows", {**_BATCH, "claimed_pairs": None})):
        with op.batch_alter_table(table) as rows:
            for name in columns:
                rows.drop_column(name)


def _add(table: str, columns: dict[str, str | None]) -> None:
    for name, default in columns.items():
        op.add_column(table, sa.Column(name, sa.Text(), nullable=default is None, server_default=default))
    # The default was for the database, which wants one for a column that may not be null.
    with op.batch_alter_table(table) as rows:
        for name, default in columns.items():
            if default is not None:
                rows.alter_column(name, server_default=None)


def _forget_rows() -> None:
    for name in ("read_checkpoint", "wave_rows", "batch_rows"):
        op.execute(sa.delete(sa.table(name)))
