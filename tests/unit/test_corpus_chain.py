from __future__ import annotations

import pytest

from core.corpus.chain import chain
from core.corpus.outcome import Tie
from core.corpus.ports import Kind


def tie(one: str, other: str) -> Tie:
    return Tie("c", one, other, Kind.NEAR, 0.9)


TIES = [tie("a", "b"), tie("b", "c"), tie("c", "d"), tie("a", "e"), tie("d", "e")]


def test_the_shortest_way_is_told_in_order() -> None:
    assert chain(TIES, "d", "a") == [tie("d", "e"), tie("a", "e")]
    assert chain(TIES, "a", "c") == [tie("a", "b"), tie("b", "c")]


def test_a_pair_needs_no_way_to_itself() -> None:
    assert chain(TIES, "a", "a") == []


def test_pairs_that_nothing_ties_have_no_way() -> None:
    with pytest.raises(KeyError):
        chain(TIES, "a", "z")
