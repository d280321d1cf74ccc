"""Texts that mean nearly the same are found by their vectors: all of them, and no others."""

from __future__ import annotations

import math
import random
import struct
from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from adapters.corpus import cosine
from adapters.corpus.cosine import alike
from adapters.corpus.parts import write_parts
from adapters.corpus.vectors import VectorFolder
from core.corpus.space import Space
from core.errors import BadInputError
from tests.corpora import rows_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SPACE = Space("m", 8)


def unit(values: Sequence[float]) -> list[float]:
    length = math.hypot(*values)
    return [value / length for value in values]


def some(number: int) -> list[list[float]]:
    """Return vectors of length 1, half of them close to an earlier one."""
    chance = random.Random(7)  # noqa: S311 - vectors for a test
    found: list[list[float]] = []
    for _ in range(number):
        near = chance.choice(found) if found and chance.random() < 0.5 else [0.0] * 8
        width = 0.1 if any(near) else 1.0
        found.append(unit([value + chance.gauss(0, width) for value in near]))
    return found


class Corpus:
    """A corpus on disk, and its vectors, of which those of the pairs in `lost` are missing."""

    def __init__(self, root: Path, pairs: Sequence[tuple[str, str]]) -> None:
        self.rows = rows_of(pairs)
        self.parts = [root / part.path for part in write_parts(root, "wave-0002", self.rows)]
        self.vectors = VectorFolder(root, SPACE)

    def embed(self, vectors: Sequence[Sequence[float]], name: str = "e1") -> None:
        hashes = [row.content_sha256 for row, _ in zip(self.rows, vectors, strict=False)]
        self.vectors.put(name, hashes, [struct.pack("<8f", *vector) for vector in vectors])


def distinct(number: int) -> list[tuple[str, str]]:
    return [(f"What is {n}?", f"It is {n}.") for n in range(number)]


@pytest.mark.parametrize("block", [7, 2_048])
def test_every_two_vectors_at_the_threshold_or_above_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(cosine, "BLOCK", block)
    corpus, vectors = Corpus(tmp_path, distinct(60)), some(60)
    corpus.embed(vectors)

    found = alike(corpus.parts, corpus.vectors, 0.95, tmp_path / "scratch")

    exact = {
        (one, other): sum(a * b for a, b in zip(vectors[one], vectors[other], strict=True))
        for one, other in combinations(range(60), 2)
    }
    assert {(link.one, link.other) for link in found.links} == {
        ends for ends, each in exact.items() if each >= 0.95
    }
    assert len(found.links) > 5
    assert [(link.one, link.other) for link in found.links] == sorted(
        (each.one, each.other) for each in found.links
    )
    for link in found.links:
        assert link.similarity == pytest.approx(exact[link.one, link.other], abs=1e-5)
    assert found.without == frozenset()


def test_pairs_of_the_very_same_content_are_compared_once_and_those_without_a_vector_are_named(
    tmp_path: Path,
) -> None:
    corpus = Corpus(tmp_path, [("a?", "A."), ("a?", "A."), ("b?", "B."), ("c?", "C.")])
    same = unit([1.0] * 8)
    corpus.embed([same, same, same])

    found = alike(corpus.parts, corpus.vectors, 0.9, tmp_path / "scratch")

    assert [(link.one, link.other, link.similarity) for link in found.links] == [(0, 2, 1.0)]
    assert found.without == {3}


def test_of_two_vectors_of_one_content_the_later_file_has_right(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path, distinct(2))
    up, down = unit([1.0] * 8), unit([-1.0] * 8)
    corpus.embed([up, down], "e1")
    before = corpus.vectors.digest()
    corpus.embed([up, up], "e2")

    assert len(alike(corpus.parts, corpus.vectors, 0.9, tmp_path / "scratch").links) == 1
    assert corpus.vectors.digest() != before


def test_a_threshold_that_too_many_reach_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cosine, "MOST", 5)
    corpus = Corpus(tmp_path, distinct(5))
    corpus.embed([unit([1.0] * 8)] * 5)

    with pytest.raises(BadInputError, match="more than 5 pairs have a cosine similarity"):
        alike(corpus.parts, corpus.vectors, 0.9, tmp_path / "scratch")


def test_a_corpus_of_which_no_text_has_a_vector_has_no_links(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path, distinct(3))

    assert alike(corpus.parts, corpus.vectors, 0.9, tmp_path / "scratch") == ((), {0, 1, 2})
