"""Writes the corpus as Parquet files of bounded size, and reads columns of it back, a few rows at a time."""

from __future__ import annotations

import hashlib
import os
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from adapters.corpus.disk import on_disk
from adapters.corpus.schema import SCHEMA, batch_of
from core.corpus.manifest import Part

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from core.corpus.row import CorpusRow

#: What writes the files, since its version decides about their bytes.
WRITER = f"pyarrow {pa.__version__}"
ROWS_A_PART = 50_000
#: Rows of a group, which are in memory together while a file is written or read.
ROWS_A_GROUP = 4_000
#: Of every column.
COMPRESSION = "zstd"


def write_parts(folder: Path, prefix: str, rows: Iterable[CorpusRow]) -> Iterator[Part]:
    """Write rows to `folder/prefix/part-00000.parquet` and so on; yield each part once it is flushed to disk.

    Raises StorageError when the disk refuses, and what the rows raise.
    """
    rows = iter(rows)
    number = 0
    while first := list(islice(rows, ROWS_A_GROUP)):
        path = f"{prefix}/part-{number:05d}.parquet"
        with on_disk(folder / path):
            written = _write_part(folder / path, first, rows)
        yield part_of(folder, path, written)
        number += 1


def _write_part(path: Path, group: list[CorpusRow], rows: Iterator[CorpusRow]) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with writing(path, SCHEMA) as writer:
        while group:
            writer.write_batch(batch_of(group), row_group_size=ROWS_A_GROUP)
            written += len(group)
            group = list(islice(rows, min(ROWS_A_GROUP, ROWS_A_PART - written)))
    return written


@contextmanager
def writing(path: Path, schema: pa.Schema) -> Iterator[pq.ParquetWriter]:
    """Give what writes record batches to a Parquet file, closed in the end; OSError when the disk refuses."""
    writer = pq.ParquetWriter(path, schema, compression=COMPRESSION)
    try:
        yield writer
    finally:
        try:
            writer.close()
        finally:
            writer.is_open = False  # else it tries once more when it is forgotten, and prints what it meets


def write_table(folder: Path, path: str, table: pa.Table) -> Part:
    """Write a table as one file; StorageError when the disk refuses."""
    with on_disk(folder / path):
        pq.write_table(table, folder / path, compression=COMPRESSION, row_group_size=ROWS_A_GROUP)
    return part_of(folder, path, table.num_rows)


def part_of(folder: Path, path: str, rows: int) -> Part:
    """Return a file as a manifest names it, flushed to disk."""
    with on_disk(folder / path), (folder / path).open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        os.fsync(stream.fileno())
        return Part(path, rows, stream.seek(0, os.SEEK_END), digest)


def batches_of(paths: Sequence[Path], columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Yield the rows of the files in order, some thousand at a time, with these columns (None: all).

    Raises StorageError when a file cannot be read.
    """
    for path in paths:
        with on_disk(path, "read"), pq.ParquetFile(path) as file:
            yield from file.iter_batches(batch_size=ROWS_A_GROUP, columns=list(columns) if columns else None)


def read_columns(paths: Sequence[Path], columns: Sequence[str]) -> Iterator[dict[str, list[Any]]]:
    """Yield these columns of the files as lists by name; see `batches_of`."""
    return (batch.to_pydict() for batch in batches_of(paths, columns))


def columns_at(
    paths: Sequence[Path], columns: Sequence[str], rows: Collection[int]
) -> Iterator[dict[str, list[Any]]]:
    """Yield these columns, `row` among them, of these rows alone; no file is read for none."""
    wanted = pa.array(sorted(rows), pa.int64())
    for batch in batches_of(paths, columns) if rows else ():
        yield batch.filter(pc.is_in(batch["row"], value_set=wanted)).to_pydict()
