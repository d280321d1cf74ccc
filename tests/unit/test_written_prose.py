from __future__ import annotations

import time

import pytest

from core.quality.written.prose import paragraphs, sentences, words

MARKDOWN = """# Impermanent loss on Curve

**Impermanent loss** is the *gap* between holding and pooling; see [the paper](https://curve.fi/a_(1).pdf "PDF").

- price moves: the pool sells what rises
- `get_dy` says what a swap returns
1. Deposit $100 of ETH.
2. Wait.

> Fees may cover it.

| pool | fee |
|------|-----|
| 3pool | 0.04 % |

```python
loss = 2 * sqrt(r) / (1 + r) - 1
```

The loss is \\[ L = \\frac{2\\sqrt{r}}{1+r} - 1 \\] for a ratio $r$, e.g. $r = 4$.<br>Mail info@curve.fi or see https://curve.fi/pools.
"""


def test_of_markdown_only_the_prose_stays_and_each_line_begins_with_a_capital() -> None:
    assert paragraphs(MARKDOWN) == [
        "Impermanent loss on Curve",
        "Impermanent loss is the gap between holding and pooling; see the paper.",
        "Price moves: the pool sells what rises",
        "Says what a swap returns",
        "Deposit $100 of ETH.",
        "Wait.",
        "Fees may cover it.",
        "The loss is for a ratio , e.g. . Mail or see .",
    ]


def test_prices_are_no_formulas() -> None:
    assert paragraphs("It rose from $40K to $73K, or $5 a day.") == ["It rose from $40K to $73K, or $5 a day."]


def test_a_list_on_a_single_line_reads_as_one_on_lines_of_its_own() -> None:
    flat = "It has two sides: - Depth is one. - Fees are another. 1. Begin small. 2. Grow."
    on_lines = "It has two sides:\n- Depth is one.\n- Fees are another.\n1. Begin small.\n2. Grow."
    assert paragraphs(flat) == paragraphs(on_lines)
    assert len(paragraphs(flat)) == 5


def test_the_first_line_keeps_a_small_letter_since_that_is_an_error() -> None:
    assert paragraphs("crypto borrow rate") == ["crypto borrow rate"]


def test_sentences_end_with_marks_and_lines_and_not_in_numbers() -> None:
    lines = ["The fee is 0.04 percent. It rose by 3.5 times!", "Heading without a mark"]
    assert sentences(lines) == ["The fee is 0.04 percent.", "It rose by 3.5 times!", "Heading without a mark"]


def test_words_are_not_numbers_and_hold_together() -> None:
    assert words("A well-known trader's 24h volume of 3.5 BTC") == [
        "A", "well-known", "trader's", "h", "volume", "of", "BTC",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "part", ["$$", "\\[", "[", "](", "a.", "<a ", "`", "```\n", "**", "> ", "- ", "1. ", "& "]
)
def test_hostile_texts_take_no_more_than_a_moment(part: str) -> None:
    began = time.process_time()
    paragraphs(part * (60_000 // len(part)))
    assert time.process_time() - began < 2
