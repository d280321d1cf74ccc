"""Vectors by content hash: `vectors/<space>/<name>.<sha256>.parquet`, each file whole or not there.

A file has two columns, `content_sha256` (string, hex) and `vector` (a list of as many float32 as the space has
dimensions, of length 1). Files are never changed; what two of them hold of one text, the later name has right.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from adapters.corpus.disk import on_disk
from adapters.corpus.hashes import RememberedHashes
from adapters.corpus.parts import COMPRESSION, ROWS_A_GROUP, part_of
from core.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from core.corpus.manifest import Part
    from core.corpus.space import Space

FOLDER = "vectors"
#: Of a file's sha256 in its name.
_DIGITS = 12
_HASHES = ".hashes.json"
COLUMNS = ("content_sha256", "vector")


class VectorFolder:
    """The vectors of one space in a corpus folder."""

    def __init__(self, corpus: Path, space: Space) -> None:
        """Keep vectors of `space` below the corpus folder, which need not exist."""
        self.space = space
        self.root = corpus / FOLDER / space.name
        self.schema = pa.schema(
            [
                pa.field("content_sha256", pa.string(), nullable=False),
                pa.field("vector", pa.list_(pa.float32(), space.dimensions)),
            ]
        )

    def files(self) -> list[Path]:
        """Return the files of the space, in the order of their names."""
        return sorted(self.root.glob(f"*.{'[0-9a-f]' * _DIGITS}.parquet"))

    def names(self) -> set[str]:
        """Return the names that `add` was given for the files that stand."""
        return {path.name.rsplit(".", 2)[0] for path in self.files()}

    def drop_altered(self, *, afresh: bool = False) -> list[Path]:
        """Remove files that are not as they were written, whose names tell, and return them.

        What they held is put there again from where it came. Files that nobody touched since they were hashed are
        hashed again only if `afresh`. Raises StorageError when the disk refuses.
        """
        altered = []
        for path, digest in self._hashed(afresh=afresh):
            if digest[:_DIGITS] != path.name.rsplit(".", 2)[1]:
                with on_disk(path, "removed"):
                    path.unlink()
                altered.append(path)
        return altered

    def digest(self) -> str:
        """Return what changes whenever a vector does: a sha256 (hex) over the files; StorageError as `read`."""
        whole = hashlib.sha256(self.space.name.encode())
        for path, digest in self._hashed():
            whole.update(f"{path.name} {digest}\n".encode())
        return whole.hexdigest()

    def _hashed(self, *, afresh: bool = False) -> Iterator[tuple[Path, str]]:
        hashes = RememberedHashes(self.root / _HASHES, afresh=afresh)
        for path in self.files():
            with on_disk(path, "read"):
                digest = hashes.of(path)
            yield path, digest
        hashes.save()

    def held(self) -> set[str]:
        """Return the content hashes that have a vector; BadInputError or StorageError names an unusable file."""
        return {digest for batch in self.read(["content_sha256"]) for digest in batch.column(0).to_pylist()}

    def read(self, columns: Sequence[str] = COLUMNS) -> Iterator[pa.RecordBatch]:
        """Yield all vectors, some thousand at a time.

        Raises BadInputError for a file with vectors of another size, StorageError for one that cannot be read.
        """
        for path in self.files():
            yield from self.read_file(path, columns)

    def read_file(self, path: Path, columns: Sequence[str] = COLUMNS) -> Iterator[pa.RecordBatch]:
        """Yield the vectors of one file; see `read`."""
        with on_disk(path, "read"), pq.ParquetFile(path) as file:
            if not file.schema_arrow.equals(self.schema):
                raise BadInputError(
                    f"{path} does not hold vectors of {self.space.dimensions} dimensions as {self.space.name} "
                    "has them; remove it and run `batchmill corpus embed` again"
                )
            yield from file.iter_batches(batch_size=ROWS_A_GROUP, columns=list(columns))

    def put(self, name: str, hashes: Sequence[str], packed: Sequence[bytes]) -> Part:
        """Do as `add` does with vectors as the bytes of their little-endian float32 values."""
        values = pa.Array.from_buffers(
            pa.float32(), len(hashes) * self.space.dimensions, [None, pa.py_buffer(b"".join(packed))]
        )
        return self.add(name, hashes, pa.FixedSizeListArray.from_arrays(values, self.space.dimensions))

    def add(self, name: str, hashes: Sequence[str], vectors: pa.Array) -> Part:
        """Keep vectors as the file `name`, flushed to disk; StorageError when the disk refuses.

        `vectors` is a fixed-size list array of float32, one vector a hash.
        """
        beside = self.root / f".{name}.parquet.part"
        table = pa.Table.from_arrays([pa.array(hashes, pa.string()), vectors], schema=self.schema)
        with on_disk(beside):
            self.root.mkdir(parents=True, exist_ok=True)
            pq.write_table(table, beside, compression=COMPRESSION, row_group_size=ROWS_A_GROUP)
            part = part_of(self.root, beside.name, table.num_rows)
            path = self.root / f"{name}.{part.sha256[:_DIGITS]}.parquet"
            beside.replace(path)
        return msgspec.structs.replace(part, path=path.name)
