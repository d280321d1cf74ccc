"""gaoya: its index of strings with its own tokenizer, filled and asked in parallel, without a threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gaoya.minhash import MinHashStringIndex
from task import BANDS, ROWS, WORDS, run

if TYPE_CHECKING:
    from collections.abc import Iterator


def candidates(texts: list[str]) -> Iterator[tuple[int, int]]:
    """Yield what its buckets hold in common."""
    index = MinHashStringIndex(
        hash_size=32,
        jaccard_threshold=0.0,
        num_bands=BANDS,
        band_size=ROWS,
        analyzer="word",
        ngram_range=(WORDS, WORDS),
        id_container="smallvec",
    )
    index.par_bulk_insert_docs(list(range(len(texts))), texts)
    for place, others in enumerate(index.par_bulk_query(texts)):
        yield from ((other, place) for other in others if other < place)


run(candidates)
