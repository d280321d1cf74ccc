"""Pairs and vectors as databases take them, block by block."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from adapters.corpus.copying import digest_bytes, digests, field_of, header, joined, slices, strided
from core.corpus.columns import COLUMNS, NAMES, NUL, Kind, holds_nul, storable
from core.corpus.row import content_sha256
from core.corpus.verifying import Wanted
from core.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from core.corpus.space import Space

_DIGEST_BYTES = 32
#: How far the length of a vector may be from 1: it was rounded to float32 once, and maybe to text before.
_ROUNDING = 1e-3


class PairBlock:
    """Some thousand pairs of the corpus, as `core.corpus.stored.Block` has them."""

    def __init__(self, batch: pa.RecordBatch) -> None:
        """Take rows with the columns of a pair, in their order."""
        batch, replaced = _without_nul(batch)
        self._batch = batch
        fields = joined(*(field_of(batch.column(name), kind) for name, kind, _ in COLUMNS))
        self.keys: list[bytes] = batch.column("pair_id").cast(pa.binary()).to_pylist()
        self.digests = [hashlib.sha256(row).digest() for row in slices(fields)]
        self._rows = joined(header(len(COLUMNS) + 1, len(self.keys)), fields, digests(b"".join(self.digests)))
        contents = digest_bytes(batch.column("content_sha256"))
        self.contents = [contents[at : at + _DIGEST_BYTES] for at in range(0, len(contents), _DIGEST_BYTES)]
        self.replaced = {self.keys[place]: names for place, names in replaced.items()}

    def wanted(self) -> Iterator[tuple[str, Wanted]]:
        """Yield each pair's id, and what a database is compared with."""
        others = (self._batch.column(name).to_pylist() for name in ("session", "indicator"))
        for place, (key, content, *rest) in enumerate(zip(self.keys, self.contents, *others, strict=True)):
            text = self._text_hash(place) if key in self.replaced else content
            yield key.decode(), Wanted(content, text, *rest)

    def _text_hash(self, place: int) -> bytes:
        question, answer = (self._batch.column(name)[place].as_py() for name in ("question", "answer"))
        return bytes.fromhex(content_sha256(question, answer))

    def copied(self, chosen: Sequence[int]) -> bytes:
        """Return rows for a binary COPY."""
        return _together(self._rows, chosen)

    def listed(self, chosen: Sequence[int]) -> Iterable[tuple[Any, ...]]:
        """Return rows as Python values."""
        batch = self._batch.take(pa.array(chosen, pa.int32()))
        columns = [_values(batch.column(name), kind) for name, kind, _ in COLUMNS]
        return zip(*columns, [self.digests[place] for place in chosen], strict=True)


class VectorBlock:
    """Some thousand vectors of a space, as `core.corpus.stored.Block` has them."""

    def __init__(self, batch: pa.RecordBatch, space: Space) -> None:
        """Take content hashes and vectors.

        Raises BadInputError that names the text of a vector whose length is not 1.
        """
        contents = digest_bytes(batch.column(0))
        self.keys = [contents[at : at + _DIGEST_BYTES] for at in range(0, len(contents), _DIGEST_BYTES)]
        vectors = batch.column(1)
        flat = vectors.flatten()
        if vectors.null_count or flat.null_count:
            raise BadInputError(f"a vector of {space.name} lacks values; run `batchmill corpus embed` again")
        self._vectors = flat.to_numpy().reshape(len(vectors), space.dimensions).astype("<f4", copy=False)
        lengths = np.sqrt(np.einsum("ij,ij->i", self._vectors, self._vectors))
        wrong = np.flatnonzero(~(np.abs(lengths - 1) < _ROUNDING))
        if len(wrong):
            raise BadInputError(
                f"the vector of the text {self.keys[wrong[0]].hex()} in {space.name} has the length "
                f"{lengths[wrong[0]]:.3g} instead of 1; nothing was imported, run `batchmill corpus embed` again"
            )
        self.digests = [hashlib.sha256(row).digest() for row in self._vectors]
        self._rows = self._joined()

    @property
    def replaced(self) -> Mapping[bytes, Sequence[str]]:
        """Nothing: vectors are no texts."""
        return {}

    def copied(self, chosen: Sequence[int]) -> bytes:
        """Return rows for a binary COPY: content hash, sha256, and the vector as pgvector receives it."""
        return _together(self._rows, chosen)

    def listed(self, chosen: Sequence[int]) -> Iterable[tuple[Any, ...]]:
        """Return rows as bytes: content hash, sha256, float32 in little-endian order."""
        return [(self.keys[place], self.digests[place], self._vectors[place].tobytes()) for place in chosen]

    def _joined(self) -> pa.Array:
        count, dimensions = self._vectors.shape
        rows = np.empty(
            count, [("length", ">i4"), ("dimensions", ">i2"), ("unused", ">i2"), ("values", ">f4", (dimensions,))]
        )
        rows["length"], rows["dimensions"], rows["unused"] = 4 + 4 * dimensions, dimensions, 0
        rows["values"] = self._vectors
        parts = (digests(b"".join(self.keys)), digests(b"".join(self.digests)), strided(rows))
        return joined(header(len(parts), count), *parts)


def _without_nul(batch: pa.RecordBatch) -> tuple[pa.RecordBatch, dict[int, list[str]]]:
    """Return rows as databases hold them, and the columns that this changed, by the places of the rows."""
    replaced: dict[int, list[str]] = {}
    columns = {name: batch.column(name) for name in NAMES}
    for name, kind, _ in COLUMNS:
        if kind not in {Kind.TEXT, Kind.TEXTS}:
            continue
        column = columns[name]
        if not pc.any(pc.match_substring(column.flatten() if kind is Kind.TEXTS else column, NUL)).as_py():
            continue
        values = column.to_pylist()
        for place, value in enumerate(values):
            if holds_nul(value):
                replaced.setdefault(place, []).append(name)
        columns[name] = pa.array([storable(value) for value in values], column.type)
    return (pa.RecordBatch.from_pydict(columns) if replaced else batch), replaced


def _together(rows: pa.Array, chosen: Sequence[int]) -> bytes:
    if len(chosen) < len(rows):
        rows = rows.take(pa.array(chosen, pa.int32()))
    ends = np.frombuffer(rows.buffers()[1], np.int32)[rows.offset : rows.offset + len(rows) + 1]
    return memoryview(rows.buffers()[2])[ends[0] : ends[-1]].tobytes()


def _values(column: pa.Array, kind: Kind) -> Sequence[Any]:
    if kind is Kind.DIGEST:
        found = digest_bytes(column)
        return [found[at : at + _DIGEST_BYTES] for at in range(0, len(found), _DIGEST_BYTES)]
    values: list[Any] = column.to_pylist()
    return [msgspec.json.encode(texts).decode() for texts in values] if kind is Kind.TEXTS else values
