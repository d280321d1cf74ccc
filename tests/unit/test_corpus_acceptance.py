from __future__ import annotations

import pytest

from core.corpus.acceptance import Named, Settled
from core.projections.balance import Balance


@pytest.mark.parametrize(
    ("balance", "settled"),
    [
        (Balance(staged=9, refined=5, excluded=3, given_up=1), True),
        (Balance(staged=9, refined=8, missing=1), False),
        (Balance(staged=9, refined=8, in_flight=1), False),
        (Balance(staged=9, refined=8, planned=1), False),
        (Balance(staged=9, excluded=9), False),
    ],
)
def test_a_wave_is_settled_when_every_pair_has_come_to_its_end_and_some_are_refined(
    balance: Balance, *, settled: bool
) -> None:
    assert Settled({2: balance}).accepted(2) is settled


def test_a_person_names_waves_whatever_became_of_them() -> None:
    assert [wave for wave in (1, 2, 3) if Named([2, 3]).accepted(wave)] == [2, 3]


def test_a_wave_that_is_not_to_be_judged_is_not_taken() -> None:
    assert not Settled({2: Balance(staged=9, refined=9)}).accepted(3)
