"""The tables: the events, which nobody may change; the rows, which can be made anew; leases and claims."""

from __future__ import annotations

from types import NoneType
from typing import TYPE_CHECKING, Any, get_args, get_origin

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from core.projections.rows import BatchRow, WaveRow

if TYPE_CHECKING:
    from sqlalchemy.types import TypeEngine

metadata = MetaData()

#: Compared byte by byte in both databases, so that names sort as Python sorts them.
NAME = Text().with_variant(Text(collation="C"), "postgresql")

_TYPES: dict[Any, TypeEngine[Any]] = {
    int: BigInteger(),
    str: Text(),
    float: Double(),
    bool: Boolean(),
    tuple: Text(),
}

events = Table(
    "events",
    metadata,
    Column("position", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False),
    Column("stream", NAME, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("schema", Integer, nullable=False),
    Column("data", Text, nullable=False),
    Column("recorded_at", NAME, nullable=False),
    Column("actor", Text, nullable=False),
    Column("correlation", Text, nullable=False),
    Column("causation", Text, nullable=False),
    Column("chain", Text, nullable=False),
    UniqueConstraint("stream", "version", name="one_event_a_version"),
)

#: One row: the last position, and the hash over all events up to there (see core.ledger.chain).
ledger_head = Table(
    "ledger_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
)

read_checkpoint = Table(
    "read_checkpoint",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
)

lease = Table(
    "lease",
    metadata,
    Column("name", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("pid", BigInteger, nullable=False),
    Column("started", Text, nullable=False),
    Column("token", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
)

#: One row: the number that the newest lease was given, whether it is still held or not.
last_fence = Table(
    "last_fence",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
)

#: One row an open batch of a shared ledger: the number of the lease whose worker looks after it, null for none.
claims = Table(
    "claims",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("fence", BigInteger, nullable=True),
)


def _columns(row: type[msgspec.Struct], key: str) -> list[Column[Any]]:
    """Return one column a field of `row`: tuples become JSON text, optional fields may be null."""
    columns: list[Column[Any]] = []
    for field in msgspec.structs.fields(row):
        kinds = [kind for kind in get_args(field.type) if kind is not NoneType] or [field.type]
        kind = tuple if get_origin(field.type) is tuple else kinds[0]
        optional = NoneType in get_args(field.type)
        if field.name == key:
            columns.append(Column(field.name, BigInteger, primary_key=True, autoincrement=False))
        else:
            columns.append(Column(field.name, _TYPES[kind], nullable=optional))
    return columns


wave_rows = Table("wave_rows", metadata, *_columns(WaveRow, "wave"))
batch_rows = Table("batch_rows", metadata, *_columns(BatchRow, "number"))
