"""Numbers, percentages, money and dates: the same value written another way is kept, another value is not."""

from __future__ import annotations

import pytest

from core.quality.findings import FAULT, NOTE, QualityFinding
from tests.kept import faults, findings

SAME = [
    ("The pool holds 1,000 tokens of each.", "It holds 1000 of each token, or 1k."),
    ("The pool holds 1000 tokens of each.", "The pool holds one thousand tokens of each."),
    ("The fee is 5% of a trade.", "A trade pays a fee of 5 percent."),
    ("The fee is 0.3% of a trade.", "A trade pays 30 bps."),
    ("TVL was $1.5M then.", "The total value locked (TVL) was 1.5 million dollars then."),
    ("TVL was $1.5 million then.", "Then TVL was USD 1,500,000."),
    ("Look at the last 24h.", "Look at the last 24 hours, a 24-hour window."),
    ("The 7-day mean of 14 days.", "The mean over seven days, of 14d."),
    ("It went live on March 5, 2024.", "It went live on 2024-03-05."),
    ("It went live on the 5th of March 2024.", "It went live on 03/05/2024."),
    ("In November 2021 it peaked.", "It peaked in Nov. 2021."),
    ("It peaked in Q4 2021.", "It peaked in the fourth quarter of 2021."),
    ("Yields are 5-10% a year.", "Yields are between 5% and 10% a year."),
    ("It raised $5-10 billion.", "It raised between $5 billion and $10 billion."),
    ("Users hold 100 ETH and 5 BTC.", "Users hold 100 ether and 5 bitcoins."),
    ("See EIP-1559 and ERC20.", "See EIP 1559 and ERC-20."),
    ("Uniswap V3 on layer 2 scales.", "Uniswap v3 on L2 scales."),
    ("It uses 3x leverage.", "It uses leverage of 3×."),  # noqa: RUF001 - as people write it
]
NO_FACTS = [
    ("1. Fees: low. 2. Depth: high. 3. Risk: some.", "- Fees: low.\n- Depth: high.\n- Risk: some."),
    ("Step 2: swap. See section 3.1 for more [4].", "Swap. See below for more."),
    ("The first and the 2nd pool differ.", "The pools differ."),
    ("One of the two assets falls.", "An asset falls."),
    ("The id is user_2021_7 of web3.", "The id is known."),
]
CHANGED = [
    ("The fee is 5% of a trade.", "The fee is 6% of a trade.", "percentage-changed", "“5%” became “6%”"),
    ("A fee of 5% is due on it.", "A fee of 5 is due on it.", "percentage-changed", "“5%” became “5”"),
    ("A fee of 5% is due on it.", "A fee of 0.05 is due on it.", "percentage-changed", "“5%” became “0.05”"),
    ("TVL was $1.5 billion.", "TVL was $1.5 million.", "money-changed", "“$1.5 billion” is gone"),
    ("Supply: 210,000 blocks.", "Supply: 210 blocks.", "number-changed", "“210,000” became “210”"),
    ("It takes 24 hours.", "It takes 24 days.", "number-changed", "“24 hours” is gone"),
    ("It grew by 12.34 a day.", "It grew by 12.3 a day.", "number-changed", "“12.34” became “12.3”"),
    ("It peaked in May 2021.", "It peaked in June 2021.", "date-changed", "“May 2021” is gone"),
    ("It peaked in 2021.", "It peaked in 2022.", "date-changed", "“2021” is gone"),
    ("It went live on 2024-03-05.", "It went live in March 2024.", "date-changed", "“2024-03-05” is gone"),
    ("See EIP-1559 for it.", "See EIP-1569 for it.", "number-changed", "“EIP-1559” became “EIP-1569”"),
]


@pytest.mark.parametrize(("before", "after"), SAME)
def test_the_same_value_written_another_way_is_kept(before: str, after: str) -> None:
    assert findings(before, after) == []


@pytest.mark.parametrize(("before", "after"), NO_FACTS)
def test_what_only_numbers_something_is_no_fact(before: str, after: str) -> None:
    assert findings(before, after) == []


@pytest.mark.parametrize(("before", "after", "check", "reason"), CHANGED)
def test_another_value_is_a_fault(before: str, after: str, check: str, reason: str) -> None:
    assert (check, reason) in faults(before, after)


def test_changing_one_number_yields_its_fault_and_a_note_of_the_new_one() -> None:
    assert findings("The mean fee of all pools is 5% a day.", "The mean fee of all pools is 7% a day.") == [
        QualityFinding("percentage-changed", FAULT, "“5%” became “7%”", "answer"),
        QualityFinding("number-new", NOTE, "“7%” stands nowhere in the source", "answer"),
    ]


def test_a_number_that_changed_in_one_of_its_places_is_seen_though_it_stands_elsewhere() -> None:
    before = "The 7-day volume is a mean of days. Traders look at the 7-day volume of a pool first."
    after = "The 7-day volume is a mean of days. Traders look at the 9-day volume of a pool first."
    assert faults(before, after) == [("number-changed", "“7-day” became “9-day”")]


def test_figures_that_changed_places_are_seen_though_both_are_there() -> None:
    before = "The share rose from around 5% in 2020 to over 20% in 2022."
    after = "The share rose from around 20% in 2020 to over 5% in 2022."
    assert faults(before, after) == [
        ("percentage-changed", "“5%” became “20%”"),
        ("percentage-changed", "“20%” became “5%”"),
    ]


def test_a_fact_that_stands_twice_may_stand_once() -> None:
    assert faults("It is 5% a year. Again, 5% a year.", "It is 5% a year.") == []


def test_a_fact_may_move_to_the_question() -> None:
    assert findings("In 2021 it was 5%.", "It was low.", "What was it?", "What was it in 2021, some 5%?") == []


def test_new_figures_of_an_example_are_notes_and_no_faults() -> None:
    found = findings("Fees are paid in ETH.", "Fees are paid in ETH. In March 2024 some paid $40 for 3 swaps.")
    assert [(one.severity, one.reason) for one in found] == [
        (NOTE, "“March 2024” stands nowhere in the source"),
        (NOTE, "“$40” stands nowhere in the source"),
        (NOTE, "“3” stands nowhere in the source"),
    ]
    assert {one.place for one in found} == {"answer"}


def test_a_fault_names_the_place_where_the_fact_stood() -> None:
    (found, *_) = findings("It fell.", "It fell.", "Why did it fall by 12% then?", "Why did it fall then?")
    assert (found.check, found.place) == ("percentage-changed", "question")
