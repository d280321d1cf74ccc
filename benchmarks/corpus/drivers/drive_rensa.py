"""rensa: RMinHash of all texts at once, and its LSH index with as many bands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rensa import RMinHash, RMinHashLSH
from task import BANDS, ROWS, THRESHOLD, run, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator


def candidates(texts: list[str]) -> Iterator[tuple[int, int]]:
    """Yield what its buckets hold in common."""
    sketches = RMinHash.from_token_sets((tokens(text) for text in texts), BANDS * ROWS, 1)
    index = RMinHashLSH(THRESHOLD, BANDS * ROWS, BANDS)
    index.insert_many(sketches)
    for place, others in enumerate(index.query_all(sketches)):
        yield from ((other, place) for other in others if other < place)


run(candidates)
