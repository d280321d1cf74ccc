"""An import into PostgreSQL: binary COPY, and for many rows one check of all instead of one of each."""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING, Any

from adapters.sql.corpus import statements
from adapters.sql.corpus.importing import STAGED_PAIRS, STAGED_VECTORS, SqlImporting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.corpus.space import Space
    from core.corpus.stored import Block, Brought

#: What a binary COPY begins and ends with: signature, no flags, no extension; a row of -1 fields.
_HEAD = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
_TRAILER = struct.pack(">h", -1)
#: From this share of new rows on, an index or a check over all is cheaper made anew than kept up.
_MANY_NEW = 0.2
#: The tables that the columns of a pair refer to.
_REFERENCES = {"session": "sessions", "indicator": "indicators", "imported_by": "imports", "retired_by": "imports"}


class PostgresImporting(SqlImporting):
    """Rows come by binary COPY."""

    def stage_pairs(self, block: Block, chosen: Sequence[int]) -> None:
        """Copy pairs."""
        self._copy(f"COPY {STAGED_PAIRS} ({statements.ROW}) FROM STDIN (FORMAT BINARY)", block.copied(chosen))

    def stage_vectors(self, block: Block, chosen: Sequence[int]) -> None:
        """Copy vectors."""
        columns = "content_sha256, vector_sha256, vector"
        self._copy(f"COPY {STAGED_VECTORS} ({columns}) FROM STDIN (FORMAT BINARY)", block.copied(chosen))

    def before(self, brought: Brought) -> None:
        """Take away what is cheaper to make anew for many rows than to keep up row by row.

        That is the check of each foreign key, made for all rows at once in the end, and the index over vectors,
        which `index` builds again. Who reads pairs waits meanwhile.
        """
        counts = brought.imported.counts
        if _many(counts.new + counts.changed, counts.current):
            for column in _REFERENCES:
                self.connection.exec_driver_sql(f"ALTER TABLE qa_pairs DROP CONSTRAINT {_key(column)}")
            self.connection.exec_driver_sql("DROP INDEX qa_pairs_content")
        if brought.space and _many(counts.vectors_new, counts.vectors):
            self.connection.exec_driver_sql(f"DROP INDEX IF EXISTS {index_name(brought.space)}")

    def after(self, brought: Brought) -> None:
        """Check the foreign keys of all rows, where they were not checked row by row."""
        counts = brought.imported.counts
        if _many(counts.new + counts.changed, counts.current):
            for column, table in _REFERENCES.items():
                self.connection.exec_driver_sql(
                    f"ALTER TABLE qa_pairs ADD CONSTRAINT {_key(column)} FOREIGN KEY ({column}) REFERENCES {table}"
                )
            self.connection.exec_driver_sql("CREATE INDEX qa_pairs_content ON qa_pairs (content_sha256)")

    def _copy(self, statement: str, rows: bytes) -> None:
        driver: Any = self.connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(_HEAD)
            copy.write(rows)
            copy.write(_TRAILER)


def index_name(space: Space) -> str:
    """Return what the index over the vectors of a space is called."""
    return f"embeddings_near_{hashlib.sha256(space.name.encode()).hexdigest()[:12]}"


def _many(new: int, of_all: int) -> bool:
    return new > _MANY_NEW * of_all


def _key(column: str) -> str:
    """Return how the server named the foreign key of a column."""
    return f"qa_pairs_{column}_fkey"
