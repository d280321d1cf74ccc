from __future__ import annotations

import pytest

from core.quality.assessment.groups import BY, ERROR_CLASSES, Tallies
from core.quality.findings import FORMED, KEPT, NOTE, WRITTEN
from core.quality.statistics import BETTER, NO_DIFFERENCE
from tests.qualities import found, group, quality


def test_shares_count_pairs_and_not_findings_and_notes_are_no_faults() -> None:
    pairs = [
        quality(1, found(KEPT), found(KEPT, "term-dropped"), found(KEPT, "term-dropped")),
        quality(2, found(KEPT, "number-new", NOTE), found(FORMED, "html")),
        quality(3, found(WRITTEN, "opener")),
        quality(4),
    ]
    whole = group(pairs)
    assert (whole.pairs, whole.kept, whole.formed, whole.written) == (4, 0.75, 0.75, 0.75)
    assert whole.faults == {"html": 1, "number-changed": 1, "opener": 1, "term-dropped": 1}
    assert whole.notes == {"number-new": 1}


def test_means_stand_before_and_after() -> None:
    whole = group([quality(1, errors=(2.0, 1.0)), quality(2, errors=(4.0, 0.0), length_ratio=0.5)])
    assert whole.errors == (3.0, 0.5)
    assert whole.ease == (40.0, 50.0)
    assert whole.sentence_length == (20.0, 16.0)
    assert whole.length_ratio == 1.0


def test_every_pair_is_in_one_class_of_each_histogram_by_its_lower_end() -> None:
    pairs = [quality(n, errors=(low, 0.0)) for n, low in enumerate(ERROR_CLASSES)]
    whole = group([*pairs, quality(90, errors=(11.99, 300.0)), quality(91, errors=(0.49, 0.5))])
    assert whole.before_histogram == (2, 1, 1, 1, 1, 1, 1, 1, 2, 1)
    assert whole.after_histogram == (10, 1, 0, 0, 0, 0, 0, 0, 0, 1)
    assert sum(whole.before_histogram) == sum(whole.after_histogram) == whole.pairs


def test_no_pair_is_a_group_without_a_fault_or_a_difference() -> None:
    nothing = group([])
    assert (nothing.pairs, nothing.kept, nothing.errors) == (0, 1.0, (0.0, 0.0))
    assert nothing.compared.verdict == NO_DIFFERENCE


def test_pairs_are_taken_together_by_batch_indicator_category_and_prompt() -> None:
    tallies = Tallies("wave-2")
    tallies.add(quality(n, found(KEPT), batch=205, indicator="tvl", prompt="old") for n in range(10))
    tallies.add(quality(n, batch=206, carrier=206 + 10**9, indicator="tvl", prompt="new") for n in range(30))
    tallies.add([quality(90, batch=206, indicator="", category=None, prompt="", gain=-1.0)])
    groups = tallies.groups("1/wave-2", 0.05)

    assert tuple(groups) == BY
    shown = {by: {each.name: each.pairs for each in groups[by]} for by in BY}
    assert shown == {
        "batch": {"205": 10, "206": 31},
        "indicator": {"tvl": 40, "-": 1},
        "category": {"dex_metrics": 40, "-": 1},
        "prompt": {"old": 10, "new": 30, "-": 1},
    }
    assert [each.kept for each in groups["batch"]] == [0.0, 1.0]
    assert [each.kept for each in groups["indicator"]] == [0.75, 1.0]
    assert [each.compared.verdict for each in groups["prompt"]] == [BETTER, BETTER, NO_DIFFERENCE]
    assert all(sum(each.pairs for each in groups[by]) == tallies.whole.group("1", 0.05).pairs for by in BY)


@pytest.mark.parametrize("seed", ["1/wave-2", "2/wave-2"])
def test_the_same_pairs_and_seed_give_the_same_groups(seed: str) -> None:
    pairs = [quality(n, gain=n % 3 - 0.9) for n in range(60)]
    made = []
    for _ in range(2):
        tallies = Tallies("wave-2")
        tallies.add(pairs)
        made.append((tallies.whole.group(seed, 0.05), tallies.groups(seed, 0.05)))
    assert made[0] == made[1]
