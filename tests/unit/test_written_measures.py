"""With the real checker, which needs no disk beyond its own wheel and no network."""

from __future__ import annotations

import pytest

from adapters.language.harper import HarperChecker
from core.quality.findings import FAULT, NOTE, After, Before
from core.quality.terms import by_name
from core.quality.written.measures import measure
from core.quality.written.pair import findings, measure_pair
from core.quality.written.readability import reading_ease, syllables_of

GOOD = "Liquidity pools hold two tokens. Traders swap against the pool, and providers earn a fee on each swap."
BAD = (
    "Liquidity pools holds two tokens. Traders swap agianst the the pool, and providers earns an fee on each swap."
)
TERMS = by_name()


@pytest.fixture(scope="module")
def checker() -> HarperChecker:
    return HarperChecker(["impermanent loss", "stablecoin"])


def pair(checker: HarperChecker, before: str, after: str) -> dict[str, str]:
    written = measure_pair(Before("w2-a-001", "", before), After("", after, {}), checker, TERMS)
    return {finding.check: finding.severity for finding in findings(written, TERMS)}


def test_each_error_counts_once_by_kind(checker: HarperChecker) -> None:
    measured = measure("", "He recieve the the money. i like it.", checker, 250)
    assert measured.errors == {"spelling": 1, "repetition": 1, "capitalization": 1}
    assert (measured.words, measured.checked) == (8, 8)
    assert measured.error_rate == pytest.approx(100 * 3 / 8)
    assert measured.score == pytest.approx(-100 * 3 / 18)


def test_clean_text_with_list_markers_has_no_error(checker: HarperChecker) -> None:
    text = f"## Pools\n\n- {GOOD}\n- deep pools move less\n\n1. Deposit both tokens.\n2. Wait for the fees."
    assert measure("What is a liquidity pool?", text, checker, 250).errors == {}


def test_names_tickers_and_terms_of_the_glossary_are_no_errors(checker: HarperChecker) -> None:
    assert measure("", "Uniswap, dYdX and USDT trade a stablecoin.", checker, 250).errors == {}
    staked = "The restaking of validators is slashable."
    assert measure("", staked, checker, 250).errors == {"spelling": 2}
    assert measure("", staked, checker, 250, frozenset({"restaking", "slashable"})).errors == {}


def test_a_correction_gains_and_its_reversal_loses_as_much(checker: HarperChecker) -> None:
    before, after = Before("w2-a-001", "", BAD), Before("w2-a-001", "", GOOD)
    there = measure_pair(before, After("", GOOD, {}), checker, TERMS)
    back = measure_pair(after, After("", BAD, {}), checker, TERMS)
    assert there.gain > 5
    assert back.gain == pytest.approx(-there.gain)


def test_a_text_without_words_is_measured_without_an_error(checker: HarperChecker) -> None:
    measured = measure("", "```\n1 + 1\n```", checker, 250)
    assert (measured.words, measured.ease, measured.score) == (0, None, 0)


def test_of_a_long_text_sentences_at_equal_distances_are_checked(checker: HarperChecker) -> None:
    half = len(GOOD.split()) * 25
    measured = measure("", " ".join([GOOD] * 50), checker, half)
    assert measured.words == 2 * half
    assert half * 0.8 <= measured.checked <= half * 1.2
    last = " ".join([*[GOOD] * 40, *[BAD] * 10])
    assert measure("", last, checker, half).errors


def test_of_a_text_without_any_end_of_a_sentence_no_more_is_checked(checker: HarperChecker) -> None:
    measured = measure("", "liquidity and fees and " * 20_000, checker, 250)
    assert measured.words == pytest.approx(80_000, rel=0.01)
    assert measured.checked < 1_000


def test_an_opener_that_came_is_a_fault_that_stayed_a_note_and_that_went_is_gained(checker: HarperChecker) -> None:
    chatty = f"Certainly! Here is a comprehensive overview of pools: {GOOD}"
    assert pair(checker, GOOD, chatty) == {"opener": FAULT, "lead-in": FAULT}
    assert pair(checker, chatty, chatty) == {"opener": NOTE, "lead-in": NOTE}
    assert pair(checker, chatty, GOOD) == {}
    written = measure_pair(Before("w2-a-001", "", chatty), After("", GOOD, {}), checker, TERMS)
    assert written.gain > 0


def test_an_offer_at_the_end_is_a_fault(checker: HarperChecker) -> None:
    assert pair(checker, GOOD, f"{GOOD} Let me know if you have any other questions!") == {"closer": FAULT}


def test_a_pair_with_clearly_more_errors_is_named(checker: HarperChecker) -> None:
    assert pair(checker, GOOD, BAD) == {"more-errors": NOTE}
    assert pair(checker, BAD, GOOD) == {}


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("pool", 1),
        ("token", 2),
        ("liquidity", 4),
        ("price", 1),
        ("table", 2),
        ("traded", 2),
        ("walked", 1),
        ("rhythm", 1),
    ],
)
def test_syllables_are_groups_of_vowels(word: str, syllables: int) -> None:
    assert syllables_of(word) == syllables


def test_short_words_in_short_sentences_read_easily() -> None:
    easy, hard = ["The", "pool", "is", "deep"], ["Decentralized", "liquidity", "concentration"]
    assert reading_ease(easy, 1) == pytest.approx(206.835 - 1.015 * 4 - 84.6 * 1)
    assert (reading_ease(hard, 1) or 0) < 0
    assert reading_ease([], 0) is None
