"""The vectors nearest to one, found by comparing it with all of them, a block in memory at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.corpus.database import Vectors


def nearest(vectors: Vectors, vector: Sequence[float], depth: int) -> list[tuple[bytes, float]]:
    """Return the content hashes of the `depth` vectors with the greatest cosine, and that, the greatest first.

    All vectors have length 1, so the cosine is their product.
    """
    asked = np.asarray(vector, "<f4")
    best: list[tuple[float, bytes]] = []
    for contents, joined in vectors:
        products = np.frombuffer(joined, "<f4").reshape(len(contents), len(asked)) @ asked
        first = np.argpartition(-products, depth - 1)[:depth] if depth < len(products) else range(len(products))
        best += [(float(products[place]), contents[place]) for place in first]
        best = sorted(best, key=lambda each: (-each[0], each[1]))[:depth]
    return [(content, cosine) for cosine, content in best]
