from __future__ import annotations

import time

from core.quality.findings import FAULT, After, Before
from core.quality.formed.elsewhere import answers_elsewhere
from core.quality.terms import QualityTerms, by_name

TEXTS = (
    (
        "slippage",
        "Slippage is the gap between the expected price of a trade and the price at which it is executed.",
    ),
    (
        "borrow rate",
        "The borrow rate is what a lending protocol charges for a loan; it rises with its utilization.",
    ),
    ("impermanent loss", "Impermanent loss is what providers lose against holding when two token prices part."),
    ("gas", "Gas pays validators for computing; its price follows the demand for block space on Ethereum."),
)
REWORDED = (
    "When a trade is executed at another price than expected, the gap is called slippage.",
    "Lending protocols charge a borrow rate for each loan. With more utilization it rises.",
    "Against holding, providers lose when the prices of two tokens part: impermanent loss.",
    "For computing, validators are paid in gas; demand for Ethereum's block space sets the price.",
)


def batch(answers: tuple[str, ...]) -> list[tuple[Before, After]]:
    return [
        (Before(f"w2-a-{at:03d}", question, text), After(f"What is {question}?", answer, {}))
        for at, ((question, text), answer) in enumerate(zip(TEXTS, answers, strict=True), 1)
    ]


def misplaced(pairs: list[tuple[Before, After]], margin: float = 0.15) -> list[str]:
    found = list(answers_elsewhere(pairs, by_name(QualityTerms(swap_margin=margin))))
    assert all(finding.severity == FAULT for _, finding in found)
    return [pair_id for pair_id, _ in found]


def test_reworded_answers_belong_to_their_own_questions() -> None:
    assert misplaced(batch(REWORDED)) == []


def test_two_answers_that_changed_places_are_both_named_and_say_where_they_belong() -> None:
    slippage, borrow, loss, gas = REWORDED
    pairs = batch((borrow, slippage, loss, gas))
    assert misplaced(pairs) == ["w2-a-001", "w2-a-002"]
    (_, first), _ = answers_elsewhere(pairs, by_name(QualityTerms()))
    assert "w2-a-002" in first.reason


def test_answers_shifted_by_one_place_are_all_named() -> None:
    assert misplaced(batch((*REWORDED[1:], REWORDED[0]))) == [f"w2-a-{at:03d}" for at in range(1, 5)]


def test_pairs_with_the_same_source_are_at_home_in_either_place() -> None:
    same = [(Before(f"w2-a-{at:03d}", *TEXTS[0]), After("What is slippage?", REWORDED[0], {})) for at in (1, 2)]
    assert misplaced(same) == []


def test_the_margin_decides_how_sure_one_must_be() -> None:
    slippage, borrow, loss, gas = REWORDED
    assert misplaced(batch((borrow, slippage, loss, gas)), margin=0.9) == []


def test_empty_texts_and_an_empty_batch_are_no_reason_for_a_finding() -> None:
    assert misplaced([]) == []
    assert misplaced([(Before("w2-a-001", "", ""), After("", "", {}))]) == []


def test_the_work_does_not_grow_with_the_square_of_a_wave() -> None:
    pairs = [(Before(f"w2-a-{at}", *TEXTS[at % 4]), After("?", REWORDED[at % 4], {})) for at in range(2_000)]
    began = time.process_time()
    assert misplaced(pairs) == []
    assert time.process_time() - began < 5
