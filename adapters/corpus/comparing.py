"""Compares candidates by the exact Jaccard similarity of their shingles."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, cast

import daft
from daft import DataType, Expression, col, lit

from adapters.corpus.sketch import folded_text
from core.corpus.ports import Near
from core.corpus.shingles import jaccard, shingles

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.corpus.terms import Terms

#: Candidates that are compared at once; shingles of their texts are in memory meanwhile.
_AT_ONCE = 500
_ENDS = ("one", "other")


def texts_of(candidates: daft.DataFrame, parts: Sequence[str]) -> daft.DataFrame:
    """Return the folded texts (row, text) of the candidates (one, other), and of no other row."""
    texts = daft.read_parquet(list(parts)).select("row", "question", "answer")
    return _of(candidates, texts).select(col("row"), _text(col("question"), col("answer")).alias("text"))


def compared(candidates: daft.DataFrame, texts: daft.DataFrame, terms: Terms) -> Iterator[Near]:
    """Yield the candidates whose similarity reaches the threshold, in no order; only their texts are in memory."""
    mine = _of(candidates, texts).collect()
    for name in _ENDS:
        side = mine.select(col("row").alias(name), col("text").alias(f"text_{name}"))
        candidates = candidates.join(side, on=name)
    similarity = cast("Expression", _similarity(col("text_one"), col("text_other"), terms.shingle))
    similar = candidates.select(*_ENDS, similarity.alias("similarity"))
    for row in similar.where(col("similarity") >= lit(terms.threshold)).to_pylist():
        yield Near(row["one"], row["other"], row["similarity"])


def _of(candidates: daft.DataFrame, texts: daft.DataFrame) -> daft.DataFrame:
    one, other = (candidates.select(col(name).alias("row")) for name in _ENDS)
    return texts.join(one.concat(other).distinct(), on="row", how="semi")


@daft.func.batch(return_dtype=DataType.string(), batch_size=4_000)
def _text(question: daft.Series, answer: daft.Series) -> list[str]:
    return [folded_text(*both) for both in zip(question.to_pylist(), answer.to_pylist(), strict=True)]


@daft.func.batch(return_dtype=DataType.float64(), batch_size=_AT_ONCE)
def _similarity(one: daft.Series, other: daft.Series, words: int) -> list[float]:
    known = lru_cache(maxsize=None)(lambda text: shingles(text, words))
    return [jaccard(known(a), known(b)) for a, b in zip(one.to_pylist(), other.to_pylist(), strict=True)]
