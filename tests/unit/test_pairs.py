from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.pairs import PairRange, count, first_and_last, ids, pair_id

RUNS = st.builds(
    lambda source, first, size: PairRange(source, first, first + size - 1),
    st.text("ab-1", min_size=1, max_size=4),
    st.integers(1, 1_100),
    st.integers(0, 5),
)


def test_a_pair_id_is_its_source_and_its_place() -> None:
    assert pair_id("w2-s30-dex_volume_24h", 1) == "w2-s30-dex_volume_24h-001"
    assert pair_id("w2-s30-dex_volume_24h", 1_234) == "w2-s30-dex_volume_24h-1234"


@given(st.lists(st.tuples(st.text("ab-0", min_size=1, max_size=6), st.integers(1, 2_000)), unique=True))
def test_no_two_pairs_share_an_id(pairs: list[tuple[str, int]]) -> None:
    assert len({pair_id(*pair) for pair in pairs}) == len(pairs)


@given(st.lists(RUNS, max_size=5))
def test_runs_are_counted_named_and_bounded_alike(runs: list[PairRange]) -> None:
    named = list(ids(runs))

    assert count(runs) == len(named)
    assert first_and_last(runs) == ((named[0], named[-1]) if named else (None, None))
