"""The SQL that both databases understand; what is put into it here are names of columns, never values."""

# ruff: noqa: S608 - made of constants

from __future__ import annotations

from core.corpus.columns import NAMES, ROW_DIGEST

_ROW = (*NAMES, ROW_DIGEST.name)
#: The columns of a pair that an import brings, as a list.
ROW = ", ".join(_ROW)
_OF_PAIR = ", ".join(f"q.{name}" for name in _ROW)
_REPLACED = ", ".join(f"{name} = excluded.{name}" for name in _ROW if name != "pair_id")

STAGE = (
    f"CREATE TEMP TABLE staged_pairs AS SELECT {ROW} FROM qa_pairs LIMIT 0",
    "CREATE TEMP TABLE staged_vectors AS SELECT content_sha256, vector_sha256, vector FROM embeddings LIMIT 0",
)
UNSTAGE = ("DROP TABLE staged_pairs", "DROP TABLE staged_vectors")

HELD = "SELECT pair_id, version, row_sha256, retired_by IS NULL FROM qa_pairs"
HELD_VECTORS = "SELECT content_sha256, vector_sha256 FROM embeddings WHERE space = :space"
#: What is read again by a repair.
STORED = f"SELECT {ROW} FROM qa_pairs"
STORED_VECTORS = "SELECT content_sha256, vector_sha256, {vector} FROM embeddings WHERE space = :space"
LAST_VERSIONS = (
    "SELECT pair_id, max(version) FROM qa_versions v WHERE NOT EXISTS "
    "(SELECT 1 FROM qa_pairs q WHERE q.pair_id = v.pair_id) GROUP BY pair_id"
)
COUNT_FORMER = "SELECT count(*) FROM qa_versions"
COUNT_VECTORS = "SELECT count(*) FROM embeddings"
COUNT_CURRENT = "SELECT count(*) FROM qa_pairs WHERE retired_by IS NULL"
#: The tables whose rows an import puts on record.
COUNTED = {
    "qa_pairs": "SELECT count(*) FROM qa_pairs",
    "qa_versions": COUNT_FORMER,
    "embeddings": COUNT_VECTORS,
}
SCHEMA = "SELECT version_num FROM corpus_version"
LAST = (
    "SELECT number, build, dedup, space, counts, pairs, former, vectors, pairs_hash, at FROM imports "
    "ORDER BY number DESC LIMIT 1"
)

RECORD = (
    "INSERT INTO imports (number, build, dedup, space, counts, pairs, former, vectors, pairs_hash, at) "
    "VALUES (:number, :build, :dedup, :space, :counts, :pairs, :former, :vectors, :pairs_hash, :at)"
)
PUT_KEYS = (
    (
        "INSERT INTO sessions SELECT DISTINCT session FROM {source} WHERE session IS NOT NULL "
        "ON CONFLICT DO NOTHING"
    ),
    (
        "INSERT INTO indicators SELECT DISTINCT indicator FROM {source} WHERE indicator IS NOT NULL "
        "ON CONFLICT DO NOTHING"
    ),
)
#: In this order; each knows the import as `:number`. SQLite needs the WHERE to tell ON CONFLICT from a join.
PUT_PAIRS = (
    (
        f"INSERT INTO qa_versions ({ROW}, version, imported_by, replaced_by) "
        f"SELECT {_OF_PAIR}, q.version, q.imported_by, :number "
        "FROM qa_pairs q JOIN staged_pairs s ON s.pair_id = q.pair_id"
    ),
    (
        f"INSERT INTO qa_pairs ({ROW}, version, imported_by) SELECT {ROW}, 1, :number FROM staged_pairs "
        f"WHERE true ON CONFLICT (pair_id) DO UPDATE SET {_REPLACED}, version = qa_pairs.version + 1, "
        "imported_by = excluded.imported_by, retired_by = NULL, merged_into = NULL"
    ),
)
AMEND = "UPDATE imports SET counts = :counts WHERE number = :number"
RETIRE = "UPDATE qa_pairs SET retired_by = :number, merged_into = :into WHERE pair_id = :pair"
REVIVE = "UPDATE qa_pairs SET retired_by = NULL, merged_into = NULL WHERE pair_id = :pair"
PUT_VECTORS = (
    "INSERT INTO embeddings (content_sha256, vector_sha256, vector, space, dimensions) "
    "SELECT content_sha256, vector_sha256, vector, :space, :dimensions FROM staged_vectors WHERE true "
    "ON CONFLICT (content_sha256, space) DO UPDATE SET vector_sha256 = excluded.vector_sha256, "
    "vector = excluded.vector, dimensions = excluded.dimensions"
)
#: A pair's version comes after all its former ones, whatever somebody made of it.
LIFT_VERSIONS = (
    "UPDATE qa_pairs SET version = "
    "1 + (SELECT max(v.version) FROM qa_versions v WHERE v.pair_id = qa_pairs.pair_id) WHERE EXISTS "
    "(SELECT 1 FROM qa_versions v WHERE v.pair_id = qa_pairs.pair_id AND v.version >= qa_pairs.version)"
)
ADMIT = "UPDATE qa_pairs SET row_sha256 = :digest WHERE pair_id = :pair"
CONTINUE = "UPDATE qa_pairs SET version = :version WHERE pair_id = :pair"
PUT_ASIDE = "UPDATE embeddings SET space = :aside WHERE space = :space AND content_sha256 = :content"
#: References that only SQLite lets somebody break who writes without foreign keys.
POINT_AGAIN = tuple(
    f"UPDATE {table} SET {column} = :number WHERE {column} NOT IN (SELECT number FROM imports)"
    for table, column in (
        ("qa_pairs", "imported_by"),
        ("qa_pairs", "retired_by"),
        ("qa_versions", "imported_by"),
        ("qa_versions", "replaced_by"),
    )
)
TAKE_VECTOR = "DELETE FROM embeddings WHERE space = :space AND content_sha256 = :content"

TEXTS = (
    "SELECT pair_id, content_sha256, question, answer, session, indicator FROM qa_pairs WHERE retired_by IS NULL"
)
#: The tables that pairs refer to, each with its column; what pairs say of them is asked in the words below.
REFERRED = {"sessions": "session", "indicators": "indicator"}
LACKING = (
    "SELECT {column} FROM qa_pairs WHERE {column} IS NOT NULL "
    "UNION SELECT {column} FROM qa_versions WHERE {column} IS NOT NULL EXCEPT SELECT {column} FROM {table}"
)
NEEDLESS = (
    "SELECT count(*) FROM (SELECT {column} FROM {table} EXCEPT SELECT {column} FROM qa_pairs "
    "EXCEPT SELECT {column} FROM qa_versions) AS needless"
)
ROWS = f"SELECT {ROW} FROM qa_pairs WHERE retired_by IS NULL AND pair_id IN :keys"
SPACES = "SELECT space, count(*) AS vectors FROM embeddings GROUP BY space ORDER BY space"
VECTORS_OF = "SELECT content_sha256, {vector} FROM embeddings WHERE space = :space AND content_sha256 IN :keys"
HITS = (
    "SELECT pair_id, version, wave, batch, source, session, indicator, question, answer FROM qa_pairs "
    "WHERE retired_by IS NULL AND pair_id IN :keys"
)
