from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.differences import MOST, Change, changes, sentences

TEXTS = st.text(st.sampled_from("ab1.!? -\n"), max_size=60)


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_off_the_changes(before: str, after: str) -> None:
    found = changes(before, after)

    assert [each for change in found for each in change.before] == sentences(before)
    assert [each for change in found for each in change.after] == sentences(after)


@given(TEXTS)
def test_a_text_that_stayed_has_no_change(text: str) -> None:
    assert {change.kind for change in changes(text, text)} <= {"equal"}


@given(st.text(max_size=60))
def test_cutting_into_sentences_loses_nothing_but_blanks(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        ("It is deep. Is it? Yes!", ["It is deep.", "Is it?", "Yes!"]),
        ("1. Ether 2. Tether", ["1. Ether", "2. Tether"]),
        ("Sources: - one - two", ["Sources:", "- one", "- two"]),
        ("It costs 2.5 % of 1,000.50 US$.", ["It costs 2.5 % of 1,000.50 US$."]),
        ("深い。浅い。", ["深い。", "浅い。"]),
        ("one\n\n  two", ["one", "two"]),
    ],
)
def test_a_sentence_is_what_people_take_for_one(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts


def test_a_changed_sentence_stands_beside_what_it_was() -> None:
    assert changes("Same. Old.", "Same. New. More.") == [
        Change("equal", ("Same.",), ("Same.",)),
        Change("replace", ("Old.",), ("New.", "More.")),
    ]


def test_very_long_texts_are_shown_one_after_the_other() -> None:
    long = "It is. " * (MOST + 1)

    assert [change.kind for change in changes(long, long)] == ["replace"]


@pytest.mark.parametrize(
    "text", [" " * 1_000_000, "a " * 300_000, "1." * 300_000, "-\t" * 300_000, "." * 1_000_000]
)
def test_no_text_takes_long(text: str) -> None:
    assert len(sentences(text)) <= 300_001
