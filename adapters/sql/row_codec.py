"""Between the read model's rows and the columns of their tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, get_origin

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

R = TypeVar("R", bound=msgspec.Struct)

#: PostgreSQL's text holds every character but NUL, which a provider's error message may contain. It is kept as
#: this one, which Unicode sets aside for a program's own use, so that no text brings it along.
_NUL = "\ufdd0"


class RowCodec(Generic[R]):
    """Turns rows of one class into columns and back; tuples are stored as JSON text."""

    def __init__(self, row: type[R], *, swap_nul: bool) -> None:
        """Read the shape of `row`; `swap_nul` for a database whose text cannot hold NUL."""
        fields = msgspec.structs.fields(row)
        self._row = row
        self._names = tuple(field.name for field in fields)
        self._tuples = {field.name: field.type for field in fields if get_origin(field.type) is tuple}
        self._swap_nul = swap_nul

    def to_columns(self, row: R) -> dict[str, Any]:
        """Return a value for every column, by name."""
        values = msgspec.structs.asdict(row)
        for name in self._tuples:
            values[name] = msgspec.json.encode(values[name]).decode()
        return _swapped(values, "\0", _NUL) if self._swap_nul else values

    def from_columns(self, columns: Iterable[Any]) -> R:
        """Return the row of a table's columns, given in the order of the fields."""
        values = dict(zip(self._names, columns, strict=True))
        for name, kind in self._tuples.items():
            values[name] = msgspec.json.decode(values[name], type=kind)
        return self._row(**_swapped(values, _NUL, "\0") if self._swap_nul else values)


def _swapped(values: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    return {
        name: value.replace(old, new) if isinstance(value, str) and old in value else value
        for name, value in values.items()
    }
