"""The ids that follow from a claimed first and last one: counted up by one to just so many, or none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.adoption.pair_ids import ids_between


@pytest.mark.parametrize(
    ("first", "last", "count", "found"),
    [
        ("200_0", "200_2", 3, ("200_0", "200_1", "200_2")),
        ("1", "3", 3, ("1", "2", "3")),
        ("q-08", "q-11", 4, ("q-08", "q-09", "q-10", "q-11")),
        ("9", "10", 2, ("9", "10")),
        ("0", "1", 2, ("0", "1")),
        ("a1b7", "a1b7", 1, ("a1b7",)),
    ],
)
def test_ids_are_counted_up_in_the_way_they_are_written(
    first: str, last: str, count: int, found: tuple[str, ...]
) -> None:
    assert ids_between(first, last, count) == found


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [
        ("200_0", "199_99", 100),
        ("200_0", "200_99", 99),
        ("200_0", "201_0", 2),
        ("200_5", "200_1", 5),
        ("08", "11", 4000),
        ("08", "100", 93),
        ("first", "last", 2),
        ("1", None, 1),
        (None, None, None),
        ("", "", 0),
        ("1", "3", None),
        ("٣", "٤", 2),
        ("1", "9" * 13, 10**13),
    ],
)
def test_none_are_made_up_where_they_do_not_follow(first: str | None, last: str | None, count: int | None) -> None:
    assert ids_between(first, last, count) == ()


@given(st.text(max_size=90), st.text(max_size=90), st.integers(-2, 300))
def test_as_many_ids_come_as_there_are_pairs_or_none(first: str, last: str, count: int) -> None:
    found = ids_between(first, last, count)
    assert not found or (len(found) == len(set(found)) == count and (found[0], found[-1]) == (first, last))
