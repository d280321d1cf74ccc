"""An import into PostgreSQL: binary COPY into staging tables and one upsert, but for the first import."""

from __future__ import annotations

import hashlib
import re
import struct
from array import array
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from adapters.sql.corpus import postgresql_words as words
from adapters.sql.corpus import statements
from adapters.sql.corpus.importing import ROWS_AT_ONCE, STAGED_PAIRS, STAGED_VECTORS, SqlImporting
from core.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from core.corpus.space import Space
    from core.corpus.stored import Block, Brought

#: What a binary COPY begins and ends with: signature, no flags, no extension; a row of -1 fields.
_HEAD = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
_TRAILER = struct.pack(">h", -1)
#: From this share of new vectors on, the index over all is cheaper made anew than kept up.
_MANY_NEW = 0.2
#: Models are called like this, and so are spaces.
_PLAIN = re.compile(r"[A-Za-z0-9._-]+")
#: The tables that the columns of a pair refer to.
_REFERENCES = {"session": "sessions", "indicator": "indicators", "imported_by": "imports", "retired_by": "imports"}


class PostgresImporting(SqlImporting):
    """Rows come by binary COPY: those of the first import right into the tables, as they can meet nothing there.

    The first import has nothing to keep up: foreign keys are checked and the index over contents is made for all
    rows at once in the end, and what its rows have in common is the default of their columns as long as it runs.
    """

    def __init__(self, connection: Connection) -> None:
        """Make the staging tables, or the tables ready for the first import."""
        super().__init__(connection)
        self._first = self.last() is None and not any(
            connection.scalar(text(f"SELECT EXISTS (SELECT FROM {table})"))  # noqa: S608 - a constant
            for table in ("qa_pairs", "qa_versions", "embeddings")
        )
        if self._first:
            for column in _REFERENCES:
                self._execute(f"ALTER TABLE qa_pairs DROP CONSTRAINT {_key(column)}")
            self._execute("DROP INDEX qa_pairs_content")
            self._execute("ALTER TABLE qa_pairs ALTER version SET DEFAULT 1, ALTER imported_by SET DEFAULT 1")

    def stage_pairs(self, block: Block, chosen: Sequence[int]) -> None:
        """Copy pairs."""
        table = "qa_pairs" if self._first else STAGED_PAIRS
        self._copy(f"COPY {table} ({statements.ROW}) FROM STDIN (FORMAT BINARY)", block.copied(chosen))

    def stage_vectors(self, space: Space, block: Block, chosen: Sequence[int]) -> None:
        """Copy vectors."""
        if self._first:
            self._execute(
                f"ALTER TABLE embeddings ALTER space SET DEFAULT {quoted(space)}, "
                f"ALTER dimensions SET DEFAULT {int(space.dimensions)}"
            )
        table = "embeddings" if self._first else STAGED_VECTORS
        columns = "content_sha256, vector_sha256, vector"
        self._copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)", block.copied(chosen))

    def put_pairs(self, number: int) -> None:
        """Put what was staged into its place; that of the first import is there already."""
        if not self._first:
            super().put_pairs(number)
            return
        for statement in statements.PUT_KEYS:
            self.connection.execute(text(statement.format(source="qa_pairs")))

    def put_vectors(self, space: Space, brought: Brought) -> None:
        """Do the same with vectors; where many are new, the index over them is taken away, to be built again."""
        counts = brought.imported.counts
        if counts.vectors_new > _MANY_NEW * counts.vectors:
            self._execute(f"DROP INDEX IF EXISTS {index_name(space)}")
        if not self._first:
            super().put_vectors(space, brought)

    def close(self) -> None:
        """Take the staging tables away, and check what the first import brought."""
        super().close()
        if self._first:
            for column, table in _REFERENCES.items():
                self._execute(
                    f"ALTER TABLE qa_pairs ADD CONSTRAINT {_key(column)} FOREIGN KEY ({column}) REFERENCES {table}"
                )
            self._execute("CREATE INDEX qa_pairs_content ON qa_pairs (content_sha256)")
            self._execute("ALTER TABLE qa_pairs ALTER version DROP DEFAULT, ALTER imported_by DROP DEFAULT")
            self._execute("ALTER TABLE embeddings ALTER space DROP DEFAULT, ALTER dimensions DROP DEFAULT")

    def unknown_texts(self) -> int:
        """Return how many current texts have no words."""
        return words.lacking(self.connection)

    def mend_words(self) -> int:
        """Analyse again texts whose words are not theirs, and those that have none."""
        mended = words.mend(self.connection)
        words.fill(self.connection)
        return mended

    def values(self, row: dict[str, Any]) -> Mapping[str, Any]:
        """Return the columns of a pair as they are compared."""
        return row

    def stored_vectors(self, space: Space) -> Iterator[tuple[bytes, bytes, bytes]]:
        """Yield vectors as they are stored."""
        asked = text(statements.STORED_VECTORS.format(vector="vector_send(vector)"))
        found = self.connection.execute(
            asked, {"space": space.name}, execution_options={"yield_per": ROWS_AT_ONCE}
        )
        for content, claimed, vector in found:
            yield bytes(content), bytes(claimed), little_endian(bytes(vector))

    def _execute(self, statement: str) -> None:
        self.connection.exec_driver_sql(statement)

    def _copy(self, statement: str, rows: bytes) -> None:
        driver: Any = self.connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(_HEAD)
            copy.write(rows)
            copy.write(_TRAILER)


def index_name(space: Space) -> str:
    """Return what the index over the vectors of a space is called."""
    return f"embeddings_near_{hashlib.sha256(space.name.encode()).hexdigest()[:12]}"


def quoted(space: Space) -> str:
    """Return the name of a space as a literal; BadInputError when it is no plain name."""
    if not _PLAIN.fullmatch(space.name):
        raise BadInputError(f"{space.name!r} is no name of a space of vectors; name the model in plain letters")
    return f"'{space.name}'"


def little_endian(sent: bytes) -> bytes:
    """Return the numbers of a vector as the server sends it, with the bytes of each the other way round."""
    numbers = array("I", sent[4:])
    numbers.byteswap()
    return numbers.tobytes()


def _key(column: str) -> str:
    """Return how the server named the foreign key of a column."""
    return f"qa_pairs_{column}_fkey"
