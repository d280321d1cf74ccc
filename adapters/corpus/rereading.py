"""The sha256 over the columns of pairs as a database holds them: that of an import, if nobody altered them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from adapters.corpus.blocks import PairBlock
from adapters.corpus.schema import SCHEMA
from core.corpus.columns import COLUMNS, NAMES, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: What is raised for a value that its column cannot hold, which SQLite lets anybody put there.
_FAULTS = (pa.ArrowException, TypeError, ValueError, OverflowError, AttributeError)


def digests_of(rows: Sequence[Mapping[str, Any]]) -> list[bytes]:
    """Return one sha256 a row, b"" for a row that holds what its columns cannot."""
    try:
        return _digests(rows)
    except _FAULTS:
        if len(rows) == 1:
            return [b""]
    half = len(rows) // 2
    return digests_of(rows[:half]) + digests_of(rows[half:])


def _digests(rows: Sequence[Mapping[str, Any]]) -> list[bytes]:
    arrays = [_column(name, kind, [row[name] for row in rows]) for name, kind, _ in COLUMNS]
    return PairBlock(pa.RecordBatch.from_arrays(arrays, names=list(NAMES))).digests


def _column(name: str, kind: Kind, values: list[Any]) -> pa.Array:
    if kind is Kind.DIGEST:
        values = [bytes(value).hex() for value in values]
    if kind is Kind.TEXT and not all(value is None or isinstance(value, str) for value in values):
        raise TypeError(f"{name} holds what is no text")
    return pa.array(values, SCHEMA.field(name).type)
