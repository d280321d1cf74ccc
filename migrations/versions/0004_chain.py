"""Every event gets the hash of its stream's previous one, and the ledger a head over all of them.

The guards refuse to change events, and that is what filling the new column would be. SQLite gets a new table,
filled in the order of positions and put in the old one's place, with guards of its own; PostgreSQL, where others
may have been granted the table, keeps it and rests its guard meanwhile. All of it happens in the one transaction
of the upgrade, so whoever looks sees guarded events: the old ones before it, the chained ones after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import op

from core.ledger.chain import GENESIS, NOTHING, Head, follow_on, link
from core.ledger.stored import StoredEvent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

revision = "0004"
down_revision = "0003"

#: Rows in memory at once.
_PAGE = 500
_TEXTS = ("data", "recorded_at", "actor", "correlation", "causation")
_COLUMNS = "position, stream, version, type, schema, data, recorded_at, actor, correlation, causation"
_REFUSAL = "events are never changed or deleted; append what is true now"
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


def upgrade() -> None:
    """Chain the events that are there, and note the head."""
    head = _on_postgresql() if op.get_bind().dialect.name == "postgresql" else _on_sqlite()
    table = op.create_table(
        "ledger_head",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
    )
    op.bulk_insert(table, [{"id": 1, "position": head.position, "hash": head.hash}])


def downgrade() -> None:
    """Forget the hashes; the events stay as they are."""
    op.drop_table("ledger_head")
    op.drop_column("events", "chain")


def _on_sqlite() -> Head:
    op.create_table(
        "chained_events",
        sa.Column("position", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("schema", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in (*_TEXTS, "chain")),
        sa.UniqueConstraint("stream", "version", name="one_event_a_version"),
    )
    values = ", ".join(f":{name}" for name in (*_COLUMNS.split(", "), "chain"))
    fill = sa.text(f"INSERT INTO chained_events VALUES ({values})")  # noqa: S608 - made of constants
    head = NOTHING
    for page in _chained("chained_events"):
        op.get_bind().execute(fill, [dict(zip(_names(), row, strict=True)) for row in page])
        head = _after(head, page)
    # Its triggers go with the table, without being asked.
    op.drop_table("events")
    op.rename_table("chained_events", "events")
    for statement in _SQLITE_GUARDS:
        op.execute(statement)
    return head


def _on_postgresql() -> Head:
    op.add_column("events", sa.Column("chain", sa.Text(), nullable=True))
    op.execute("ALTER TABLE events DISABLE TRIGGER events_stay")
    fill = sa.text(
        "UPDATE events SET chain = found.chain FROM unnest(CAST(:positions AS bigint[]), CAST(:chains AS text[])) "
        "AS found (position, chain) WHERE events.position = found.position"
    )
    head = NOTHING
    for page in _chained("events"):
        lists = {"positions": [row[0] for row in page], "chains": [row[-1] for row in page]}
        op.get_bind().execute(fill, lists)
        head = _after(head, page)
    op.alter_column("events", "chain", nullable=False)
    op.execute("ALTER TABLE events ENABLE ALWAYS TRIGGER events_stay")
    return head


def _chained(filled: str) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Yield pages of rows in the order of positions, their chain added; `filled` is where earlier pages are."""
    # A stream's chain so far comes with each row, from the page before or from earlier in this one.
    columns = ", ".join(f"e.{name}" for name in _COLUMNS.split(", "))
    question = sa.text(
        f"SELECT {columns}, (SELECT p.chain FROM {filled} p "  # noqa: S608 - made of constants
        "WHERE p.stream = e.stream AND p.version = e.version - 1) "
        f"FROM events e WHERE e.position > :after ORDER BY e.position LIMIT {_PAGE}"
    )
    after = 0
    while rows := op.get_bind().execute(question, {"after": after}).all():
        reached: dict[tuple[str, int], str] = {}
        page = []
        for found in rows:
            values, earlier = found[:-1], found[-1]
            row = StoredEvent(*values, *[""])
            before = earlier or reached.get((row.stream, row.version - 1)) or GENESIS
            reached[row.stream, row.version] = link(before, row)
            page.append((*values, reached[row.stream, row.version]))
        yield page
        after = page[-1][0]


def _after(head: Head, page: Sequence[tuple[Any, ...]]) -> Head:
    for row in page:
        head = follow_on(Head(row[0] - 1, head.hash), row[-1])
    return head


def _names() -> tuple[str, ...]:
    return (*_COLUMNS.split(", "), "chain")
