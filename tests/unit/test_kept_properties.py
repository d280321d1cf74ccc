"""Nothing that changes no fact is a finding, one changed number is one fault, and no text takes long."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.kept import ASKED, findings

if TYPE_CHECKING:
    from random import Random

PIECES = [
    *("5%", "$1.5 million", "24h", "7-day", "2021", "March 5, 2024", "Q4 2021", "1,000", "10-15%", "two", "1. "),
    *("x * y = k", "RSI > 70", "\\frac{a}{b}", "ETH/USDC", "$KLIMA", "BTC", "DEXs", "AMM", "impermanent loss"),
    *("https://a.org/b", "0x88e6A0c2dDD26FEEb64F039a2c41296FcB3f5640", "vitalik.eth", "EIP-1559", "V3"),
    *(" ", ". ", " - ", "\n- ", "(", ")", "**", "|", "_", "`", "<b>", "&amp;", "of the", "\u2013", "\0", "\ud800"),
]
texts = st.text() | st.lists(st.sampled_from(PIECES) | st.characters(), max_size=40).map("".join)
#: Sentences of real answers, which are set in other ways below.
SENTENCES = [
    "DEX volume had grown to around 10-15% of CEX volume by 2021.",
    "Uniswap held $3.5 billion in liquidity in November 2021.",
    "The constant product formula is x * y = k.",
    "The current rate is 6.25 BTC per block, down from 50 BTC.",
    "Traders look at the 7-day average of the 24-hour volume.",
    "See https://dune.com/queries/204278/343058 for the pool ETH/USDC.",
    "Impermanent loss is small where LPs earn a fee of 0.3%.",
]
sentences = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=7, unique=True)
SIZE = 10_000
#: A quadratic search over so long a text takes minutes.
SECONDS = 4.0
HARD = [
    *("a", "1", "1,", "1,000,", "1.", "0xff", "https://a", "https://)", "(", "((1", "x*y=k ", "= 1 + ", "\\frac{"),
    *("<a href='", "&amp;", "$", "1 to ", "5-", "March ", "Mar 5, ", "Q4 ", "one ", "hundred and ", "DEX ", "- "),
    *(
        "\n- ",
        "*",
        "_",
        "[x](",
        "liquidity pool ",
        "bc1q",
        "A1bC2dE3",
        "ETH/",
        "12/",
        "2024-",
        "1. ",
        "EIP-",
        "^2",
    ),
    *("'s ", "\u00b2", "\u2026", "www.", "\n", "\ud800"),
]


@given(texts, texts)
@example("", "0X00000000HTTP://000")
def test_a_pair_that_stayed_as_it_was_has_no_finding(question: str, answer: str) -> None:
    assert findings(answer, answer, question) == []


@given(texts, texts)
def test_any_two_texts_can_be_compared(before: str, after: str) -> None:
    for found in findings(before, after):
        assert found.reason.isprintable()
        found.reason.encode()


@given(sentences, st.sampled_from(["\n- ", "\n\n", "\n* ", "\n", "  ", "\n\n### ", "\n> "]), st.booleans())
def test_another_layout_has_no_finding(said: list[str], between: str, bold: bool) -> None:  # noqa: FBT001 - drawn
    laid_out = between.join(f"**{one[:-1]}**." if bold and "http" not in one else one for one in said)
    assert findings(" ".join(said), f"{between}{laid_out}") == []


@given(sentences, st.randoms())
def test_another_order_has_no_finding(said: list[str], chance: Random) -> None:
    assert findings(" ".join(said), " ".join(chance.sample(said, len(said)))) == []


@given(st.integers(2, 9_999), st.integers(2, 9_999), st.sampled_from(["%", " blocks", "-day", " USDC"]))
def test_one_changed_number_is_one_fault_and_one_note(one: int, other: int, unit: str) -> None:
    text = "The mean of every pool that they looked at was {}{} or more of it."
    found = findings(text.format(one, unit), text.format(other, unit))
    assert [each.severity for each in found] == ([] if one == other else ["fault", "note"])


@pytest.mark.parametrize("piece", HARD)
def test_a_long_text_of_one_piece_takes_time_in_proportion(piece: str) -> None:
    text = (piece * (SIZE // len(piece) + 1))[:SIZE]
    began = time.process_time()
    findings(text, f"{text} ", ASKED)
    findings(f"{text}x", "It is 5%.", text)
    assert time.process_time() - began < SECONDS
