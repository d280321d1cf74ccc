"""The corpus in an SQLite file: full text by FTS5, vectors as blobs that are all compared."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import event, text
from sqlalchemy.exc import DatabaseError as SqlError

from adapters.sql.corpus import statements
from adapters.sql.corpus.database import SqlCorpus, is_missing
from adapters.sql.corpus.importing import ROWS_AT_ONCE, STAGED_PAIRS, STAGED_VECTORS, SqlImporting, count
from core.corpus.columns import COLUMNS, ROW_DIGEST, Kind
from core.corpus.database import Indexed, Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from adapters.sql.access import Access
    from core.corpus.database import Nearest
    from core.corpus.space import Space
    from core.corpus.stored import Block

_WORD = re.compile(r"\w+")
#: More words than a person asks with; FTS5 bounds the depth of a question.
_MOST_WORDS = 64
_MATCHES = """
SELECT q.pair_id FROM qa_words JOIN qa_pairs q ON q.id = qa_words.rowid
WHERE qa_words MATCH :query AND q.retired_by IS NULL ORDER BY bm25(qa_words), q.pair_id LIMIT :depth
"""
_VECTORS = """
SELECT e.content_sha256, e.vector FROM embeddings e WHERE e.space = :space AND EXISTS (
    SELECT 1 FROM qa_pairs q WHERE q.content_sha256 = e.content_sha256 AND q.retired_by IS NULL
)
"""
_OF_CONTENTS = (
    "SELECT content_sha256, pair_id FROM qa_pairs WHERE retired_by IS NULL AND content_sha256 IN :keys "
    "ORDER BY pair_id"
)


#: FTS5 compares what it knows with the texts of the table (rank 1), and makes it anew.
_CHECK = "INSERT INTO qa_words (qa_words, rank) VALUES ('integrity-check', 1)"
_REBUILD = "INSERT INTO qa_words (qa_words) VALUES ('rebuild')"


class SqliteImporting(SqlImporting):
    """Rows come as values."""

    def stage_pairs(self, block: Block, chosen: Sequence[int]) -> None:
        """Insert pairs."""
        self._insert(STAGED_PAIRS, len(COLUMNS) + 1, block.listed(chosen))

    def stage_vectors(self, space: Space, block: Block, chosen: Sequence[int]) -> None:
        """Insert vectors."""
        del space
        self._insert(STAGED_VECTORS, 3, block.listed(chosen))

    def unknown_texts(self) -> int:
        """Make the full text anew if it is not what the pairs hold: triggers would take from it what it lacks."""
        return self.mend_words()

    def mend_words(self) -> int:
        """Make the full text anew if it is not what the pairs hold."""
        if not _is_broken(self.connection):
            return 0
        self.connection.execute(text(_REBUILD))
        return count(self.connection, "SELECT count(*) FROM qa_pairs")

    def values(self, row: dict[str, Any]) -> Mapping[str, Any]:
        """Return the columns of a pair as they are compared."""
        return _as_compared(row)

    def stored_vectors(self, space: Space) -> Iterator[tuple[bytes, bytes, bytes]]:
        """Yield vectors as they are stored."""
        asked = text(statements.STORED_VECTORS.format(vector="vector"))
        found = self.connection.execute(
            asked, {"space": space.name}, execution_options={"yield_per": ROWS_AT_ONCE}
        )
        yield from ((content, claimed, vector) for content, claimed, vector in found)

    def _insert(self, table: str, columns: int, rows: Iterable[tuple[Any, ...]]) -> None:
        driver: Any = self.connection.connection.driver_connection
        driver.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * columns)})", rows)  # noqa: S608 - made of constants


class SqliteCorpus(SqlCorpus):
    """`core.corpus.database.CorpusDatabase` in SQLite."""

    def __init__(self, access: Access) -> None:
        """Ask through `access`, with foreign keys kept."""
        super().__init__(access)

        @event.listens_for(access.engine, "connect")
        def _keep_keys(connection: Any, _record: object) -> None:  # noqa: ANN401 - a sqlite3.Connection
            connection.execute("PRAGMA foreign_keys=ON")
            # A text that a failing disk or a careless hand made no UTF-8 is another text, not the end of a walk.
            connection.text_factory = partial(str, encoding="utf-8", errors="replace")

    def wait_in_line(self, connection: Connection) -> None:
        """Do nothing: SQLite lets one write at a time, and others wait."""

    def begin(self, connection: Connection) -> SqlImporting:
        """Return the import that runs in this transaction."""
        return SqliteImporting(connection)

    def is_absent(self) -> bool:
        """Return whether there is no file."""
        return is_missing(str(self.access.engine.url.database))

    def index(self, space: Space | None) -> Indexed:
        """Do nothing: triggers tell the full text of each change, and vectors are all compared."""
        del space
        return Indexed(texts=0, text_index=False, vector_index=False)

    def values(self, row: dict[str, Any]) -> Mapping[str, Any]:
        """Return the columns of a pair as they are compared."""
        return _as_compared(row)

    def words(self, space: Space, texts: Mapping[bytes, tuple[str, str]]) -> Words:
        """Return whether the full text is what all pairs hold."""
        del space, texts
        with self.reading() as connection:
            return Words(broken=_is_broken(connection))

    def vectors_of(self, space: Space, contents: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return vectors by content hash."""
        question = statements.VECTORS_OF.format(vector="vector")
        return {row.content_sha256: row.vector for row in self.among(question, contents, space=space.name)}

    def by_text(self, words: str, depth: int) -> list[str]:
        """Return pairs that all words find, then those that any word finds; operators are words like others."""
        asked = [f'"{word}"' for word in dict.fromkeys(_WORD.findall(words))][:_MOST_WORDS]
        found: dict[str, None] = {}
        with self.reading() as connection:
            for query in (" ".join(asked), " OR ".join(asked)):
                if asked and len(found) < depth:
                    rows = connection.execute(text(_MATCHES), {"query": query, "depth": depth})
                    found |= dict.fromkeys(rows.scalars())
        return list(found)[:depth]

    def by_vector(
        self, space: Space, vector: Sequence[float], depth: int, nearest: Nearest
    ) -> list[tuple[str, float]]:
        """Return the current pairs nearest to a vector, which all others are compared with."""
        found = nearest(self._vectors(space), vector, depth)
        pairs: dict[bytes, list[str]] = {}
        for row in self.among(_OF_CONTENTS, [content for content, _ in found]):
            pairs.setdefault(row.content_sha256, []).append(row.pair_id)
        return [(pair_id, cosine) for content, cosine in found for pair_id in pairs.get(content, ())][:depth]

    def _vectors(self, space: Space) -> Iterator[tuple[Sequence[bytes], bytes]]:
        with self.reading() as connection:
            found = connection.execute(text(_VECTORS), {"space": space.name})
            while rows := found.fetchmany(ROWS_AT_ONCE):
                yield [content for content, _ in rows], b"".join(vector for _, vector in rows)


def _is_broken(connection: Connection) -> bool:
    try:
        connection.execute(text(_CHECK))
    except SqlError as fault:
        if "malformed" not in str(fault.orig):
            raise
        return True
    return False


def _as_compared(row: dict[str, Any]) -> Mapping[str, Any]:
    for name, kind, _ in (*COLUMNS, ROW_DIGEST):
        value = row[name]
        match kind:
            case Kind.TEXTS:
                row[name] = json.loads(value)
            case Kind.TRUTH if value is not None:
                row[name] = bool(value)
            case _:
                pass
    return row
