"""A corpus as it is imported: the pairs that stay, and vectors of one space."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from adapters.corpus.blocks import PairBlock, VectorBlock
from adapters.corpus.parts import batches_of
from core.corpus.columns import NAMES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from adapters.corpus.vectors import VectorFolder


def pair_blocks(paths: Sequence[Path], left_out: Collection[str]) -> Iterator[tuple[PairBlock, Sequence[bytes]]]:
    """Yield the pairs of a corpus but for those left out, and the content hashes of each block.

    Raises StorageError when a file cannot be read.
    """
    missing = pa.array(sorted(left_out), pa.string())
    for batch in batches_of(paths, NAMES):
        kept = batch
        if len(missing):
            kept = batch.filter(pc.invert(pc.is_in(batch.column("pair_id"), missing)))
        if kept.num_rows:
            block = PairBlock(kept)
            yield block, block.contents


def vector_blocks(folder: VectorFolder) -> Iterator[VectorBlock]:
    """Yield the vectors of a space, those of later files first: they are right where two files have one text.

    Raises what `VectorFolder.read` and `VectorBlock` raise.
    """
    for path in reversed(folder.files()):
        for batch in folder.read_file(path):
            if batch.num_rows:
                yield VectorBlock(batch, folder.space)
