"""Generated pairs of 270 words in the mean, of which one in eight is an earlier one with some words changed."""

from __future__ import annotations

import random
from itertools import accumulate
from typing import TYPE_CHECKING

from core.corpus.inputs import BatchInput, RecordedFile, WaveInput
from core.corpus.refined_line import RefinedLine
from core.corpus.row import CorpusRow, corpus_row
from core.projections.balance import Balance

if TYPE_CHECKING:
    from collections.abc import Iterator

MEAN, SPREAD, LEAST = 270, 70, 40
#: Share of texts that repeat an earlier one, and the shares of its words that are changed then.
REPEATED = 0.12
CHANGED = (0.0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.08)
_QUESTION = 10
_SENTENCE = 14
_VOCABULARY = 20_000
_POOL = 5_000
_SYLLABLES = [
    "ba",
    "ko",
    "ri",
    "tu",
    "me",
    "so",
    "la",
    "ne",
    "vi",
    "da",
    "po",
    "ge",
    "fi",
    "ru",
    "ta",
    "mo",
    "li",
    "se",
    "cha",
    "dro",
]


def pairs(number: int, seed: int = 7) -> Iterator[tuple[str, str]]:
    """Yield questions and answers; words are drawn by Zipf's law, and only some thousand texts are kept."""
    rng = random.Random(seed)  # noqa: S311 - texts, not secrets
    words = _words(rng)
    weights = list(accumulate(1 / (rank + 10) for rank in range(len(words))))
    pool: list[list[str]] = []
    for _ in range(number):
        if pool and rng.random() < REPEATED:
            text = list(rng.choice(pool))
            for _ in range(int(len(text) * rng.choice(CHANGED))):
                text[rng.randrange(len(text))] = rng.choice(words)
        else:
            text = rng.choices(words, cum_weights=weights, k=max(LEAST, int(rng.gauss(MEAN, SPREAD))))
            if len(pool) < _POOL:
                pool.append(text)
            else:
                pool[rng.randrange(_POOL)] = text
        yield _sentence(text[:_QUESTION], "?"), " ".join(_sentences(text[_QUESTION:]))


def lines(number: int) -> Iterator[RefinedLine]:
    """Yield the pairs as refined lines, with scores."""
    for place, (question, answer) in enumerate(pairs(number), 1):
        yield RefinedLine(
            pair_id=f"w2-s30-bench-{place:03d}",
            batch=205,
            attempt=1,
            source="w2-s30-bench",
            key="batch_205/r01",
            model="generated",
            prompt="0123456789ab",
            refined_question=question,
            refined_answer=answer,
            quality_scores={"overall": 60 + place % 40, "completeness": 50 + place % 50},
            flags=[],
        )


def rows(number: int) -> Iterator[CorpusRow]:
    """Yield the pairs as rows of a corpus."""
    file = RecordedFile("results/batch_205_refined.jsonl", "0" * 64)
    batch = BatchInput(205, 205, 0, "205", file, number, emulated=True)
    wave = WaveInput(2, Balance(staged=number, refined=number), None, (batch,))
    return (corpus_row(row, (line, batch), None, wave) for row, line in enumerate(lines(number)))


def _words(rng: random.Random) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < _VOCABULARY:
        found["".join(rng.choices(_SYLLABLES, k=rng.randint(1, 4)))] = None
    return list(found)


def _sentences(text: list[str]) -> Iterator[str]:
    return (_sentence(text[at : at + _SENTENCE], ".") for at in range(0, len(text), _SENTENCE))


def _sentence(words: list[str], end: str) -> str:
    return " ".join(words).capitalize() + end
