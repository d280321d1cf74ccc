from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.engine.policy import Policy, backoff

POLICY = Policy(backoff_first=30.0, backoff_most=900.0)


@pytest.mark.parametrize(
    ("tries", "most"), [(1, 30), (2, 60), (3, 120), (5, 480), (6, 900), (7, 900), (10_000, 900)]
)
def test_the_wait_doubles_up_to_its_cap_and_chance_picks_a_place_in_its_upper_half(
    tries: int, most: float
) -> None:
    assert backoff(POLICY, tries, 0.0) == most / 2
    assert backoff(POLICY, tries, 0.5) == most * 0.75


@given(st.integers(1, 1_000), st.floats(0, 1, exclude_max=True))
def test_a_wait_is_never_longer_than_its_cap_nor_shorter_than_half_the_first(tries: int, jitter: float) -> None:
    assert 15 <= backoff(POLICY, tries, jitter) <= 900
