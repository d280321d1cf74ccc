"""How long it takes to compare every two vectors: `python -m benchmarks.corpus.cosine 20000`."""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from adapters.corpus.cosine import alike
from adapters.corpus.parts import write_table
from adapters.corpus.vectors import VectorFolder
from core.corpus.space import Space

DIMENSIONS = 768
AT_ONCE = 5_000
THRESHOLD = 0.95


def main(number: int) -> None:
    """Lay out random vectors, of which the first thousands are pairs of equal ones, and compare them."""
    import pyarrow as pa  # noqa: PLC0415 - beside numpy

    chance = np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        hashes = [f"{place:064x}" for place in range(number)]
        write_table(root, "rows.parquet", pa.table({"row": range(number), "content_sha256": hashes}))
        folder = VectorFolder(root, Space("random", DIMENSIONS))
        for first in range(0, number, AT_ONCE):
            some = chance.standard_normal((min(AT_ONCE, number - first), DIMENSIONS), dtype=np.float32)
            some /= np.linalg.norm(some, axis=1, keepdims=True)
            if not first:
                some[1::2] = some[::2]
            folder.put(f"e{first:07d}", hashes[first : first + AT_ONCE], [vector.tobytes() for vector in some])
        began = time.perf_counter()
        found = alike([root / "rows.parquet"], folder, THRESHOLD, root / "scratch")
        seconds = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{number:,} vectors: {len(found.links):,} links, {seconds:.1f} s, {memory:,} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]))
