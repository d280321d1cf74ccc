"""Columns as PostgreSQL's binary COPY has them (https://www.postgresql.org/docs/current/sql-copy.html).

Each field is its length (int32, big-endian; -1 for nothing) and its value as the server sends it. Whole columns
are made at once, as Arrow arrays of bytes, and joined row by row at the end: no Python runs for a row.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.corpus.columns import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_EMPTY = pa.scalar(b"", pa.binary())
_NOTHING = pa.scalar(b"\xff\xff\xff\xff", pa.binary())
#: The type of an array's elements, as the server's catalogue numbers `text`.
_OID_TEXT = 25
_DIGEST_BYTES = 32
#: An array's header: dimensions, whether an element is nothing, element type; of each dimension, size and base.
_ARRAY = np.dtype([("dimensions", ">i4"), ("nothing", ">i4"), ("type", ">i4"), ("size", ">i4"), ("base", ">i4")])
_NO_ELEMENT = pa.scalar(np.array([0, 0, _OID_TEXT], ">i4").tobytes(), pa.binary())


def joined(*arrays: pa.Array) -> pa.Array:
    """Return arrays of bytes joined row by row."""
    return pc.binary_join_element_wise(*arrays, _EMPTY)


def field_of(column: pa.Array, kind: Kind) -> pa.Array:
    """Return a column as fields of a COPY, lengths included."""
    match kind:
        case Kind.TEXT:
            return _measured(column.cast(pa.binary()))
        case Kind.INTEGER:
            return _fixed(column, ">i8")
        case Kind.NUMBER:
            return _fixed(column, ">f8")
        case Kind.TRUTH:
            return _fixed(column.cast(pa.int8()), "i1")
        case Kind.TEXTS:
            return _texts(column)
        case Kind.DIGEST:
            return digests(digest_bytes(column))


def digest_bytes(column: pa.Array) -> bytes:
    """Return digests in hex as bytes, one after the other; ValueError where one is none."""
    found = bytes.fromhex("".join(column.to_pylist()))
    if len(found) != _DIGEST_BYTES * len(column):
        raise ValueError("a digest has another length than 64 hex digits")
    return found


def digests(values: bytes) -> pa.Array:
    """Return digests that stand one after the other as fields."""
    rows = np.empty(len(values) // _DIGEST_BYTES, [("length", ">i4"), ("value", f"V{_DIGEST_BYTES}")])
    rows["length"] = _DIGEST_BYTES
    rows["value"] = np.frombuffer(values, f"V{_DIGEST_BYTES}")
    return strided(rows)


def strided(rows: NDArray[np.void]) -> pa.Array:
    """Return the records of a numpy array as an array of bytes."""
    size = rows.dtype.itemsize
    offsets = np.arange(0, (len(rows) + 1) * size, size, dtype=np.int32)
    return pa.Array.from_buffers(
        pa.binary(), len(rows), [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(rows))]
    )


def header(fields: int, rows: int) -> pa.Array:
    """Return what each row of a COPY begins with: the number of its fields."""
    return strided(np.full(rows, fields, ">i2"))


def slices(array: pa.Array) -> Sequence[memoryview]:
    """Return the bytes of each row of an array that holds nothing empty-handed."""
    offsets = np.frombuffer(array.buffers()[1], np.int32)[array.offset : array.offset + len(array) + 1].tolist()
    data = memoryview(array.buffers()[2] or b"")
    return [data[start:end] for start, end in itertools.pairwise(offsets)]


def _measured(values: pa.Array) -> pa.Array:
    """Return bytes with their lengths before them."""
    lengths = pc.fill_null(pc.binary_length(values), -1).to_numpy(zero_copy_only=False)
    return joined(strided(lengths.astype(">i4")), pc.fill_null(values, _EMPTY))


def _fixed(column: pa.Array, value: str) -> pa.Array:
    rows = np.empty(len(column), [("length", ">i4"), ("value", value)])
    rows["length"] = np.dtype(value).itemsize
    rows["value"] = pc.fill_null(column, 0).to_numpy(zero_copy_only=False)
    fields = strided(rows)
    return pc.if_else(pc.is_null(column), _NOTHING, fields) if column.null_count else fields


def _texts(column: pa.Array) -> pa.Array:
    sizes = pc.list_value_length(column).to_numpy(zero_copy_only=False)
    offsets = pa.array(np.concatenate(([0], np.cumsum(sizes))), pa.int32())
    elements = _measured(column.flatten().cast(pa.binary()))
    values = pc.binary_join(pa.ListArray.from_arrays(offsets, elements), _EMPTY)
    heads = np.empty(len(column), _ARRAY)
    heads["dimensions"], heads["nothing"], heads["type"], heads["size"], heads["base"] = 1, 0, _OID_TEXT, sizes, 1
    whole = joined(strided(heads), values)
    return _measured(pc.if_else(pa.array(sizes == 0), _NO_ELEMENT, whole))
