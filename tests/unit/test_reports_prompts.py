from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.quality.statistics import compare_pairs
from core.reports.prompt_versions import Version, answer, difference, together, versions
from tests.reports import assessment, material, pair_quality, run_wave

if TYPE_CHECKING:
    from tests.mill import Mill

ASKED = {"kept_least": 0.95, "formed_least": 0.95, "people_least": 4.0}


def version(name: str = "new", **changed: object) -> Version:
    known: dict[str, object] = {
        "waves": (2,),
        "pairs": 700,
        "kept": 0.99,
        "formed": 0.98,
        "gain": 0.5,
        "low": 0.4,
        "high": 0.6,
        "people": 4.2,
        "scored": 30,
        "usd": 1.4,
        "faults": (),
    }
    return Version(name, **(known | changed))  # type: ignore[arg-type]


def test_of_one_wave_the_gain_and_its_interval_are_that_waves_own() -> None:
    one = compare_pairs([1.0, 0.5, 0.0, 1.5], "seed")
    assert together([one]) == pytest.approx((one.difference, one.low, one.high))
    assert together([]) == (0.0, 0.0, 0.0)


def test_two_waves_count_by_their_pairs_and_tell_more_than_either() -> None:
    one, two = compare_pairs([1.0, 0.5, 0.0, 1.5] * 10, "a"), compare_pairs([0.5, 0.25, 0.0, 0.25] * 30, "b")

    mean, low, high = together([one, two])

    assert mean == pytest.approx((40 * 0.75 + 120 * 0.25) / 160)
    assert low < mean < high
    assert (mean - low) ** 2 == pytest.approx(
        (0.25 * (one.difference - one.low)) ** 2 + (0.75 * (two.difference - two.low)) ** 2
    )


def test_a_version_over_all_waves_has_its_pairs_scores_and_price(mill: Mill) -> None:
    run_wave(mill)
    first = [pair_quality(number, 1.0, fault=number == 1) for number in (1, 2)]
    second = [pair_quality(3, 0.0), pair_quality(4, 0.0, "d" * 16)]
    made = material(
        mill,
        assessments={2: assessment(first), 3: assessment(second, 3)},
        prompt_of={"w2-s30-n205-001": "c" * 16, "w2-s30-n205-002": "d" * 16},
    )

    old, new = versions(made)

    assert (old.name, old.waves, old.pairs) == ("c" * 16, (2, 3), 3)
    assert (new.name, new.waves, new.pairs) == ("d" * 16, (3,), 1)
    assert old.kept == pytest.approx(2 / 3)
    assert old.faults == (("numbers", 1),)
    assert old.gain == pytest.approx(2 / 3)
    assert (old.scored, new.scored) == (1, 1)
    assert old.people == pytest.approx(4.275)
    assert old.usd is not None
    assert old.usd > 0
    assert new.usd is None


def test_nothing_asks_for_tuning_where_every_figure_is_what_is_asked_for() -> None:
    assert answer([version()], ASKED, "new") == [
        "Nothing measured asks for tuning version new: every figure is what the gate wants."
    ]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"kept": 0.9}, "kept 90.0%, where 95% are asked for"),
        ({"formed": 0.5}, "well formed 50.0%, where 95% are asked for"),
        ({"low": -0.1}, "it is not sure that texts gain by it (+0.50, -0.10 to +0.60)"),
        ({"gain": -0.5, "low": -0.6, "high": -0.4}, "texts lose by it (-0.50, -0.60 to -0.40)"),
        ({"people": 3.5}, "people give it 3.50, where 4.0 is asked for"),
    ],
)
def test_each_figure_that_is_short_asks_for_tuning(changed: dict[str, object], said: str) -> None:
    found = answer([version(faults=(("numbers", 12), ("fences", 1)), **changed)], ASKED, "new")
    assert found == [
        f"Version new needs tuning: {said}.",
        "Most of its faults: numbers (12 pairs), fences (1 pair).",
    ]


def test_the_present_version_is_compared_with_the_one_before() -> None:
    old = version("old", gain=0.1, low=0.05, high=0.15)
    assert answer([old, version()], ASKED, "new")[-1].startswith("It gains more than version old (+0.40")
    assert "do not differ beyond noise" in answer([version("old", gain=0.45), version()], ASKED, "new")[-1]
    assert answer([old, version()], ASKED, "old")[-1].startswith("It gains less than version new (-0.40")
    assert difference(old, version())[0] == pytest.approx(0.4)


def test_without_an_assessment_nothing_is_said_of_the_prompt() -> None:
    assert answer([], ASKED, "new") == [
        "No wave is assessed yet, so nothing can be said of the prompt; `batchmill assess` comes first."
    ]
