"""The columns of the corpus as Parquet knows them."""

from __future__ import annotations

import msgspec
import pyarrow as pa

from core.corpus.row import CorpusRow
from core.errors import BadInputError

_TYPES = {
    "int": pa.int64(),
    "int | None": pa.int64(),
    "str": pa.string(),
    "str | None": pa.string(),
    "float | None": pa.float64(),
    "bool | None": pa.bool_(),
    "tuple[str, ...]": pa.list_(pa.string()),
}

#: One column a field of `CorpusRow`, in its order.
SCHEMA = pa.schema(
    [
        pa.field(name, _TYPES[CorpusRow.__annotations__[name]], nullable="None" in CorpusRow.__annotations__[name])
        for name in CorpusRow.__struct_fields__
    ]
)


def batch_of(rows: list[CorpusRow]) -> pa.RecordBatch:
    """Return rows as columns; BadInputError names the first pair whose numbers Parquet cannot hold."""
    columns = zip(*(msgspec.structs.astuple(row) for row in rows), strict=True)
    try:
        arrays = [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)]
    except (pa.ArrowInvalid, OverflowError) as error:
        raise BadInputError(
            f"pairs {rows[0].pair_id} to {rows[-1].pair_id} hold a value that does not fit its column: {error}"
        ) from error
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)
