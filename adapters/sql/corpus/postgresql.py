"""The corpus in PostgreSQL with pgvector."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from adapters.sql.corpus import postgresql_words as words
from adapters.sql.corpus import statements
from adapters.sql.corpus.database import SqlCorpus
from adapters.sql.corpus.postgresql_import import PostgresImporting, index_name, little_endian, quoted
from core.corpus.database import Indexed, Words
from core.errors import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from core.corpus.database import Nearest
    from core.corpus.space import Space

#: Any number that all imports of this program agree on; PostgreSQL keeps such locks per database.
_LOCK = 0x636F7270757321
#: pgvector indexes vectors up to here; longer ones as halfvec, with 16 bits a dimension.
_LONGEST = 2_000
#: Bytes that a vector's place in the index needs beside its values, and the most memory a build may take.
_NODE = 600
_MOST_MEMORY = 2 << 30
_LEAST_MEMORY = 64 << 20
#: How many neighbours a search keeps in sight; pgvector allows 1,000.
_IN_SIGHT, _MOST_IN_SIGHT = 100, 1_000

_LEXEMES = "SELECT lexeme FROM unnest(to_tsvector('english', :words))"
#: How many texts the most common lexemes are in, as the server has it since it last analysed the table.
_COMMON = """
SELECT known.element, known.frequency * greatest(c.reltuples, 0) AS texts
FROM pg_stats s CROSS JOIN LATERAL unnest(
    CAST(CAST(s.most_common_elems AS text) AS text[]), s.most_common_elem_freqs
) AS known (element, frequency) CROSS JOIN pg_class c
WHERE s.tablename = 'qa_words' AND s.attname = 'words' AND s.schemaname = current_schema()
AND c.oid = to_regclass('qa_words')
"""
#: Texts that one search ranks at most when any word may find them: at some 15 µs a text, a sixth of a second.
_RANKED = 10_000
#: Words of a long question that are looked for one by one.
_MOST_WORDS = 12
_MATCHES = """
SELECT q.pair_id FROM qa_words w JOIN qa_pairs q USING (content_sha256), CAST(:query AS tsquery) asked
WHERE w.words @@ asked AND q.retired_by IS NULL
ORDER BY ts_rank_cd(w.words, asked, 1) DESC, q.pair_id LIMIT :depth
"""


class PostgresCorpus(SqlCorpus):
    """`core.corpus.database.CorpusDatabase` in PostgreSQL."""

    def wait_in_line(self, connection: Connection) -> None:
        """Let nobody else import; DatabaseError when somebody does."""
        if not connection.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _LOCK}):
            raise DatabaseError(
                f"another `batchmill corpus import` writes into {self.place}; wait for its end and try again"
            )

    def is_absent(self) -> bool:
        """Return False: asking a server makes no database."""
        return False

    def begin(self, connection: Connection) -> PostgresImporting:
        """Return the import that runs in this transaction."""
        return PostgresImporting(connection)

    def index(self, space: Space | None) -> Indexed:
        """Analyse texts that are new, and build the index over vectors where there is none."""
        with self.access.writing() as connection:
            self.wait_in_line(connection)
            words.drop_needless(connection)
            texts = words.fill(connection)
            text_index = not _has_index(connection, words.INDEX)
            if text_index:
                connection.execute(text(f"CREATE INDEX {words.INDEX} ON qa_words USING gin (words)"))
            if texts:
                connection.execute(text("ANALYZE qa_words, qa_pairs"))
        return Indexed(
            texts=texts, text_index=text_index, vector_index=space is not None and self._index_vectors(space)
        )

    def _index_vectors(self, space: Space) -> bool:
        with self.access.writing() as connection:
            self.wait_in_line(connection)
            if _has_index(connection, index_name(space)):
                return False
            needed = count_vectors(connection, space) * (space.dimensions * 4 + _NODE)
            memory = min(max(needed, _LEAST_MEMORY), _MOST_MEMORY) >> 10
            connection.exec_driver_sql(f"SET LOCAL maintenance_work_mem = '{memory}kB'")
            kind, value = _indexed_as(space)
            build = (
                f"CREATE INDEX {index_name(space)} ON embeddings USING hnsw (({value}) {kind}_cosine_ops) "
                f"WHERE space = {quoted(space)}"
            )
            try:
                with connection.begin_nested():
                    connection.exec_driver_sql(build)
            except OperationalError:
                # Workers share that memory, of which containers have little (/dev/shm); one alone does without.
                connection.exec_driver_sql("SET LOCAL max_parallel_maintenance_workers = 0")
                connection.exec_driver_sql(build)
            # Without figures on the table the server compares with every vector instead of asking the index.
            connection.execute(text("ANALYZE embeddings"))
        return True

    def values(self, row: dict[str, Any]) -> Mapping[str, Any]:
        """Return the columns of a pair as they are compared."""
        return row

    def vectors_of(self, space: Space, contents: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return vectors by content hash."""
        question = statements.VECTORS_OF.format(vector="vector_send(vector) AS vector")
        return {
            bytes(row.content_sha256): little_endian(bytes(row.vector))
            for row in self.among(question, contents, space=space.name)
        }

    def words(self, space: Space, texts: Mapping[bytes, tuple[str, str]]) -> Words:
        """Return how far the words of all current texts are known; those of these are analysed again."""
        with self.reading() as connection:
            indexed = {"words": words.INDEX, "vectors": index_name(space)}
            there = {"words": True, "vectors": bool(count_vectors(connection, space))}
            return Words(
                lacking=words.lacking(connection),
                needless=words.needless(connection),
                other=tuple(words.others(connection, texts)),
                unindexed=tuple(
                    name for name, index in indexed.items() if there[name] and not _has_index(connection, index)
                ),
            )

    def by_text(self, asked_for: str, depth: int) -> list[str]:
        """Return pairs that all words find, with the operators of a web search; then those of its rarer words."""
        asked = {"words": asked_for.replace("\0", " ")}
        with self.reading() as connection:
            strict = connection.scalar(text("SELECT websearch_to_tsquery('english', :words)::text"), asked)
            found = _matches(connection, strict, depth)
            # Whoever excludes a word does not want what any other word finds.
            if len(found) < depth and "!" not in str(strict):
                lexemes = list(connection.execute(text(_LEXEMES), asked).scalars())
                found |= _matches(connection, _any_of(_spread(connection, lexemes)), depth)
        return list(found)[:depth]

    def by_vector(
        self, space: Space, vector: Sequence[float], depth: int, nearest: Nearest
    ) -> list[tuple[str, float]]:
        """Return the current pairs nearest to a vector, through the index."""
        del nearest
        kind, value = _indexed_as(space)
        asked = f"CAST(%(vector)s AS {kind}({space.dimensions}))"
        with self.access.reading() as connection:
            in_sight = min(max(2 * depth, _IN_SIGHT), _MOST_IN_SIGHT)
            connection.exec_driver_sql(f"SET LOCAL hnsw.ef_search = {in_sight}")
            found = connection.exec_driver_sql(
                "SELECT q.pair_id, 1 - near.distance FROM "  # noqa: S608 - made of constants
                f"(SELECT content_sha256, {value} <=> {asked} AS distance FROM embeddings "
                f"WHERE space = {quoted(space)} ORDER BY distance LIMIT {int(depth)}) near "
                "JOIN qa_pairs q USING (content_sha256) WHERE q.retired_by IS NULL "
                f"ORDER BY near.distance, q.pair_id LIMIT {int(depth)}",
                {"vector": str(list(vector))},
            )
            return [(pair_id, cosine) for pair_id, cosine in found]


def count_vectors(connection: Connection, space: Space) -> int:
    """Return how many vectors of a space there are."""
    counted = text("SELECT count(*) FROM embeddings WHERE space = :space")
    return int(connection.scalar(counted, {"space": space.name}) or 0)


def _matches(connection: Connection, query: str | None, depth: int) -> dict[str, None]:
    rows = connection.execute(text(_MATCHES), {"query": query, "depth": depth}) if query else None
    return dict.fromkeys(rows.scalars()) if rows else {}


def _spread(connection: Connection, lexemes: Sequence[str]) -> dict[str, float]:
    known = {row.element: float(row.texts) for row in connection.execute(text(_COMMON))} if lexemes else {}
    return {lexeme: known.get(lexeme, 0.0) for lexeme in lexemes}


def _any_of(spread: Mapping[str, float]) -> str:
    """Return a query that any of some lexemes meets: the rarest, up to so many texts as are ranked."""
    chosen: list[str] = []
    texts = 0.0
    for lexeme in sorted(spread, key=lambda each: (spread[each], -len(each)))[:_MOST_WORDS]:
        texts += spread[lexeme]
        if chosen and texts > _RANKED:
            break
        chosen.append("'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'")
    return " | ".join(chosen)


def _indexed_as(space: Space) -> tuple[str, str]:
    """Return the type that vectors are indexed as, and how a vector is brought to it."""
    kind = "vector" if space.dimensions <= _LONGEST else "halfvec"
    return kind, f"CAST(vector AS {kind}({space.dimensions}))"


def _has_index(connection: Connection, name: str) -> bool:
    return connection.scalar(text("SELECT to_regclass(:name)"), {"name": name}) is not None
