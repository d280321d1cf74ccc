from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.corpus.splits import Split, Splitter

NAMES = [f"w2-s30-tvl-{number:03d}" for number in range(400)]


def splits(splitter: Splitter, names: list[str] = NAMES) -> list[Split]:
    return [splitter.split(row, name) for row, name in enumerate(names)]


@given(
    st.lists(st.lists(st.integers(0, 399), min_size=2, max_size=5, unique=True)), st.integers(), st.floats(0, 1)
)
def test_what_belongs_together_is_never_parted(together: list[list[int]], seed: int, share: float) -> None:
    placed = splits(Splitter([sorted(rows) for rows in together], share, seed))

    assert all(len({placed[row] for row in rows}) == 1 for rows in together)


def test_groups_that_share_a_pair_are_one_group() -> None:
    for seed in range(30):
        placed = splits(Splitter([[1, 5], [5, 9], [200, 9]], 0.5, seed))
        assert placed[1] == placed[5] == placed[9] == placed[200]


@pytest.mark.parametrize(("share", "low", "high"), [(0.0, 0, 0), (0.1, 20, 60), (0.5, 160, 240), (1.0, 400, 400)])
def test_the_share_is_kept_on_average(share: float, low: int, high: int) -> None:
    assert low <= Counter(splits(Splitter([], share, 1)))[Split.VALIDATION] <= high


def test_a_pair_stays_in_its_split_when_more_pairs_come() -> None:
    few = splits(Splitter([[3, 7]], 0.3, 1), NAMES[:50])

    assert splits(Splitter([[3, 7], [60, 70]], 0.3, 1))[:50] == few


def test_another_seed_gives_other_splits() -> None:
    assert splits(Splitter([], 0.3, 1)) != splits(Splitter([], 0.3, 2))
    assert splits(Splitter([], 0.3, 1)) == splits(Splitter([], 0.3, 1))
