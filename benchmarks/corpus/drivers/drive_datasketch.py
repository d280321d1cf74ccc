"""datasketch: MinHashLSH with the bands given, a text at a time, its default hash function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datasketch import MinHash, MinHashLSH
from task import BANDS, ROWS, run, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator


def candidates(texts: list[str]) -> Iterator[tuple[int, int]]:
    """Yield what its buckets hold in common."""
    index = MinHashLSH(num_perm=BANDS * ROWS, params=(BANDS, ROWS))
    sets = [[token.encode() for token in tokens(text)] for text in texts]
    for place, sketch in enumerate(MinHash.generator(sets, num_perm=BANDS * ROWS)):
        for other in index.query(sketch):
            yield other, place
        index.insert(place, sketch)


run(candidates)
