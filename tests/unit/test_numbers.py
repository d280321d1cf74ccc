from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.batch.numbers import (
    HIGHEST,
    JUDGE,
    MOST_ROUNDS,
    REFINE,
    base_of,
    in_order,
    kind_of,
    label,
    number_of,
    parse,
    repair_of,
    round_of,
    serial_of,
)
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


@given(BASES, ROUNDS)
def test_a_batch_that_judges_is_called_by_a_count_of_its_own(serial: int, round_: int) -> None:
    number, repair = number_of(JUDGE, serial), repair_of(number_of(JUDGE, serial), round_)

    assert (label(number), label(repair)) == (f"j{serial}", f"j{serial}r{round_}")
    assert (parse(label(number)), parse(label(repair))) == (number, repair)
    assert (base_of(repair), round_of(repair), serial_of(repair)) == (number, round_, serial)
    assert (batch_number(batch_stream(number)), batch_number(batch_stream(repair))) == (number, repair)
    assert repair_of(repair, 1) == repair_of(number, 1)


@given(BASES, st.integers(0, MOST_ROUNDS), BASES, st.integers(0, MOST_ROUNDS))
def test_a_batch_that_judges_can_never_meet_another(serial: int, round_: int, number: int, other: int) -> None:
    judging, refining = repair_of(number_of(JUDGE, serial), round_), repair_of(number, other)

    assert (kind_of(judging), kind_of(refining)) == (JUDGE, REFINE)
    assert judging > refining
    assert in_order(judging) > in_order(refining)


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


@pytest.mark.parametrize(
    "text",
    ["", "0", "-1", "205r", "205r0", "r1", "205 r1", "205r1r1", "1234567890", "٢٠٥", "j", "j0", "2j1", "jr1"],
)
def test_other_words_are_no_batch_numbers(text: str) -> None:
    with pytest.raises(BadInputError, match="is no batch number; write 205, or 205r1"):
        parse(text)
