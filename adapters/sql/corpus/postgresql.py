"""The corpus in PostgreSQL with pgvector."""

from __future__ import annotations

import hashlib
import re
import struct
from array import array
from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from adapters.sql.corpus import statements
from adapters.sql.corpus.database import SqlCorpus
from adapters.sql.corpus.importing import STAGED_PAIRS, STAGED_VECTORS, SqlImporting
from core.corpus.stored import Indexed
from core.errors import BadInputError, DatabaseError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from core.corpus.space import Space
    from core.corpus.stored import Block, Brought, Nearest

#: Any number that all imports of this program agree on; PostgreSQL keeps such locks per database.
_LOCK = 0x636F7270757321
#: What a binary COPY begins and ends with: signature, no flags, no extension; a row of -1 fields.
_HEAD = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
_TRAILER = struct.pack(">h", -1)
#: pgvector indexes vectors up to here; longer ones as halfvec, with 16 bits a dimension.
_LONGEST = 2_000
#: From this share of new vectors on, building the index over all anew is cheaper than adding to it.
_MANY_NEW = 0.2
#: Bytes that a vector's place in the index needs beside its values, and the most memory a build may take.
_NODE = 600
_MOST_MEMORY = 2 << 30
_LEAST_MEMORY = 64 << 20
#: Characters of a text that are analysed: a tsvector may have one megabyte.
_ANALYSED = 100_000
#: Models are called like this, and so are spaces.
_PLAIN = re.compile(r"[A-Za-z0-9._-]+")
#: How many neighbours a search keeps in sight; pgvector allows 1,000.
_IN_SIGHT, _MOST_IN_SIGHT = 100, 1_000

_FILL_WORDS = f"""
INSERT INTO qa_words (content_sha256, words)
SELECT q.content_sha256, to_tsvector('english', left(q.question || ' ' || q.answer, {_ANALYSED}))
FROM qa_pairs q LEFT JOIN qa_words w USING (content_sha256)
WHERE q.retired_by IS NULL AND w.content_sha256 IS NULL
ON CONFLICT DO NOTHING
"""  # noqa: S608 - made of constants
_DROP_WORDS = """
DELETE FROM qa_words w WHERE NOT EXISTS (
    SELECT FROM qa_pairs q WHERE q.content_sha256 = w.content_sha256 AND q.retired_by IS NULL
)
"""
_MATCHES = """
SELECT q.pair_id FROM qa_words w JOIN qa_pairs q USING (content_sha256), CAST(:query AS tsquery) asked
WHERE w.words @@ asked AND q.retired_by IS NULL
ORDER BY ts_rank_cd(w.words, asked, 1) DESC, q.pair_id LIMIT :depth
"""


class PostgresImporting(SqlImporting):
    """Rows come by binary COPY."""

    def stage_pairs(self, block: Block, chosen: Sequence[int]) -> None:
        """Copy pairs."""
        self._copy(f"COPY {STAGED_PAIRS} ({statements.ROW}) FROM STDIN (FORMAT BINARY)", block.copied(chosen))

    def stage_vectors(self, block: Block, chosen: Sequence[int]) -> None:
        """Copy vectors."""
        columns = "content_sha256, vector_sha256, vector"
        self._copy(f"COPY {STAGED_VECTORS} ({columns}) FROM STDIN (FORMAT BINARY)", block.copied(chosen))

    def before_vectors(self, brought: Brought) -> None:
        """Take the index away where most of it is to be made anew."""
        if brought.space and brought.imported.counts.vectors_new > _MANY_NEW * brought.imported.counts.vectors:
            self.connection.exec_driver_sql(f"DROP INDEX IF EXISTS {index_name(brought.space)}")

    def _copy(self, statement: str, rows: bytes) -> None:
        driver: Any = self.connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(_HEAD)
            copy.write(rows)
            copy.write(_TRAILER)


class PostgresCorpus(SqlCorpus):
    """`core.corpus.stored.CorpusDatabase` in PostgreSQL."""

    def wait_in_line(self, connection: Connection) -> None:
        """Let nobody else import; DatabaseError when somebody does."""
        if not connection.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _LOCK}):
            raise DatabaseError(
                f"another `batchmill corpus import` writes into {self.place}; wait for its end and try again"
            )

    def look(self) -> None:
        """Do nothing: asking a server makes no database."""

    def begin(self, connection: Connection) -> SqlImporting:
        """Return the import that runs in this transaction."""
        return PostgresImporting(connection)

    def index(self, space: Space | None) -> Indexed:
        """Analyse texts that are new, and build the index over vectors where there is none."""
        with self.access.writing() as connection:
            self.wait_in_line(connection)
            connection.execute(text(_DROP_WORDS))
            texts = connection.execute(text(_FILL_WORDS)).rowcount
            text_index = not _has_index(connection, "qa_words_found")
            if text_index:
                connection.execute(text("CREATE INDEX qa_words_found ON qa_words USING gin (words)"))
        return Indexed(
            texts=texts, text_index=text_index, vector_index=space is not None and self._index_vectors(space)
        )

    def _index_vectors(self, space: Space) -> bool:
        with self.access.writing() as connection:
            self.wait_in_line(connection)
            if _has_index(connection, index_name(space)):
                return False
            count = connection.scalar(
                text("SELECT count(*) FROM embeddings WHERE space = :space"), {"space": space.name}
            )
            needed = (count or 0) * (space.dimensions * 4 + _NODE)
            memory = min(max(needed, _LEAST_MEMORY), _MOST_MEMORY) >> 10
            connection.exec_driver_sql(f"SET LOCAL maintenance_work_mem = '{memory}kB'")
            kind, value = _indexed_as(space)
            build = (
                f"CREATE INDEX {index_name(space)} ON embeddings USING hnsw (({value}) {kind}_cosine_ops) "
                f"WHERE space = {_quoted(space)}"
            )
            try:
                with connection.begin_nested():
                    connection.exec_driver_sql(build)
            except OperationalError:
                # Workers share that memory, of which containers have little (/dev/shm); one alone does without.
                connection.exec_driver_sql("SET LOCAL max_parallel_maintenance_workers = 0")
                connection.exec_driver_sql(build)
        return True

    def values(self, row: dict[str, Any]) -> Mapping[str, Any]:
        """Return the columns of a pair as they are compared."""
        return row

    def vectors_of(self, space: Space, contents: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return vectors by content hash."""
        question = statements.VECTORS_OF.format(vector="vector_send(vector) AS vector")
        return {
            bytes(row.content_sha256): _little_endian(bytes(row.vector)[4:])
            for row in self.among(question, contents, space=space.name)
        }

    def by_text(self, words: str, depth: int) -> list[str]:
        """Return pairs that all words find, with the operators of a web search, then those that any word finds."""
        with self.reading() as connection:
            asked = {"words": words.replace("\0", " ")}
            strict = connection.scalar(text("SELECT websearch_to_tsquery('english', :words)::text"), asked)
            loose = connection.scalar(
                text("SELECT replace(plainto_tsquery('english', :words)::text, ' & ', ' | ')"), asked
            )
            found: dict[str, None] = {}
            # Whoever excludes a word does not want what any other word finds.
            for query in [strict] if "!" in str(strict) else [strict, loose]:
                if query and len(found) < depth:
                    rows = connection.execute(text(_MATCHES), {"query": query, "depth": depth})
                    found |= dict.fromkeys(rows.scalars())
        return list(found)[:depth]

    def by_vector(self, space: Space, vector: Sequence[float], depth: int, nearest: Nearest) -> list[str]:
        """Return the ids of the current pairs nearest to a vector, through the index."""
        del nearest
        kind, value = _indexed_as(space)
        asked = f"CAST(%(vector)s AS {kind}({space.dimensions}))"
        with self.access.reading() as connection:
            in_sight = min(max(2 * depth, _IN_SIGHT), _MOST_IN_SIGHT)
            connection.exec_driver_sql(f"SET LOCAL hnsw.ef_search = {in_sight}")
            found = connection.exec_driver_sql(
                f"SELECT q.pair_id FROM (SELECT content_sha256, {value} <=> {asked} AS distance FROM embeddings "  # noqa: S608 - made of constants
                f"WHERE space = {_quoted(space)} ORDER BY distance LIMIT {int(depth)}) near "
                "JOIN qa_pairs q USING (content_sha256) WHERE q.retired_by IS NULL "
                f"ORDER BY near.distance, q.pair_id LIMIT {int(depth)}",
                {"vector": str(list(vector))},
            )
            return list(found.scalars())


def index_name(space: Space) -> str:
    """Return what the index over the vectors of a space is called."""
    return f"embeddings_near_{hashlib.sha256(space.name.encode()).hexdigest()[:12]}"


def _indexed_as(space: Space) -> tuple[str, str]:
    """Return the type that vectors are indexed as, and how a vector is brought to it."""
    kind = "vector" if space.dimensions <= _LONGEST else "halfvec"
    return kind, f"CAST(vector AS {kind}({space.dimensions}))"


def _has_index(connection: Connection, name: str) -> bool:
    return connection.scalar(text("SELECT to_regclass(:name)"), {"name": name}) is not None


def _quoted(space: Space) -> str:
    """Return the name of a space as a literal; BadInputError when it is no plain name."""
    if not _PLAIN.fullmatch(space.name):
        raise BadInputError(f"{space.name!r} is no name of a space of vectors; name the model in plain letters")
    return f"'{space.name}'"


def _little_endian(values: bytes) -> bytes:
    """Return numbers of 4 bytes with their bytes the other way round."""
    numbers = array("I", values)
    numbers.byteswap()
    return numbers.tobytes()
