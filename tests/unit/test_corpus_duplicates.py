"""The pure rules of a deduplication: shingles, buckets, components and the pair that stays."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.corpus.banding import bucket_pairs
from core.corpus.choices import Repeated
from core.corpus.clusters import Cluster, Link, clusters, link
from core.corpus.ports import Found, Kind, Near, Same
from core.corpus.shingles import jaccard, shingles
from core.corpus.survivor import Candidate, survivor
from core.corpus.terms import Terms, terms_for
from core.corpus.union_find import UnionFind

ROWS = st.integers(min_value=0, max_value=30)


def found(*same: Same, near: tuple[Near, ...] = ()) -> Found:
    return Found(rows=100, same=same, near=near, candidates=len(near), wide_buckets=0)


def test_shingles_are_runs_of_words() -> None:
    assert shingles("a b c d", 3) == {("a", "b", "c"), ("b", "c", "d")}
    assert shingles("a a a a", 3) == {("a", "a", "a")}
    assert shingles("a b", 3) == {("a", "b")}
    assert shingles("", 3) == frozenset()


def test_similarity_is_the_share_in_common() -> None:
    one, other = shingles("a b c d e", 3), shingles("a b c d x", 3)

    assert jaccard(one, other) == pytest.approx(2 / 4)
    assert jaccard(one, one) == 1.0
    assert jaccard(one, shingles("p q r s", 3)) == 0.0
    assert jaccard(frozenset(), frozenset()) == 0.0


@given(st.sets(ROWS, min_size=2, max_size=8))
def test_in_a_bucket_every_two_are_compared_once(rows: set[int]) -> None:
    assert bucket_pairs([*rows, *rows], widest=8) == list(combinations(sorted(rows), 2))


@given(st.sets(st.integers(min_value=0, max_value=10_000), min_size=9, max_size=200))
def test_a_wide_bucket_costs_as_much_as_it_is_wide_and_can_still_be_one_cluster(rows: set[int]) -> None:
    pairs = bucket_pairs(rows, widest=8)

    assert len(pairs) < 6 * len(rows)
    assert len(pairs) == len(set(pairs))
    assert all(one < other for one, other in pairs)
    union = UnionFind()
    for one, other in pairs:
        union.join(one, other)
    assert union.components() == [sorted(rows)]


@given(st.lists(st.tuples(ROWS, ROWS)))
def test_components_are_what_a_walk_along_the_links_reaches(links: list[tuple[int, int]]) -> None:
    union = UnionFind()
    for one, other in links:
        union.join(one, other)

    reached = {row: {row} for row in range(31)}
    for one, other in links * len(links):
        together = reached[one] | reached[other]
        for row in together:
            reached[row] = together
    walked = sorted({tuple(sorted(rows)) for rows in reached.values() if len(rows) > 1})
    assert [tuple(rows) for rows in union.components()] == walked


def test_the_best_pair_stays_then_the_more_complete_then_the_oldest() -> None:
    assert survivor([Candidate(1, 80, 99), Candidate(2, 90, 10)]) == 2
    assert survivor([Candidate(1, 90, 10), Candidate(2, 90, 20)]) == 2
    assert survivor([Candidate(2, 90, 20), Candidate(1, 90, 20)]) == 1
    assert survivor([Candidate(1, None, 100), Candidate(2, 0, None)]) == 2
    assert survivor([Candidate(2, None, None), Candidate(1, None, None)]) == 1


def test_the_same_text_and_the_same_answer_join_and_the_same_question_does_not() -> None:
    same = (
        Same(Kind.BOTH, (1, 2)),
        Same(Kind.ANSWER, (1, 2, 5)),
        Same(Kind.QUESTION, (1, 2)),
        Same(Kind.QUESTION, (7, 9)),
    )

    linked = link(found(*same, near=(Near(5, 6, 0.9),)), Terms())

    assert linked.joined == ((1, 2, 5, 6),)
    assert linked.repeated == ((7, 9),)
    assert Link(1, 5, Kind.ANSWER, 1.0) in linked.links
    assert Link(5, 6, Kind.NEAR, 0.9) in linked.links
    assert all(each.kind is not Kind.QUESTION for each in linked.links)


def test_the_policy_may_merge_repeated_questions() -> None:
    linked = link(found(Same(Kind.QUESTION, (7, 9))), Terms(repeated=Repeated.MERGE))

    assert (linked.joined, linked.repeated) == (((7, 9),), ())


def test_each_cluster_has_one_survivor() -> None:
    scored = {row: Candidate(row, overall, None) for row, overall in ((1, 70.0), (2, 90.0), (5, 80.0), (6, 60.0))}

    assert list(clusters([(1, 2), (5, 6)], scored)) == [Cluster((1, 2), 2), Cluster((5, 6), 5)]


def test_a_lower_threshold_takes_bands_that_find_what_lies_there() -> None:
    assert (terms_for(0.8, Repeated.KEEP).bands, terms_for(0.8, Repeated.KEEP).rows) == (16, 8)
    for threshold in (0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 1.0):
        terms = terms_for(threshold, Repeated.MERGE)
        assert terms.chance(threshold) >= 0.9
        assert terms.bands * terms.rows <= 128
        assert terms.repeated is Repeated.MERGE


def test_the_chance_is_that_of_one_equal_band() -> None:
    assert Terms(bands=1, rows=2).chance(0.5) == pytest.approx(0.25)
    assert Terms(bands=2, rows=1).chance(0.5) == pytest.approx(0.75)
