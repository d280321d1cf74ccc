"""Formulas, symbols, addresses and URLs that are kept, however they are dressed, or changed."""

from __future__ import annotations

import pytest

from tests.kept import faults, findings

POOL = "0x88e6A0c2dDD26FEEb64F039a2c41296FcB3f5640"
SAME = [
    ("The invariant (x * y = k) holds.", "The invariant is\n\n$$x \\cdot y = k$$\n\nand holds."),
    ("The invariant x*y=k holds.", "The invariant **x × y = k** holds."),  # noqa: RUF001 - as people write it
    ("Loss = (2 * sqrt(r) / (1 + r)) - 1, with r the ratio.", "Loss = 2·√(r) / (1 + r) − 1, with r the ratio."),  # noqa: RUF001 - a real minus
    ("RSI = 100 - (100 / (1 + RS)) is used.", "\\[ RSI = 100 - \\frac{100}{1 + RS} \\] is used."),
    ("RS = Average Gain / Average Loss", "RS = (Average Gain) / (Average Loss)"),
    ("RSI > 70 is overbought.", "An RSI above 70 is overbought."),
    ("Swap ETH/USDC or $SUSHI for BTC.", "Swap SUSHI or ETH-USDC for Bitcoin."),
    (f"The pool {POOL} is deep.", f"The pool at [it](https://etherscan.io/address/{POOL.lower()}) is deep."),
    ("See https://www.a.org/b_c/ (and http://d.io/e).", "See [this](https://a.org/b_c) and <https://d.io/e>."),
]
CHANGED = [
    ("The invariant (x * y = k) holds.", "The invariant (x + y = k) holds.", "formula-changed"),
    ("RSI = 100 - (100 / (1 + RS)) is it.", "RSI = 100 - (100 / (1 - RS)) is it.", "formula-changed"),
    ("P = (a + b) / c is the price.", "P = a + b / c is the price.", "formula-changed"),
    ("RSI > 70 is overbought.", "RSI < 70 is overbought.", "formula-changed"),
    ("Swap ETH/USDC there.", "Swap ETH/USDT there.", "ticker-changed"),
    ("Swap $KLIMA there.", "Swap $NCT there.", "ticker-changed"),
    ("The supply of Bitcoin (BTC) is fixed.", "The supply of Bitcoin (ETH) is fixed.", "ticker-changed"),
    (f"The pool {POOL} is deep.", f"The pool {POOL[:-1]}1 is deep.", "address-changed"),
    (
        "Send to bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq now.",
        "Send to bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdp now.",
        "address-changed",
    ),
    (
        "Send to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa now.",
        "Send to 1A1zP1eP5QGefi2DMPTfTL5SLmv7Divfna now.",
        "address-changed",
    ),
    ("Send to vitalik.eth now.", "Send to metalik.eth now.", "address-changed"),
    ("See https://a.org/b.", "See https://a.org/c.", "url-changed"),
    ("See https://a.org/b.", "See the site.", "url-changed"),
]


@pytest.mark.parametrize(("before", "after"), SAME)
def test_a_sign_in_another_dress_is_kept(before: str, after: str) -> None:
    assert findings(before, after) == []


@pytest.mark.parametrize(("before", "after", "check"), CHANGED)
def test_a_changed_sign_is_a_fault(before: str, after: str, check: str) -> None:
    assert check in {name for name, _ in faults(before, after)}


def test_a_hyphen_a_bullet_and_a_slash_make_no_formula() -> None:
    before = "Types: - A DEX and/or CEX - well-known - 24/7 trading = more risk for 10+ years"
    assert faults(before, "Well-known types of DEX or CEX trade 24/7, with more risk for 10 years") == []


def test_a_reason_is_one_short_printable_line() -> None:
    url = f"https://a.org/{'x' * 500}\u202e"
    ((_, reason),) = faults(f"See {url} there.", "See it there.")
    assert reason.isprintable()
    assert reason.endswith("…” is gone")
