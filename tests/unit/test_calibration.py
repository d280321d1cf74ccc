from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from core.quality.calibration import Calibrated, CalibrationTerms, calibrate
from core.quality.scores import Score, scored

if TYPE_CHECKING:
    from collections.abc import Iterable

AT = datetime(2026, 11, 3, tzinfo=UTC)
SPREAD = [1 + place % 5 for place in range(30)]


def scores(reviewer: str, marks: Iterable[int]) -> list[Score]:
    return [scored(reviewer, f"a-{place:03d}", (mark,) * 5, at=AT) for place, mark in enumerate(marks, 1)]


def moved(by: int) -> list[int]:
    return [min(5, max(1, mark + by)) for mark in SPREAD]


def test_a_judge_that_gives_what_the_people_give_agrees() -> None:
    found = calibrate(scores("ann", SPREAD), scores("model", SPREAD))

    assert (found.verdict, found.pairs, found.difference, found.near) == (Calibrated.AGREES, 30, 0, 1)
    assert found.alpha.value == 1
    assert found.sentence == (
        "the judge agrees with the people on 30 pairs "
        "(alpha 1.00, mean difference +0.00 (+0.00 to +0.00), 100% within one point)"
    )


def test_a_judge_that_is_kinder_by_a_point_does_not_agree_and_the_reason_is_said() -> None:
    found = calibrate(scores("ann", SPREAD), scores("model", moved(1)))

    assert found.verdict is Calibrated.DOES_NOT_AGREE
    assert found.difference == pytest.approx(0.8)
    assert found.dimensions["clarity"] == pytest.approx(0.8)
    assert found.sentence.endswith("the mean difference may be more than 0.5")


def test_a_difference_that_may_be_too_large_is_too_large() -> None:
    kinder = [mark + (mark < 5 and place % 2 == 0) for place, mark in enumerate(SPREAD)]

    found = calibrate(scores("ann", SPREAD), scores("model", kinder))
    assert found.difference == pytest.approx(0.4)
    assert found.interval is not None
    assert found.interval.high > 0.5
    assert found.verdict is Calibrated.DOES_NOT_AGREE
    assert found.sentence.endswith("within one point): the mean difference may be more than 0.5")


def test_a_judge_that_ranks_the_other_way_round_does_not_agree() -> None:
    found = calibrate(scores("ann", SPREAD), scores("model", [6 - mark for mark in SPREAD]))

    assert found.verdict is Calibrated.DOES_NOT_AGREE
    assert "alpha is below 0.667" in found.sentence
    assert "fewer than 90% of the pairs are within one point" in found.sentence


def test_the_people_are_averaged_before_they_are_compared() -> None:
    people = scores("ann", SPREAD) + scores("bob", [6 - mark for mark in SPREAD])

    found = calibrate(people, scores("model", [3] * 30))
    assert (found.difference, found.near) == (0, 1)


def test_pairs_that_only_one_side_scored_do_not_count() -> None:
    found = calibrate(scores("ann", SPREAD[:19]), scores("model", SPREAD))

    assert (found.verdict, found.pairs) == (Calibrated.TOO_FEW, 19)
    assert found.sentence == (
        "too few: 19 pairs scored by people and by the judge, and 20 are needed to compare them"
    )
    assert calibrate(scores("ann", SPREAD[:19]), scores("model", SPREAD), CalibrationTerms(pairs=19)).verdict == (
        "agrees"
    )


def test_nothing_in_common_is_too_few() -> None:
    found = calibrate([], scores("model", SPREAD))

    assert (found.verdict, found.difference, found.near, found.dimensions) == (Calibrated.TOO_FEW, None, None, {})


def test_where_all_scores_are_the_same_nothing_can_be_told() -> None:
    found = calibrate(scores("ann", [4] * 30), scores("model", [4] * 30))

    assert found.verdict is Calibrated.TOO_FEW
    assert "no variation" in found.sentence
