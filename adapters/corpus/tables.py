"""Reads back what a step wrote as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec
import pyarrow.parquet as pq

from adapters.corpus.disk import on_disk
from adapters.corpus.parts import read_columns

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

S = TypeVar("S", bound=msgspec.Struct)


def read_structs(path: Path, shape: type[S]) -> Iterator[S]:
    """Yield the rows of a table, some thousand in memory at a time; StorageError when it cannot be read."""
    for columns in read_columns([path], shape.__struct_fields__):
        for values in zip(*columns.values(), strict=True):
            yield _struct(dict(zip(columns, values, strict=True)), shape)


def find_structs(path: Path, shape: type[S], column: str, value: object) -> list[S]:
    """Return the rows of a table that have this value; only these are read into memory."""
    with on_disk(path, "read"):
        found = pq.read_table(path, columns=list(shape.__struct_fields__), filters=[(column, "=", value)])
    return [_struct(row, shape) for row in found.to_pylist()]


def _struct(row: dict[str, object], shape: type[S]) -> S:
    return msgspec.convert(row, shape)
