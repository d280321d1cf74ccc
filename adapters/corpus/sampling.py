"""Reads some pairs and some vectors of a corpus, by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from adapters.corpus.blocks import VectorBlock
from adapters.corpus.parts import batches_of
from core.corpus.columns import NAMES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from adapters.corpus.vectors import VectorFolder


def pairs_named(paths: Sequence[Path], pair_ids: Collection[str]) -> Iterator[dict[str, Any]]:
    """Yield the columns of these pairs; StorageError when a file cannot be read."""
    wanted = pa.array(sorted(pair_ids), pa.string())
    for batch in batches_of(paths, NAMES):
        yield from batch.filter(pc.is_in(batch.column("pair_id"), wanted)).to_pylist()


def vectors_held(
    folder: VectorFolder, wanted: Collection[bytes], sampled: Collection[bytes]
) -> tuple[dict[bytes, bytes], dict[bytes, bytes]]:
    """Return the sha256 of the vectors of the texts wanted, and the vectors of those sampled, by content hash.

    Vectors are float32 in little-endian order. Raises what `VectorFolder.read` and `VectorBlock` raise.
    """
    digests: dict[bytes, bytes] = {}
    vectors: dict[bytes, bytes] = {}
    for path in reversed(folder.files()):
        for batch in folder.read_file(path):
            block = VectorBlock(batch, folder.space)
            mine = [at for at, key in enumerate(block.keys) if key in wanted and key not in digests]
            digests |= {block.keys[at]: block.digests[at] for at in mine}
            in_sample = [at for at in mine if block.keys[at] in sampled]
            vectors |= {content: vector for content, _, vector in block.listed(in_sample)}
    return digests, vectors
