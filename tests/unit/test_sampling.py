from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInputError
from core.quality.sampling import Candidate, Sample, Stratum, Third, allocate, draw

SOURCES = {"w2-s30-dex_volume_24h": 100, "w2-s30-supply_rate": 100, "w2-s31-borrow_rate": 1}


def candidates_of(sources: dict[str, int]) -> list[Candidate]:
    return [
        Candidate(f"{source}-{place:03d}", "dex_metrics", source, 1000 + 7 * place)
        for source, pairs in sources.items()
        for place in range(1, pairs + 1)
    ]


@st.composite
def many(draw: st.DrawFn) -> list[Candidate]:
    """Candidates of any strata, with lengths that often are equal."""
    kinds = st.tuples(
        st.sampled_from([None, "dex", "cex"]), st.sampled_from(["a", "b", "c", "d"]), st.integers(0, 20)
    )
    return [Candidate(f"p-{place}", *kind) for place, kind in enumerate(draw(st.lists(kinds, max_size=120)), 1)]


def strata(sample: Sample) -> dict[Stratum, int]:
    return {share.stratum: share.pairs for share in sample.shares}


@given(many(), st.integers(1, 150), st.text(max_size=5))
def test_a_sample_has_exactly_its_size_and_no_pair_twice(
    candidates: list[Candidate], size: int, seed: str
) -> None:
    sample = draw(candidates, size, seed)

    ids = [each.pair_id for each in sample.pairs]
    assert len(ids) == len(set(ids)) == min(size, len(candidates))
    assert set(ids) <= {each.pair_id for each in candidates}
    assert sum(share.pairs for share in sample.shares) == sample.of == len(candidates)
    assert Counter(each.stratum for each in sample.pairs) == Counter(
        {share.stratum: share.drawn for share in sample.shares}
    )


@given(many(), st.integers(1, 60), st.randoms())
def test_the_order_of_the_candidates_does_not_matter(
    candidates: list[Candidate], size: int, random: object
) -> None:
    shuffled = list(candidates)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert draw(shuffled, size, "7") == draw(candidates, size, "7")


@given(many(), st.integers(1, 150))
def test_each_stratum_is_within_one_of_its_part(candidates: list[Candidate], size: int) -> None:
    sample = draw(candidates, size, "seed")
    sizes = strata(sample)
    size = min(size, len(candidates))
    if size < len(sizes):
        rest, seats = len(candidates), size
        proportional = sample.shares
    else:
        assert all(share.drawn >= 1 for share in sample.shares)
        # Strata that got their one place without being entitled to it are out; the rest share the rest.
        proportional = tuple(share for share in sample.shares if share.drawn > 1)
        entitled = [share for share in sample.shares if share.pairs * size >= len(candidates)]
        assert {share.stratum for share in proportional} <= {share.stratum for share in entitled}
        raised = [share for share in sample.shares if share.drawn == 1]
        rest = len(candidates) - sum(share.pairs for share in raised)
        seats = size - len(raised)
    for share in proportional:
        assert abs(share.drawn - Fraction(seats * share.pairs, rest)) < 1


@given(many(), st.integers(1, 150))
def test_where_nobody_has_to_be_raised_the_parts_are_proportional(candidates: list[Candidate], size: int) -> None:
    sample = draw(candidates, size, "seed")
    size = min(size, len(candidates))
    if all(share.pairs * size >= len(candidates) for share in sample.shares):
        for share in sample.shares:
            assert abs(share.drawn - Fraction(size * share.pairs, len(candidates))) < 1


def test_a_source_of_one_pair_is_seen_where_the_size_allows_it() -> None:
    sample = draw(candidates_of(SOURCES), 30, "wave 2")

    drawn = Counter(each.stratum.source for each in sample.pairs)
    assert drawn["w2-s31-borrow_rate"] == 1
    assert abs(drawn["w2-s30-dex_volume_24h"] - drawn["w2-s30-supply_rate"]) <= 2


def test_a_sample_smaller_than_the_strata_goes_to_the_large_ones() -> None:
    sizes = {Stratum("dex", str(place), Third.LONG): pairs for place, pairs in enumerate((50, 40, 1, 1, 1))}

    assert list(allocate(sizes, 2, "x").values()) == [1, 1, 0, 0, 0]


def test_another_seed_is_another_sample_and_another_order() -> None:
    first, second = (draw(candidates_of(SOURCES), 30, seed) for seed in ("1", "2"))

    assert {each.pair_id for each in first.pairs} != {each.pair_id for each in second.pairs}
    assert [each.pair_id for each in first.pairs] != sorted(each.pair_id for each in first.pairs)


def test_the_sample_of_a_seed_stays_what_it_is() -> None:
    sample = draw(candidates_of({"s": 9}), 3, "2")

    assert [each.pair_id for each in sample.pairs] == ["s-005", "s-001", "s-009"]
    assert [share.stratum.third for share in sample.shares] == ["short", "middle", "long"]
    assert [share.drawn for share in sample.shares] == [1, 1, 1]


def test_every_pair_is_as_likely_as_any_other() -> None:
    drawn = Counter(
        each.pair_id for seed in range(600) for each in draw(candidates_of({"s": 9}), 3, str(seed)).pairs
    )

    # 600 draws of one in three: 200 expected, standard deviation 11.5; five of these in nine trials is no chance.
    assert len(drawn) == 9
    assert all(abs(times - 200) < 5 * 11.5 for times in drawn.values())


@given(st.lists(st.integers(0, 9), min_size=1, max_size=60))
def test_equal_lengths_are_in_the_same_third(lengths: list[int]) -> None:
    sample = draw([Candidate(str(place), "c", "s", length) for place, length in enumerate(lengths)], 60, "")

    thirds: dict[int, set[str]] = {}
    for each in sample.pairs:
        thirds.setdefault(lengths[int(each.pair_id)], set()).add(each.stratum.third)
    assert all(len(found) == 1 for found in thirds.values())


def test_no_pairs_give_an_empty_sample() -> None:
    assert draw([], 30, "seed") == Sample("seed", 0, (), ())


def test_a_sample_of_nothing_is_refused() -> None:
    with pytest.raises(BadInputError, match="at least one pair, not 0"):
        draw(candidates_of(SOURCES), 0, "seed")


def test_a_pair_that_stands_twice_is_an_error_of_the_program() -> None:
    with pytest.raises(ValueError, match="twice"):
        draw([Candidate("a", "c", "s", 1), Candidate("a", "c", "s", 2)], 1, "seed")
