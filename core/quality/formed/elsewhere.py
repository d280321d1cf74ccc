"""Answers that stand at the wrong pair: more like the source of another pair of the batch than like their own."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from math import log, sqrt
from typing import TYPE_CHECKING

from core.quality.findings import FAULT, QualityFinding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.quality.findings import After, Before, Terms

    #: The words of one text with their weights; the sum of the weights' squares is 1.
    Vector = dict[str, float]

CHECK = "other-answer"
_WORD = re.compile(r"[^\W_]{2,}")

#: Pairs are compared with each other in portions of this many at most, since the work grows with its square.
_PORTION = 200


def answers_elsewhere(pairs: Sequence[tuple[Before, After]], terms: Terms) -> Iterator[tuple[str, QualityFinding]]:
    """Yield the pair id and a fault for each answer of a batch that belongs to another pair of it.

    Two texts are compared by the cosine of their words' counts, damped by a logarithm and weighed by how few
    sources of the batch hold the word (G. Salton and C. Buckley, Information Processing & Management 24, 1988). An
    answer is another's when that other source is nearer than its own by the margin; pairs about one matter, which
    are near to each other anyway, differ by less.
    """
    margin = terms["swap_margin"]
    for begin in range(0, len(pairs), _PORTION):
        portion = pairs[begin : begin + _PORTION]
        sources = [_counts(f"{before.question} {before.answer}") for before, _ in portion]
        weights = _weights(sources)
        index = _index([_vector(source, weights) for source in sources])
        for own, (before, after) in enumerate(portion):
            near = _likeness(_vector(_counts(f"{after.question} {after.answer}"), weights), index, len(portion))
            best = max(range(len(near)), key=near.__getitem__)
            if near[best] - near[own] > margin:
                other = portion[best][0].pair_id
                reason = f"is {near[best]:.0%} like the source of {other} and {near[own]:.0%} like its own"
                yield before.pair_id, QualityFinding(CHECK, FAULT, reason, "answer")


def _counts(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.lower()))


def _weights(sources: list[Counter[str]]) -> dict[str, float]:
    """Return each word's weight; a word of all sources weighs little, and of one source most."""
    holding = Counter(word for source in sources for word in source)
    return {word: log(1 + len(sources) / count) for word, count in holding.items()}


def _vector(counts: Counter[str], weights: dict[str, float]) -> Vector:
    """Return the vector of a text; a word that no source holds counts as one that a single source holds."""
    rare = max(weights.values(), default=1.0)
    weighed = {word: (1 + log(count)) * weights.get(word, rare) for word, count in counts.items()}
    length = sqrt(sum(weight * weight for weight in weighed.values())) or 1.0
    return {word: weight / length for word, weight in weighed.items()}


def _index(vectors: list[Vector]) -> dict[str, list[tuple[int, float]]]:
    index: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for at, vector in enumerate(vectors):
        for word, weight in vector.items():
            index[word].append((at, weight))
    return index


def _likeness(vector: Vector, index: dict[str, list[tuple[int, float]]], count: int) -> list[float]:
    """Return the cosine of a text with each of the sources, 0 to 1."""
    near = [0.0] * count
    for word, weight in vector.items():
        for at, other in index.get(word, ()):
            near[at] += weight * other
    return near
