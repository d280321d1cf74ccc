from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.batch.numbers import HIGHEST, MOST_ROUNDS, base_of, in_order, label, parse, repair_of, round_of
from core.errors import BadInputError
from core.ledger.streams import batch_number, batch_stream

BASES = st.integers(1, HIGHEST)
ROUNDS = st.integers(1, MOST_ROUNDS)


@given(BASES)
def test_a_batch_of_a_plan_is_called_by_its_number(number: int) -> None:
    assert (label(number), parse(label(number)), base_of(number), round_of(number)) == (
        str(number),
        number,
        number,
        0,
    )


@given(BASES, ROUNDS)
def test_a_repair_is_called_by_the_batch_it_repairs_and_its_round(number: int, round_: int) -> None:
    repair = repair_of(number, round_)

    assert label(repair) == f"{number}r{round_}"
    assert (parse(label(repair)), base_of(repair), round_of(repair)) == (repair, number, round_)
    assert batch_number(batch_stream(repair)) == repair


@given(BASES, ROUNDS, ROUNDS)
def test_the_repair_of_a_repair_repairs_the_batch_of_the_plan(number: int, first: int, second: int) -> None:
    assert repair_of(repair_of(number, first), second) == repair_of(number, second)


def test_repairs_stand_right_behind_their_batch() -> None:
    numbers = [206, 205, repair_of(205, 2), repair_of(205, 1), repair_of(204, 1), 204]

    assert [label(number) for number in sorted(numbers, key=in_order)] == [
        "204",
        "204r1",
        "205",
        "205r1",
        "205r2",
        "206",
    ]


@pytest.mark.parametrize("text", ["", "0", "-1", "205r", "205r0", "r1", "205 r1", "205r1r1", "1234567890", "٢٠٥"])
def test_other_words_are_no_batch_numbers(text: str) -> None:
    with pytest.raises(BadInputError, match="is no batch number; write 205, or 205r1"):
        parse(text)
