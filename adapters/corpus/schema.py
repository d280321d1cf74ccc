"""Structs as Parquet knows them: one column a field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa

from core.corpus.row import CorpusRow
from core.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

_TYPES = {
    "int": pa.int64(),
    "str": pa.string(),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "tuple[str, ...]": pa.list_(pa.string()),
    "Kind": pa.string(),
    "Opinion": pa.string(),
}
_OR_NOTHING = " | None"


def schema_of(shape: type[msgspec.Struct]) -> pa.Schema:
    """Return one column a field of the Struct, in its order."""
    fields = [(name, str(shape.__annotations__[name])) for name in shape.__struct_fields__]
    return pa.schema(
        [pa.field(name, _TYPES[said.removesuffix(_OR_NOTHING)], _OR_NOTHING in said) for name, said in fields]
    )


#: The columns of the corpus.
SCHEMA = schema_of(CorpusRow)


def columns_of(values: Sequence[msgspec.Struct], schema: pa.Schema) -> list[pa.Array]:
    """Return Structs as columns; OverflowError or ArrowInvalid for a value that its column cannot hold."""
    columns: Any = zip(*map(msgspec.structs.astuple, values), strict=True) if values else [()] * len(schema)
    return [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]


def table_of(values: Sequence[msgspec.Struct], shape: type[msgspec.Struct]) -> pa.Table:
    """Return Structs as a table."""
    schema = schema_of(shape)
    return pa.Table.from_arrays(columns_of(values, schema), schema=schema)


def batch_of(rows: Sequence[CorpusRow]) -> pa.RecordBatch:
    """Return rows as columns; BadInputError names the pairs whose numbers Parquet cannot hold."""
    try:
        return pa.RecordBatch.from_arrays(columns_of(rows, SCHEMA), schema=SCHEMA)
    except (pa.ArrowInvalid, OverflowError) as error:
        raise BadInputError(
            f"pairs {rows[0].pair_id} to {rows[-1].pair_id} hold a value that does not fit its column: {error}"
        ) from error
