from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.corpus.folding import digest, fold


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is TVL?", "what is tvl"),
        ("What  is\n\tTVL …", "what is TVL"),
        ("“Impermanent” loss: **a** `definition`!", "impermanent loss a definition"),
        ("Straße", "STRASSE"),
        ("\ufb01xed \uff11\uff10 \u33a5", "fixed 10 m3"),
        ("cafe\u0301", "café"),
        ("the so\u00adcalled\u200b pool", "the socalled pool"),
        ("in-flight, dex_volume", "in flight dex volume"),
        ("a\x00b", "a b"),
        ("U.S. dollars, e.g. 5.", "u s dollars e g 5"),
    ],
)
def test_case_punctuation_and_unicode_form_do_not_part_two_texts(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a fee of 1.5", "a fee of 15"),
        ("a fee of 1.5", "a fee of 1 5"),
        ("a fee of .5", "a fee of 5"),
        ("it moved by -5", "it moved by 5"),
        ("it moved by \N{MINUS SIGN}5", "it moved by 5"),
        ("it moved by 5%", "it moved by 5"),
        ("it moved by $5", "it moved by €5"),
        ("a + b", "a b"),
        ("x < y", "x > y"),
    ],
)
def test_what_numbers_and_formulas_are_made_of_parts_them(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_a_minus_sign_is_a_hyphen() -> None:
    assert fold("by \N{MINUS SIGN}5%") == fold("by -5%") == "by -5%"


@pytest.mark.parametrize("text", ["", " \n", "?!", "…—", "\u200b", "\x00", "..", "-", "\ufeff"])
def test_text_without_words_folds_to_nothing(text: str) -> None:
    assert fold(text) == ""


@given(st.text())
@example("a.,5")
@example("\u0345\u0300Ⓐ")
@example("1,\u00ad5")
@example("5-\u200b3 --4")
def test_folding_again_changes_nothing(text: str) -> None:
    once = fold(text)
    assert fold(once) == once


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_text_folds_as_any_other(text: str) -> None:
    assert fold(f"{text} é") == f"{fold(text)} é".strip()


def test_a_digest_is_that_of_its_text_alone() -> None:
    assert len(digest("what is tvl")) == 16
    assert digest("what is tvl") == digest("what is tvl") != digest("what is tv")
