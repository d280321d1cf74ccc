from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.corpus.choices import Figures, Repeated
from core.corpus.clusters import link
from core.corpus.figures import Figured, disputes, figured, figures_of
from core.corpus.outcome import Known, Member
from core.corpus.ports import Found, Kind, Near
from core.corpus.terms import terms_for

NEAR = Near(1, 4, 0.9)


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("It rose by 1,000.5 USD.", {"1000.5"}),
        ("It rose by 1000.5 USD", {"1000.5"}),
        ("From -5% to 5%", {"-5%", "5%"}),
        ("A $1.5M pool, not a $1.5B one", {"1.5m", "1.5b"}),
        ("Nothing is counted here.", set()),
        ("In 2024\u20132025", {"2024", "2025"}),
    ],
)
def test_figures_are_numbers_with_their_signs_and_units(text: str, figures: set[str]) -> None:
    assert figures_of(text) == figures


def test_pairs_that_each_state_a_figure_of_their_own_are_disputed() -> None:
    figures = {1: frozenset({"7", "24"}), 4: frozenset({"7", "48"})}

    [found] = disputes([NEAR], Kind.NEAR, figures)

    assert (found.rows, found.only_one, found.only_other) == ((1, 4), ("24",), ("48",))


@pytest.mark.parametrize("more", [frozenset({"7"}), frozenset({"7", "24"})])
def test_a_pair_that_says_the_same_and_more_is_not_disputed(more: frozenset[str]) -> None:
    assert disputes([NEAR], Kind.NEAR, {1: frozenset({"7"}), 4: more}) == []


def test_disputed_pairs_are_not_joined_where_they_are_to_stay_apart() -> None:
    found = Found(rows=6, same=(), near=(NEAR, Near(1, 5, 0.8)), candidates=2, wide_buckets=0)
    terms = terms_for(0.8, Repeated.KEEP, figures=Figures.APART)

    assert link(found, terms).joined == ((1, 4, 5),)
    assert link(found, terms, {(1, 4)}).joined == ((1, 5),)


def test_no_chain_over_a_third_pair_joins_two_that_stay_apart() -> None:
    chain = (NEAR, Near(1, 5, 0.95), Near(4, 5, 0.9), Near(4, 7, 0.85))
    found = Found(rows=8, same=(), near=chain, candidates=4, wide_buckets=0)
    terms = terms_for(0.8, Repeated.KEEP, figures=Figures.APART)

    assert link(found, terms).joined == ((1, 4, 5, 7),)
    assert link(found, terms, {(1, 4)}).joined == ((1, 5), (4, 7))


@given(
    st.sets(st.tuples(st.integers(0, 12), st.integers(0, 12)).filter(lambda two: two[0] < two[1])),
    st.sets(st.tuples(st.integers(0, 12), st.integers(0, 12)).filter(lambda two: two[0] < two[1])),
)
def test_two_that_stay_apart_are_in_no_common_cluster(
    links: set[tuple[int, int]], apart: set[tuple[int, int]]
) -> None:
    near = tuple(Near(one, other, 0.8 + (one * 13 + other) / 1_000) for one, other in sorted(links))
    found = Found(rows=13, same=(), near=near, candidates=len(near), wide_buckets=0)

    joined = link(found, terms_for(0.8, Repeated.KEEP, figures=Figures.APART), apart).joined

    assert not any(one in rows and other in rows for rows in joined for one, other in apart)


def test_the_list_says_of_two_pairs_whether_they_are_in_one_cluster_all_the_same() -> None:
    known = {row: Known(row, f"p{row}", "?", None, None, None, (), None) for row in (1, 4)}
    found = disputes([NEAR], Kind.NEAR, {1: frozenset({"24"}), 4: frozenset({"48"})})
    members = [Member("p1", row, f"p{row}", None, None, None) for row in (1, 4)]

    assert figured(found, known, members) == [Figured("p1", "p4", Kind.NEAR, 0.9, ("24",), ("48",), joined=True)]
    assert not figured(found, known, [])[0].joined
