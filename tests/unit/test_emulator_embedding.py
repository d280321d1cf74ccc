"""The emulated embedding model: the same text, the same vector; similar texts lie close."""

from __future__ import annotations

import math

import pytest

from adapters.emulator.embedding import FULL, INPUT_LIMIT, embedded, embeds, vector

DEPTH = (
    "Liquidity depth measures how much can be traded on an exchange before the price moves by one percent. It is "
    "counted in US dollars on both sides of the book, and a pool without depth slips at the first large order."
)
ALIKE = DEPTH.replace("measures", "says").replace("large order", "big trade")
OTHER = (
    "A validator that signs two blocks of one height is slashed: part of its stake burns, those who delegated "
    "lose with it, and it has to leave the active set until governance lets it return."
)


def cosine(one: str, other: str, dimensions: int = FULL) -> float:
    a, b = vector(one)[:dimensions], vector(other)[:dimensions]
    return sum(x * y for x, y in zip(a, b, strict=True)) / (math.hypot(*a) * math.hypot(*b))


@pytest.mark.parametrize("dimensions", [256, 768, 3072])
def test_texts_that_share_most_words_lie_close_and_others_do_not(dimensions: int) -> None:
    assert cosine(DEPTH, DEPTH, dimensions) == pytest.approx(1)
    assert cosine(DEPTH, ALIKE, dimensions) > 0.75
    assert cosine(DEPTH, OTHER, dimensions) < 0.4


def test_only_the_whole_vector_has_length_1() -> None:
    whole = vector(DEPTH)
    assert math.hypot(*whole) == pytest.approx(1, abs=1e-6)
    assert 0.2 < math.hypot(*whole[:768]) < 0.8


def test_a_request_is_answered_in_either_spelling_with_its_title_and_marked() -> None:
    content = {"parts": [{"text": DEPTH[:40]}, {"text": DEPTH[40:]}]}
    snake = embedded({"content": content, "output_dimensionality": 256, "task_type": "RETRIEVAL_DOCUMENT"})
    assert snake == embedded({"content": content, "outputDimensionality": 256})
    assert snake["emulated"] is True
    titled = embedded({"content": content, "outputDimensionality": 256, "title": "Depth"})
    assert titled["embedding"] != snake["embedding"]
    assert int(titled["tokenCount"]) > int(snake["tokenCount"]) == -(-(len(DEPTH) + 1) // 4)


def test_what_exceeds_the_limit_of_a_text_is_passed_over() -> None:
    long = "word " * 10_000
    assert embedded({"content": {"parts": [{"text": long}]}})["tokenCount"] == str(INPUT_LIMIT)
    assert vector(long) == vector(long[: 4 * INPUT_LIMIT])


def test_a_text_without_a_word_is_a_point_too() -> None:
    assert math.hypot(*vector("!?")) == pytest.approx(1)


@pytest.mark.parametrize(("model", "does"), [("models/gemini-embedding-001", True), ("gemini-2.5-flash", False)])
def test_a_model_embeds_by_its_name(model: str, *, does: bool) -> None:
    assert embeds(model) is does
