"""What an import, a comparison and a merged ranking come to, without a database."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from core.corpus.columns import COLUMNS, NAMES, Kind, storable
from core.corpus.database import StoredText
from core.corpus.fusion import fuse
from core.corpus.multiset import AnyOrder
from core.corpus.row import CorpusRow, content_sha256
from core.corpus.verifying import Wanted, compared, vector_differences


def _stored(pair_id: str, question: str, answer: str, claimed: str | None = None) -> StoredText:
    digest = bytes.fromhex(claimed or content_sha256(question, answer))
    return StoredText(pair_id, digest, question, answer, 30, "tvl")


def _wanted(name: str) -> Wanted:
    digest = bytes.fromhex(content_sha256(name, "yes"))
    return Wanted(digest, digest, 30, "tvl")


def test_a_pair_that_both_rankings_have_is_before_the_first_of_one() -> None:
    assert [name for name, _ in fuse([["a", "b"], ["c", "b"]])] == ["b", "a", "c"]


def test_a_score_is_the_sum_over_the_rankings() -> None:
    assert dict(fuse([["a"], ["b", "a"]]))["a"] == 1 / 61 + 1 / 62


def test_one_ranking_stays_as_it_is() -> None:
    assert [name for name, _ in fuse([["c", "a", "b"]])] == ["c", "a", "b"]
    assert fuse([]) == []


@given(st.lists(st.tuples(st.binary(), st.binary())), st.integers())
def test_the_order_of_things_does_not_change_their_hash(things: list[tuple[bytes, bytes]], seed: int) -> None:
    one, other = AnyOrder(), AnyOrder()
    for thing in things:
        one.add(*thing)
    for thing in Random(seed).sample(things, len(things)):  # noqa: S311 - any order
        other.add(*thing)
    assert (one.count, one.hex()) == (other.count, other.hex())


def test_no_shift_between_parts_and_no_second_time_keeps_the_hash() -> None:
    found = set()
    for things in ([(b"a", b"bc")], [(b"ab", b"c")], [(b"a", b"bc")] * 2, []):
        each = AnyOrder()
        for thing in things:
            each.add(*thing)
        found.add(each.hex())
    assert len(found) == 4


def test_every_column_of_a_row_but_its_place_is_imported() -> None:
    assert set(CorpusRow.__struct_fields__) - set(NAMES) == {"row"}
    assert {column.name for column in COLUMNS if column.kind is Kind.DIGEST} == {"content_sha256"}


def test_equal_pairs_in_any_order_have_no_difference_and_one_hash() -> None:
    expected = {name: _wanted(name) for name in ("a", "b")}
    found = compared(expected, [_stored("b", "b", "yes"), _stored("a", "a", "yes")])
    assert found.differences == ()
    assert (found.here, found.hash_here) == (found.there, found.hash_there)


def test_what_differs_is_named_by_pair() -> None:
    expected = {name: _wanted(name) for name in ("a", "b", "c")}
    found = compared(
        expected, [_stored("a", "a", "no"), _stored("b", "b", "yes", "0" * 64), _stored("x", "x", "yes")]
    )
    assert found.differences == (
        "pair a has another text in the database",
        "pair b has another content_sha256 in the database than its text",
        "pair x is in the database and not in the corpus",
        "pair c is missing in the database",
    )
    assert found.hash_here != found.hash_there


def test_vectors_are_compared_by_their_digests() -> None:
    here, there = {b"a": b"1", b"b": b"2", b"c": b"3"}, {b"a": b"1", b"b": b"9", b"d": b"4"}
    assert len(list(vector_differences(here, there))) == 3
    assert not list(vector_differences(here, here))


def test_a_pair_in_another_session_or_of_another_indicator_is_named() -> None:
    digest = bytes.fromhex(content_sha256("a", "yes"))
    found = compared({"a": _wanted("a")}, [StoredText("a", digest, "a", "yes", 31, None)])
    assert found.differences == (
        "pair a has another session in the database",
        "pair a has another indicator in the database",
    )


def test_a_text_is_compared_as_databases_hold_it() -> None:
    came, held = (bytes.fromhex(content_sha256("a", text)) for text in ("y\0s", "y\ufffds"))
    stored = StoredText("a", came, "a", "y\ufffds", 30, "tvl")
    found = compared({"a": Wanted(came, held, 30, "tvl")}, [stored])
    assert (found.differences, found.hash_here) == ((), found.hash_there)
    assert storable(["a\0", None, 7]) == ["a\ufffd", None, 7]
