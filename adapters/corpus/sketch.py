"""What is kept of a pair's text while duplicates are looked for: digests of it, and MinHash band keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import daft
import pyarrow as pa
from daft import DataType, col
from daft.functions import chunk, get, hash, minhash  # noqa: A004 - Daft's own name

from core.corpus.folding import digest, fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.corpus.terms import Terms

#: 128 bits of the folded question and answer, each as two integers; null where nothing is left of the text.
KEYS = ("q1", "q2", "a1", "a2")
#: Rows that are folded at once; their text is in memory twice meanwhile.
_AT_ONCE = 4_000
_FOLDED = DataType.struct(
    {**dict.fromkeys(KEYS, DataType.int64()), "words": DataType.int64(), "text": DataType.string()}
)


def band_keys(terms: Terms) -> list[str]:
    """Return the names of the columns that hold the band keys."""
    return [f"band{number}" for number in range(terms.bands)]


def sketches(parts: Sequence[str], terms: Terms) -> daft.DataFrame:
    """Return a row for each pair: row, the keys, the words of its answer, and a 64-bit key for each band.

    Band keys are null for a pair without text, which is like no other.
    """
    texts = daft.read_parquet(list(parts)).select("row", "question", "answer")
    folded = texts.select(col("row"), _folded(col("question"), col("answer")).alias("folded"))
    fields = folded.select("row", *(get(col("folded"), name).alias(name) for name in (*KEYS, "words", "text")))
    values = minhash(
        col("text"),
        num_hashes=terms.bands * terms.rows,
        ngram_size=terms.shingle,
        seed=terms.seed,
        hash_function="xxhash",
    )
    hashed = fields.select("row", *KEYS, "words", chunk(values, terms.rows).alias("chunks"), "text")
    keys = (
        daft.functions.when(col("text") != "", hash(get(col("chunks"), number))).alias(name)
        for number, name in enumerate(band_keys(terms))
    )
    return hashed.select("row", *KEYS, "words", *keys)


@daft.func.batch(return_dtype=_FOLDED, batch_size=_AT_ONCE)
def _folded(question: daft.Series, answer: daft.Series) -> Any:  # noqa: ANN401 - pyarrow has no types
    questions = [fold(text) for text in question.to_pylist()]
    answers = [fold(text) for text in answer.to_pylist()]
    texts = [f"{one} {other}".strip() for one, other in zip(questions, answers, strict=True)]
    columns = [
        *_halves(questions),
        *_halves(answers),
        pa.array([text.count(" ") + 1 for text in answers], pa.int64()),
        pa.array(texts, pa.large_string()),
    ]
    return pa.StructArray.from_arrays(columns, names=[*KEYS, "words", "text"])


def _halves(folded: Sequence[str]) -> list[pa.Array]:
    """Return the digests of texts as two columns of integers, null for a text that is empty."""
    digests = [digest(text) if text else None for text in folded]
    return [
        pa.array(
            [int.from_bytes(each[half], "little", signed=True) if each else None for each in digests], pa.int64()
        )
        for half in (slice(8), slice(8, 16))
    ]


def folded_text(question: str, answer: str) -> str:
    """Return the text whose shingles are compared."""
    return f"{fold(question)} {fold(answer)}".strip()
