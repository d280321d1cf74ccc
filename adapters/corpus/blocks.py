"""Pairs and vectors as databases take them, block by block."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from adapters.corpus.copying import digest_bytes, digests, field_of, header, joined, slices, strided
from core.corpus.columns import COLUMNS, Kind
from core.corpus.verifying import Wanted
from core.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from core.corpus.space import Space

_DIGEST_BYTES = 32
#: How far the length of a vector may be from 1: it was rounded to float32 once, and maybe to text before.
_ROUNDING = 1e-3


class PairBlock:
    """Some thousand pairs of the corpus, as `core.corpus.stored.Block` has them."""

    def __init__(self, batch: pa.RecordBatch) -> None:
        """Take rows with the columns of a pair, in their order."""
        self._batch = batch
        fields = joined(*(field_of(batch.column(name), kind) for name, kind, _ in COLUMNS))
        self.keys: list[bytes] = batch.column("pair_id").cast(pa.binary()).to_pylist()
        self.digests = [hashlib.sha256(row).digest() for row in slices(fields)]
        self._rows = joined(header(len(COLUMNS) + 1, len(self.keys)), fields, digests(b"".join(self.digests)))
        contents = digest_bytes(batch.column("content_sha256"))
        self.contents = [contents[at : at + _DIGEST_BYTES] for at in range(0, len(contents), _DIGEST_BYTES)]

    def wanted(self) -> Iterator[tuple[str, Wanted]]:
        """Yield each pair's id, and what a database is compared with."""
        others = (self._batch.column(name).to_pylist() for name in ("session", "indicator"))
        for key, content, session, indicator in zip(self.keys, self.contents, *others, strict=True):
            yield key.decode(), Wanted(content, session, indicator)

    def copied(self, chosen: Sequence[int]) -> bytes:
        """Return rows for a binary COPY; BadInputError names a pair that holds the character NUL."""
        self._refuse_nul(chosen)
        return _together(self._rows, chosen)

    def listed(self, chosen: Sequence[int]) -> Iterable[tuple[Any, ...]]:
        """Return rows as Python values."""
        batch = self._batch.take(pa.array(chosen, pa.int32()))
        columns = [_values(batch.column(name), kind) for name, kind, _ in COLUMNS]
        return zip(*columns, [self.digests[place] for place in chosen], strict=True)

    def _refuse_nul(self, chosen: Sequence[int]) -> None:
        for name, kind, _ in COLUMNS:
            if kind not in {Kind.TEXT, Kind.TEXTS}:
                continue
            column = self._batch.column(name)
            flat = column.flatten() if kind is Kind.TEXTS else column
            if not pc.any(pc.match_substring(flat, "\0")).as_py():
                continue
            for place in chosen:
                if "\0" in "".join(column[place].as_py() or ()):
                    raise BadInputError(
                        f"{name} of the pair {self.keys[place].decode()} holds the character NUL, which "
                        "PostgreSQL cannot hold; nothing was imported, refine the pair again or import into SQLite"
                    )


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
