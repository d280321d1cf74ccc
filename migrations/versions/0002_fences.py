"""Leases get numbers, workers may divide the batches, and rows tell of holds, deadlines and repairs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import op

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

revision = "0002"
down_revision = "0001"

_WAVE_TEXTS = ("released_at", "held")
_COUNTS = ("handed_over", "given_up")
_LEASE = ("kind", "host", "pid", "started", "token", "expires_at")


def upgrade() -> None:
    """Give leases numbers, make room for claims, and forget the rows: the events fill the new columns."""
    held = _leases()
    op.drop_table("lease")
    table = op.create_table("lease", *_lease(sa.Column("number", sa.BigInteger(), nullable=False)))
    # A daemon of the older program that runs meanwhile keeps its place, and so keeps newer ones out.
    op.bulk_insert(table, [{**lease, "number": number} for number, lease in enumerate(held, start=1)])
    counter = op.create_table(
        "last_fence", _key("id", sa.Integer()), sa.Column("number", sa.BigInteger(), nullable=False)
    )
    op.bulk_insert(counter, [{"id": 1, "number": len(held)}])
    op.create_table("claims", _key("number", sa.BigInteger()), sa.Column("fence", sa.BigInteger(), nullable=True))
    for name in ("hold", "due"):
        op.add_column("batch_rows", sa.Column(name, sa.Text(), nullable=True))
    for name in _WAVE_TEXTS:
        op.add_column("wave_rows", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("batch_rows", sa.Column("repairs", sa.BigInteger(), nullable=True))
    _forget_rows()
    for name in _COUNTS:
        op.add_column("batch_rows", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
    # The default was for the database, which wants one for a column that may not be null.
    with op.batch_alter_table("batch_rows") as batch_rows:
        for name in _COUNTS:
            batch_rows.alter_column(name, server_default=None)


def downgrade() -> None:
    """Go back to one lease without a number."""
    _forget_rows()
    for name in ("hold", "due", "repairs", *_COUNTS):
        op.drop_column("batch_rows", name)
    for name in _WAVE_TEXTS:
        op.drop_column("wave_rows", name)
    op.drop_table("claims")
    op.drop_table("last_fence")
    held = [lease for lease in _leases() if lease["name"] == "driver"]
    op.drop_table("lease")
    op.bulk_insert(op.create_table("lease", *_lease()), held)


def _leases() -> Sequence[dict[str, Any]]:
    columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in ("name", *_LEASE)]
    return [
        dict(row) for row in op.get_bind().execute(sa.select(*columns).select_from(sa.table("lease"))).mappings()
    ]


def _lease(*more: sa.Column[Any]) -> Iterator[sa.Column[Any]]:
    yield sa.Column("name", sa.Text(), primary_key=True)
    yield from more
    for name in _LEASE:
        yield sa.Column(name, sa.BigInteger() if name == "pid" else sa.Text(), nullable=False)


def _forget_rows() -> None:
    """Leave the read model as it begins; the next command folds every event into it."""
    for name in ("read_checkpoint", "wave_rows", "batch_rows"):
        op.execute(sa.delete(sa.table(name)))


def _key(name: str, kind: sa.types.TypeEngine[int]) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=True, autoincrement=False)
