"""Small corpora that are imported into a database as the commands do it, and questions to that database."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa
from sqlalchemy import text

from adapters.corpus.loading import ahead, pair_blocks, vector_blocks
from adapters.corpus.parts import write_parts
from adapters.corpus.rereading import digests_of
from adapters.corpus.vectors import VectorFolder
from core.corpus.importing import Source, take_in
from core.corpus.row import CorpusRow, content_sha256
from core.corpus.space import Space
from core.corpus.stored import Repaired
from tests.corpora import rows_of
from tests.ledgers import NOON

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from adapters.sql.corpus.database import SqlCorpus
    from core.corpus.stored import ImportCounts

    Take = Callable[..., ImportCounts]

SPACE = Space("models/gemini-embedding-001", 3)
ROWS = rows_of(
    [
        ("What moves impermanent loss?", "The ratio of the two prices, and nothing else."),
        ("What is a liquidity pool?", "Two tokens that anybody can trade against."),
        ("Who pays the gas?", "Whoever sends the transaction pays for its gas."),
    ],
    flags=["check the ratio", 'a "quoted" flag'],
    quality_scores={"overall": 87.5},
)
#: One axis a pair, so that which is nearest is plain.
AXES = ([1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0])
VECTORS = dict(enumerate(AXES))


def taking(database: SqlCorpus, folder: Path) -> Take:
    """Return a function that imports rows, and vectors by place, from Parquet files as the commands do."""
    number = iter(range(100))

    def take(
        rows: Sequence[CorpusRow],
        vectors: Mapping[int, Sequence[float]] | None = None,
        archived: Mapping[str, str] | None = None,
        *,
        repair: bool = False,
    ) -> ImportCounts:
        root = folder / str(next(number))
        paths = [root / part.path for part in write_parts(root, "wave-0002", rows)]
        vector_folder = VectorFolder(root, SPACE)
        if vectors:
            hashes = [rows[place].content_sha256 for place in vectors]
            vector_folder.add("e1", hashes, pa.array(list(vectors.values()), pa.list_(pa.float32(), 3)))
        source = Source(
            build="b" * 64,
            dedup="d" * 64,
            pairs=ahead(pair_blocks(paths, archived or {})),
            archived={key.encode(): into for key, into in (archived or {}).items()},
            space=SPACE if vectors else None,
            vectors=ahead(vector_blocks(vector_folder)),
        )
        with database.importing() as importing:
            counts = take_in(importing, source, database.place, NOON, digests_of if repair else None)
        database.index(SPACE if vectors else None)
        return counts

    return take


def repaired(take: Take) -> Repaired:
    """Repair, see that a second repair finds nothing and that a plain import is content, and return the counts."""
    found = take(ROWS, VECTORS, repair=True)
    again = take(ROWS, VECTORS, repair=True)
    assert (again.nothing, again.repaired) == (True, Repaired())
    assert take(ROWS, VECTORS).nothing
    assert found.repaired is not None
    return found.repaired


def changed(row: CorpusRow, answer: str) -> CorpusRow:
    return msgspec.structs.replace(row, answer=answer, content_sha256=content_sha256(row.question, answer))


def asked(database: SqlCorpus, statement: str) -> list[tuple[Any, ...]]:
    with database.access.writing() as connection:
        found = connection.execute(text(statement))
        return [tuple(row) for row in found] if found.returns_rows else []


def columns_of(database: SqlCorpus) -> list[tuple[Any, ...]]:
    if database.access.dialect.name == "sqlite":
        return asked(database, "SELECT name FROM pragma_table_info('qa_pairs')")
    return asked(database, "SELECT column_name FROM information_schema.columns WHERE table_name = 'qa_pairs'")


def put(database: SqlCorpus, statement: str, **values: object) -> None:
    with database.access.writing() as connection:
        connection.execute(text(statement), values)


def written(database: SqlCorpus, vector: list[float]) -> object:
    return struct.pack("<3f", *vector) if database.access.dialect.name == "sqlite" else str(vector)
