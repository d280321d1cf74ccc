"""On real sentences of learners and their corrections: what is preferred, and how often a verdict is wrong."""

from __future__ import annotations

import pytest

from adapters.language.harper import HarperChecker
from core.quality.statistics import BETTER, NO_DIFFERENCE, compare_pairs
from tests.learners import GRAMMAR, batch, scores

pytestmark = pytest.mark.skipif(not GRAMMAR.is_dir(), reason="the sentences of learners are not here")


@pytest.fixture(scope="module")
def scored() -> dict[str, list[float]]:
    return scores(HarperChecker(), every=2)


def verdicts(scored: dict[str, list[float]], size: int, batches: int, *, shuffled: bool = False) -> list[str]:
    return [
        compare_pairs(batch(scored, size, f"{size}/{number}", shuffled=shuffled), f"{number}").verdict
        for number in range(batches)
    ]


def test_of_batches_of_ten_the_corrected_has_the_higher_mean_99_times_in_100(
    scored: dict[str, list[float]],
) -> None:
    preferred = sum(sum(batch(scored, 10, f"mean/{number}")) > 0 for number in range(4_000))

    assert preferred / 4_000 >= 0.99


@pytest.mark.parametrize(("size", "batches", "most"), [(10, 300, 28), (30, 100, 13)])
def test_a_shuffled_copy_shows_no_difference_at_the_stated_error_rate(
    scored: dict[str, list[float]], size: int, batches: int, most: int
) -> None:
    """`most` is the 99.9 % bound of a binomial with `batches` trials at 5 %."""
    found = verdicts(scored, size, batches, shuffled=True)

    assert len(found) - found.count(NO_DIFFERENCE) <= most


def test_no_batch_of_ten_is_called_worse_and_of_thirty_nearly_all_are_called_better(
    scored: dict[str, list[float]],
) -> None:
    assert "worse" not in verdicts(scored, 10, 100)
    assert verdicts(scored, 30, 100).count(BETTER) >= 95


@pytest.mark.long
def test_the_rates_hold_over_all_sentences_and_many_thousand_batches() -> None:
    """2,000 trials at 5 % stay below 131 in 99.9 % of all cases."""
    scored = scores(HarperChecker())
    preferred = sum(sum(batch(scored, 10, f"long/{number}")) > 0 for number in range(40_000))
    assert preferred / 40_000 >= 0.99
    for size in (10, 20, 50):
        found = verdicts(scored, size, 2_000, shuffled=True)
        assert len(found) - found.count(NO_DIFFERENCE) <= 131
