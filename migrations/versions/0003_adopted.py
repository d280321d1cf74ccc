"""Rows tell of batches that an older process sent, and of a wave where it stands on its way to its acceptance."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_WAVE = {
    "origin": None,
    "repairs": "[]",
    "status": "planned",
    "status_at": "",
    "status_by": "",
    "approved_at": None,
    "started_at": None,
    "assessed_at": None,
    "verdict": None,
    "decision": None,
    "decided_at": None,
    "decided_by": None,
    "decided_on": None,
    "decision_reason": None,
    "depends_on": None,
    "approved_usd": None,
    "overruled": "false",
}
_BATCH = {
    "cause": None,
    "known": "run here",
    "origin": None,
    "claimed_path": None,
    "claimed_first_id": None,
    "claimed_last_id": None,
    "claimed_jobs": "[]",
    "wrong_form": None,
    "claimed_pairs": None,
}
#: What the columns hold that hold no text.
_TYPES: dict[str, sa.types.TypeEngine[Any]] = {
    "depends_on": sa.BigInteger(),
    "approved_usd": sa.Double(),
    "overruled": sa.Boolean(),
    "claimed_pairs": sa.BigInteger(),
}


def upgrade() -> None:
    """Add the columns, and forget the rows: the next command folds every event into them."""
    _forget_rows()
    _add("wave_rows", _WAVE)
    _add("batch_rows", _BATCH)


def downgrade() -> None:
    """Take the columns away."""
    _forget_rows()
    for table, columns in (("wave_rows", _WAVE), ("batch_rows", _BATCH)):
        with op.batch_alter_table(table) as rows:
            for name in columns:
                rows.drop_column(name)


def _add(table: str, columns: dict[str, str | None]) -> None:
    for name, default in columns.items():
        kind = _TYPES.get(name, sa.Text())
        op.add_column(table, sa.Column(name, kind, nullable=default is None, server_default=default))
    # The default was for the database, which wants one for a column that may not be null.
    with op.batch_alter_table(table) as rows:
        for name, default in columns.items():
            if default is not None:
                rows.alter_column(name, server_default=None)


def _forget_rows() -> None:
    for name in ("read_checkpoint", "wave_rows", "batch_rows"):
        op.execute(sa.delete(sa.table(name)))
