from __future__ import annotations

from math import sqrt
from statistics import NormalDist, fmean, stdev

import pytest

from core.quality.draws import Draws
from core.quality.statistics import BETTER, NO_DIFFERENCE, WORSE, compare_groups, compare_pairs


def noise(count: int, seed: str, mean: float = 0.0, scatter: float = 1.0) -> list[float]:
    normal = NormalDist(mean, scatter)
    return [normal.inv_cdf((draw + 0.5) / 2**20) for draw in Draws(seed).below(2**20, count)]


def test_a_clear_gain_is_better_and_its_mirror_image_worse() -> None:
    gains = noise(40, "gain", mean=1.0)
    assert compare_pairs(gains, "x").verdict == BETTER
    assert compare_pairs([-gain for gain in gains], "x").verdict == WORSE


def test_no_pair_and_pairs_without_any_difference_show_none() -> None:
    assert compare_pairs([], "x").verdict == NO_DIFFERENCE
    unchanged = compare_pairs([0.0] * 50, "x")
    assert (unchanged.verdict, unchanged.chance, unchanged.low, unchanged.high) == (NO_DIFFERENCE, 1.0, 0.0, 0.0)


def test_five_pairs_can_never_be_sure_at_five_percent_and_six_can() -> None:
    assert compare_pairs([1.0] * 5, "x").chance == 2 / 32
    assert compare_pairs([1.0] * 5, "x").verdict == NO_DIFFERENCE
    assert compare_pairs([1.0] * 6, "x").verdict == BETTER


@pytest.mark.parametrize(("size", "trials", "most"), [(10, 200, 21), (40, 60, 10)])
def test_where_nothing_differs_a_verdict_is_as_rare_as_stated(size: int, trials: int, most: int) -> None:
    """`most` is the 99.9 % bound of a binomial with that many trials at 5 %."""
    found = [compare_pairs(noise(size, f"{size}/{trial}"), f"{trial}").verdict for trial in range(trials)]
    assert trials - found.count(NO_DIFFERENCE) <= most


def test_another_error_rate_gives_a_wider_interval_and_a_stricter_verdict() -> None:
    gains = noise(30, "rate", mean=0.4)
    usual, strict = compare_pairs(gains, "x"), compare_pairs(gains, "x", error_rate=0.0001)
    assert (usual.verdict, strict.verdict) == (BETTER, NO_DIFFERENCE)
    assert strict.high - strict.low > usual.high - usual.low


def test_the_interval_of_many_pairs_is_that_of_a_normal_mean() -> None:
    gains = noise(20_000, "many", mean=0.1)
    compared = compare_pairs(gains, "x")
    half = 1.96 * stdev(gains) / sqrt(len(gains))
    assert compared.difference == pytest.approx(fmean(gains))
    assert compared.low == pytest.approx(compared.difference - half, abs=0.15 * half)
    assert compared.high == pytest.approx(compared.difference + half, abs=0.15 * half)


def test_the_same_numbers_and_seed_give_the_same_answer() -> None:
    gains = noise(1_500, "again")
    assert compare_pairs(gains, "one") == compare_pairs(list(gains), "one")
    assert compare_pairs(gains, "one").low != compare_pairs(gains, "two").low


def test_two_groups_that_differ_are_told_apart_and_named_by_direction() -> None:
    earlier, later = noise(60, "earlier"), noise(80, "later", mean=1.0)
    up, down = compare_groups(earlier, later, "x"), compare_groups(later, earlier, "x")
    assert (up.verdict, down.verdict) == (BETTER, WORSE)
    assert (up.count, up.earlier) == (80, 60)
    assert up.low < up.difference < up.high


def test_two_groups_alike_differ_as_rarely_as_stated_also_when_one_scatters_more() -> None:
    """20 trials at 5 % stay at most 5 in 99.9 % of all cases."""
    found = [
        compare_groups(noise(25, f"a{trial}"), noise(60, f"b{trial}", scatter=3.0), f"{trial}").verdict
        for trial in range(20)
    ]
    assert len(found) - found.count(NO_DIFFERENCE) <= 5


def test_a_group_of_one_differs_from_nothing() -> None:
    assert compare_groups([5.0], [0.0, 0.1, 0.2], "x").verdict == NO_DIFFERENCE


def test_two_groups_of_constants_are_told_apart_and_equal_constants_are_not() -> None:
    assert compare_groups([0.0] * 10, [1.0] * 10, "x").verdict == BETTER
    assert compare_groups([1.0] * 10, [1.0] * 10, "x").verdict == NO_DIFFERENCE


def test_draws_are_the_same_everywhere_and_spread_evenly() -> None:
    assert Draws("seed").below(100, 5) == Draws("seed").below(100, 5)
    drawn = Draws("spread").below(10, 20_000)
    assert all(1_800 < drawn.count(number) < 2_200 for number in range(10))
    assert sorted(Draws("order").order(50)) == list(range(50))
    assert 9_700 < sum(Draws("bits").bits(20_000)) < 10_300
