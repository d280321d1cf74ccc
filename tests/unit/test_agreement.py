"""Alpha against the examples that were published with it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.quality.agreement import Level, Rating, agreement, alpha
from core.quality.scores import scored

#: Krippendorff (2011), section D: four observers, twelve units, values missing.
OBSERVERS = {
    "A": "1 2 3 3 2 1 4 1 2 . . .",
    "B": "1 2 3 3 2 2 4 1 2 5 . 3",
    "C": ". 3 3 3 2 3 4 2 2 5 1 .",
    "D": "1 2 3 3 2 4 4 1 2 5 1 .",
}
#: The computational example of the encyclopedia's article: three coders, fifteen units.
CODERS = {
    "A": ". . . . . 3 4 1 2 1 1 3 3 . 3",
    "B": "1 . 2 1 3 3 4 3 . . . . . . .",
    "C": ". . 2 1 3 4 4 . 2 1 1 3 3 . 4",
}
AT = datetime(2026, 11, 3, tzinfo=UTC)


def ratings(table: dict[str, str]) -> list[Rating]:
    return [
        Rating(reviewer, str(unit), float(value))
        for reviewer, row in table.items()
        for unit, value in enumerate(row.split())
        if value != "."
    ]


@pytest.mark.parametrize(("level", "value"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_the_example_of_2011_comes_out_as_published(level: str, value: float) -> None:
    found = alpha(ratings(OBSERVERS), Level(level))

    assert found.value == pytest.approx(value, abs=0.0005)
    assert (found.reviewers, found.units, found.values) == (4, 11, 40)


@pytest.mark.parametrize(("level", "value"), [("nominal", 0.691), ("interval", 0.811)])
def test_the_example_of_three_coders_comes_out_as_published(level: str, value: float) -> None:
    assert alpha(ratings(CODERS), Level(level)).value == pytest.approx(value, abs=0.0005)


@pytest.mark.parametrize("level", Level)
def test_perfect_agreement_is_one(level: Level) -> None:
    found = alpha(ratings({"A": "1 2 3", "B": "1 2 3"}), level)

    assert (found.value, found.words) == (1.0, "reliable")


def test_opposite_judgements_are_worse_than_chance() -> None:
    found = alpha(ratings({"A": "1 2 3 4", "B": "4 3 2 1"}), Level.ORDINAL)

    assert found.value is not None
    assert found.value < 0
    assert found.words == "not reliable"


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=2, max_size=30), st.randoms())
def test_neither_the_order_of_ratings_nor_the_names_of_reviewers_matter(
    rows: list[tuple[int, int]], random: object
) -> None:
    given_ratings = [
        Rating(reviewer, str(unit), value)
        for unit, pair in enumerate(rows)
        for reviewer, value in zip("AB", pair, strict=True)
    ]
    renamed = [rating._replace(reviewer={"A": "x", "B": "c"}[rating.reviewer]) for rating in given_ratings]
    random.shuffle(renamed)  # type: ignore[attr-defined]

    one, other = (alpha(each, Level.ORDINAL).value for each in (given_ratings, renamed))
    assume(one is not None)
    assert other == pytest.approx(one)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({}, "nobody has scored yet"),
        ({"A": "1 2 3"}, "one reviewer alone (3 pairs): agreement needs two"),
        ({"A": "1 2 .", "B": ". . 3"}, "2 reviewers, and no pair that two of them scored"),
        ({"A": "4 4 4", "B": "4 4 ."}, "all scores of the 2 pairs in common are the same"),
    ],
)
def test_where_there_is_no_alpha_the_reason_is_said(table: dict[str, str], words: str) -> None:
    for level in Level:
        found = alpha(ratings(table), level)
        assert found.value is None
        assert found.words.startswith(words)


def test_the_dimensions_are_compared_one_by_one_and_the_weighted_score_as_well() -> None:
    marks = {"a": (5, 1, 3, 3, 3), "b": (4, 5, 3, 3, 3), "c": (1, 3, 3, 3, 3)}
    scores = [scored("ann", pair, each, at=AT) for pair, each in marks.items()]
    scores += [scored("bob", pair, (each[0], 6 - each[1], *each[2:]), at=AT) for pair, each in marks.items()]

    found = agreement(scores)
    assert found.dimensions["technical_accuracy"].value == 1
    clarity = found.dimensions["clarity"].value
    assert clarity is not None
    assert clarity < 0
    assert found.dimensions["tone"].value is None
    assert found.weighted.value is not None


def test_a_score_that_was_replaced_does_not_count() -> None:
    scores = [
        scored("ann", "a", (1,) * 5, at=AT),
        scored("ann", "a", (5,) * 5, at=AT.replace(hour=1)),
        scored("bob", "a", (5,) * 5, at=AT),
        scored("ann", "b", (2,) * 5, at=AT),
        scored("bob", "b", (2,) * 5, at=AT),
    ]

    assert agreement(scores).weighted.value == 1
