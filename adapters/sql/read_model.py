"""The read model in SQL: rows that answer quickly, saved together with the position they account for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from sqlalchemy import bindparam, delete, select, update

from adapters.sql.row_codec import RowCodec
from adapters.sql.tables import batch_rows, read_checkpoint, wave_rows
from core.projections.rows import BatchRow, Outline, WaveRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection, Select, Table

    from adapters.sql.access import Access

R = TypeVar("R", bound=msgspec.Struct)

#: Above this many numbers the whole table is read: a longer list costs more than the rows it leaves out.
_FEW = 500
_MOVE = (
    update(read_checkpoint)
    .where(read_checkpoint.c.id == 1, read_checkpoint.c.position == bindparam("was"))
    .values(position=bindparam("checkpoint"))
)


class SqlReadModel:
    """ReadModel over the tables `wave_rows`, `batch_rows` and `read_checkpoint`."""

    def __init__(self, access: Access) -> None:
        """Prepare the rows' way in and out of the tables."""
        self._access = access
        swap_nul = access.dialect.name == "postgresql"
        self._waves = RowCodec(WaveRow, swap_nul=swap_nul)
        self._batches = RowCodec(BatchRow, swap_nul=swap_nul)

    def checkpoint(self) -> int:
        """Return the position up to which the rows account for the ledger."""
        with self._access.reading() as connection:
            return connection.scalar(select(read_checkpoint.c.position)) or 0

    def waves(self) -> list[WaveRow]:
        """Return every wave's row, by number."""
        return self._fetch(self._waves, select(wave_rows).order_by(wave_rows.c.wave))

    def batches(self, numbers: Iterable[int] | None = None) -> list[BatchRow]:
        """Return the rows of these batches (all: None), by number."""
        everything = select(batch_rows).order_by(batch_rows.c.number)
        if numbers is None:
            return self._fetch(self._batches, everything)
        wanted = set(numbers)
        if len(wanted) <= _FEW:
            return self._fetch(self._batches, everything.where(batch_rows.c.number.in_(wanted)))
        return [row for row in self._fetch(self._batches, everything) if row.number in wanted]

    def outlines(self) -> list[Outline]:
        """Return what places every batch in a document, by number."""
        columns = [batch_rows.c[name] for name in Outline._fields]
        with self._access.reading() as connection:
            found = connection.execute(select(*columns).order_by(batch_rows.c.number))
            return [Outline(*row) for row in found]

    def save(self, waves: Iterable[WaveRow], batches: Iterable[BatchRow], *, was: int, checkpoint: int) -> bool:
        """Replace these rows and move the checkpoint from `was`, in one commit; see the port."""
        with self._access.writing() as connection:
            if not self._move(connection, was, checkpoint):
                return False
            self._replace(connection, wave_rows, [self._waves.to_columns(row) for row in waves])
            self._replace(connection, batch_rows, [self._batches.to_columns(row) for row in batches])
        return True

    def reset(self) -> None:
        """Forget every row and the checkpoint, in one commit."""
        with self._access.writing() as connection:
            for table in (read_checkpoint, wave_rows, batch_rows):
                connection.execute(delete(table))

    def _move(self, connection: Connection, was: int, checkpoint: int) -> bool:
        """Move the checkpoint if it is still `was`; one that was never saved, or was deleted by hand, is 0."""
        connection.execute(self._access.insert(read_checkpoint).values(id=1, position=0).on_conflict_do_nothing())
        return connection.execute(_MOVE, {"was": was, "checkpoint": checkpoint}).rowcount == 1

    def _replace(self, connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
        if not rows:
            return
        insert = self._access.insert(table)
        key = list(table.primary_key)
        others = {column.name: insert.excluded[column.name] for column in table.c if column not in key}
        connection.execute(insert.on_conflict_do_update(index_elements=key, set_=others), rows)

    def _fetch(self, codec: RowCodec[R], statement: Select[Any]) -> list[R]:
        with self._access.reading() as connection:
            return [codec.from_columns(row) for row in connection.execute(statement)]
