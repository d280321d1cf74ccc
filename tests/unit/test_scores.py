from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInputError
from core.quality.intervals import mean_interval, t_quantile
from core.quality.means import pair_means, wave_means
from core.quality.scores import (
    DIMENSIONS,
    WEIGHTS,
    Score,
    by_models,
    by_people,
    latest,
    reviewer_named,
    scored,
    weighted,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

AT = datetime(2026, 11, 3, 12, tzinfo=UTC)


def score(reviewer: str, pair_id: str, marks: Sequence[int], minutes: int = 0) -> Score:
    return scored(reviewer, pair_id, marks, at=AT + timedelta(minutes=minutes))


def test_the_weights_are_35_25_20_15_and_5_per_cent() -> None:
    assert list(WEIGHTS.values()) == [35, 25, 20, 15, 5]
    assert [float(weighted([5 if name == best else 1 for name in DIMENSIONS])) for best in DIMENSIONS] == [
        2.4,
        2.0,
        1.8,
        1.6,
        1.2,
    ]


@given(st.lists(st.integers(1, 5), min_size=5, max_size=5))
def test_a_weighted_score_lies_between_the_lowest_mark_and_the_highest(marks: list[int]) -> None:
    assert min(marks) <= weighted(marks) <= max(marks)


@pytest.mark.parametrize("marks", [(0, 3, 3, 3, 3), (3, 3, 3, 3, 6), (3, 3, 3, 3), (3, 3, 3, 3, True), (3.0,) * 5])
def test_marks_that_are_not_1_to_5_are_no_score(marks: Sequence[int]) -> None:
    with pytest.raises(ValueError, match="five whole numbers from 1 to 5"):
        score("ann", "a-001", marks)


def test_a_score_survives_being_stored() -> None:
    given = scored("ann", "a-001", (5, 4, 3, 2, 1), comment="= 5", at=AT)

    assert msgspec.json.decode(msgspec.json.encode(given), type=Score) == given


def test_a_stored_score_with_a_wrong_mark_cannot_be_read() -> None:
    stored = msgspec.json.encode(score("ann", "a-001", (5,) * 5)).replace(b'"tone":5', b'"tone":9')

    with pytest.raises(msgspec.ValidationError, match="from 1 to 5"):
        msgspec.json.decode(stored, type=Score)


def test_reviewers_of_one_pair_are_averaged_before_pairs_are() -> None:
    scores = [
        score("ann", "a-001", (5,) * 5),
        score("bob", "a-001", (5,) * 5),
        score("cid", "a-001", (5,) * 5),
        score("ann", "a-002", (3,) * 5),
    ]

    means = wave_means(scores)
    assert (means.weighted, means.pairs, means.scores, means.reviewers) == (4.0, 2, 4, ("ann", "bob", "cid"))
    assert means.reached


def test_a_later_score_of_the_same_reviewer_takes_the_place_of_the_earlier_one() -> None:
    first, second = score("ann", "a-001", (1,) * 5), score("ann", "a-001", (4, 4, 4, 4, 5), minutes=1)

    assert latest([first, second]) == latest([second, first]) == [second]
    assert pair_means([second, first])[0].weighted == 4.05


def test_four_exactly_is_reached_and_a_hair_below_is_not() -> None:
    exactly = [score("ann", f"a-{place:03d}", (4,) * 5) for place in range(10)]
    below = [score("ann", "a-000", (4, 4, 4, 4, 3)), *exactly[1:]]

    assert wave_means(exactly).reached
    assert not wave_means(below).reached
    assert wave_means(below).weighted == pytest.approx(3.995)


def test_three_reviewers_whose_mean_is_four_reach_it() -> None:
    marks = [(4, 4, 4, 4, 3), (4, 4, 4, 4, 4), (4, 4, 4, 4, 5)]

    assert wave_means([score(str(place), "a-001", each) for place, each in enumerate(marks)]).reached


def test_the_means_of_the_dimensions_and_the_worst_pairs_are_named() -> None:
    scores = [score("ann", f"a-{place:03d}", (1 + place % 5, 3, 3, 3, 3)) for place in range(10)]

    means = wave_means(scores)
    assert means.dimensions == {"technical_accuracy": 3, "clarity": 3, "depth": 3, "practical_use": 3, "tone": 3}
    assert [each.pair_id for each in means.worst] == ["a-000", "a-005", "a-001", "a-006", "a-002"]
    assert means.interval is not None
    assert means.interval.low < 3 < means.interval.high


def test_without_a_score_nothing_is_reached() -> None:
    means = wave_means([])

    assert (means.weighted, means.reached, means.interval, means.dimensions, means.worst) == (
        None,
        False,
        None,
        {},
        (),
    )


@pytest.mark.parametrize(
    ("freedom", "quantile"),
    [(1, 12.706), (4, 2.776), (5, 2.571), (9, 2.262), (29, 2.045), (100, 1.984), (10**6, 1.960)],
)
def test_the_quantiles_of_t_are_those_of_the_table(freedom: int, quantile: float) -> None:
    assert t_quantile(freedom) == pytest.approx(quantile, abs=0.001)


def test_the_interval_of_a_mean_is_the_textbook_one() -> None:
    interval = mean_interval([1.0, 2.0, 3.0, 4.0, 5.0])

    assert interval is not None
    assert (interval.low, interval.high) == (pytest.approx(1.037, abs=0.001), pytest.approx(4.963, abs=0.001))
    assert mean_interval([3.0]) is None


def test_what_models_gave_is_kept_apart_from_what_people_gave() -> None:
    scores = [score("ann", "a-001", (5,) * 5), score("model:gemini", "a-001", (1,) * 5)]

    assert (by_people(scores), by_models(scores)) == (scores[:1], scores[1:])


def test_a_reviewer_has_a_name_in_one_line() -> None:
    assert reviewer_named("  Ann\n Lee ") == "Ann Lee"


@pytest.mark.parametrize("name", ["", " \n", "model:gemini", "x" * 61])
def test_a_name_that_no_person_has_is_refused(name: str) -> None:
    with pytest.raises(BadInputError, match="cannot be a reviewer; name a person"):
        reviewer_named(name)
