"""The columns of a pair in a database: those of a row of the corpus, but for its place in the files."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple

from core.corpus.row import CorpusRow

_OR_NOTHING = " | None"
#: A place in the files, which a wave that grows moves; no fact about the pair.
_LEFT_OUT = {"row"}
#: Digests, which databases hold as 32 bytes.
_DIGESTS = {"content_sha256"}


class Kind(StrEnum):
    """What a column holds."""

    INTEGER = "int"
    TEXT = "str"
    NUMBER = "float"
    TRUTH = "bool"
    TEXTS = "tuple[str, ...]"
    DIGEST = "digest"


class Column(NamedTuple):
    """A column: its name, what it holds, and whether it may hold nothing."""

    name: str
    kind: Kind
    optional: bool


def _column(name: str) -> Column:
    said = str(CorpusRow.__annotations__[name])
    kind = Kind.DIGEST if name in _DIGESTS else Kind(said.removesuffix(_OR_NOTHING))
    return Column(name, kind, said.endswith(_OR_NOTHING))


#: The columns of a pair, in the order of `CorpusRow`; the sha256 over them (`row_sha256`) stands behind them.
COLUMNS: tuple[Column, ...] = tuple(_column(name) for name in CorpusRow.__struct_fields__ if name not in _LEFT_OUT)
ROW_DIGEST = Column("row_sha256", Kind.DIGEST, optional=False)
NAMES = tuple(column.name for column in COLUMNS)
#: What PostgreSQL holds in no text, and what stands for it in either database.
NUL, REPLACEMENT = "\0", "\ufffd"


def storable(value: Any) -> Any:  # noqa: ANN401 - any value of a column
    """Return a value as both databases hold it: U+FFFD for the character NUL in texts, and all else as it is."""
    if isinstance(value, str):
        return value.replace(NUL, REPLACEMENT)
    return [storable(each) for each in value] if isinstance(value, list | tuple) else value


def holds_nul(value: str | list[str] | None) -> bool:
    """Return whether a text, or one of several, holds the character NUL."""
    return bool(value) and NUL in "".join(value or ())
