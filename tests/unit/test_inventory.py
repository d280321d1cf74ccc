"""What the inventory counts and names, over sources that exist only in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from core.planning.inventory import Inventory, indicator_of, take_stock
from core.planning.staged import Finding, SourceHeader, StagedPair

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Listed:
    """A staged source made of a list of questions."""

    def __init__(
        self, path: str, questions: Sequence[str], header: SourceHeader | None = None, **fields: object
    ) -> None:
        self.path = path
        self.header = header or SourceHeader()
        self.found = len(questions)
        self.sha256 = f"sha256 of {path}"
        self.size = 10
        self.complete = True
        self.findings: list[Finding] = []
        self._pairs = [
            StagedPair(ordinal, question, "answer", **fields)  # type: ignore[arg-type]
            for ordinal, question in enumerate(questions, start=1)
        ]

    def pairs(self) -> Iterator[StagedPair]:
        return iter(self._pairs)


def head(session: int, indicator: str, claimed: int | None = None) -> SourceHeader:
    return SourceHeader(session=session, indicator=indicator, claimed=claimed)


def stock_of(*sources: Listed) -> Inventory:
    return take_stock(sources, inbox="inbox", low_count_below=3).inventory


def codes(inventory: Inventory) -> list[tuple[str, str, str]]:
    return [(finding.path, finding.code, finding.severity) for finding in inventory.findings()]


def test_a_sound_source_has_no_finding() -> None:
    assert codes(stock_of(Listed("a.json", ["1", "2", "3"], head(30, "a", 3)))) == []


def test_a_claim_that_disagrees_is_an_error() -> None:
    inventory = stock_of(Listed("a.json", ["1", "2", "3"], head(30, "a", 4)))
    assert codes(inventory) == [("a.json", "count-differs", "error")]
    assert str(inventory.findings()[0]) == "a.json: claims 4 pairs and holds 3; some may be lost"
    assert (inventory.errors, inventory.warnings) == (1, 0)


def test_few_pairs_are_a_warning_and_none_another() -> None:
    inventory = stock_of(Listed("a.json", ["1"], head(30, "a")), Listed("b.json", [], head(30, "b")))
    assert codes(inventory) == [("a.json", "low-count", "warning"), ("b.json", "empty", "warning")]


def test_a_file_that_broke_off_is_not_called_low_or_short() -> None:
    source = Listed("a.json", ["1"], head(30, "a", 100))
    source.complete = False
    assert codes(stock_of(source)) == []


def test_two_sources_of_one_session_and_indicator_are_an_error_of_both() -> None:
    inventory = stock_of(
        Listed("a.json", ["1", "2", "3"], head(30, "slippage")),
        Listed("b.json", ["4", "5", "6"], head(30, "Slippage")),
        Listed("c.json", ["7", "8", "9"], head(31, "slippage")),
    )
    assert codes(inventory) == [("a.json", "same-indicator", "error"), ("b.json", "same-indicator", "error")]
    assert "b.json" in inventory.findings()[0].sentence


def test_repeated_questions_count_every_pair_but_the_first() -> None:
    inventory = stock_of(
        Listed("a.json", ["same", "same", "same", "own"], head(30, "a")),
        Listed("b.json", ["same", "other", "other"], head(30, "b")),
    )
    assert [source.repeated for source in inventory.sources] == [2, 1]
    assert inventory.repeated == 4


def test_a_question_repeated_after_another_source_still_counts_once_per_pair() -> None:
    inventory = stock_of(Listed("a.json", ["x", "y", "z"]), Listed("b.json", ["x", "x ", "X"]))
    assert [source.repeated for source in inventory.sources] == [0, 0]
    assert inventory.repeated == 1


def test_what_the_file_does_not_say_its_pairs_say_if_they_agree() -> None:
    inventory = stock_of(Listed("a.json", ["1", "2", "3"], session=31, indicator="slippage", category="dex"))
    source = inventory.sources[0]
    assert (source.session, source.indicator, source.category) == (31, "slippage", "dex")


def test_a_file_that_says_nothing_is_named_by_its_name() -> None:
    source = stock_of(Listed("dex/supply_rate_qa_pairs.json", ["1", "2", "3"])).sources[0]
    assert (source.session, source.indicator, source.category) == (None, "supply_rate", None)


@pytest.mark.parametrize(
    ("path", "indicator"), [("a/b_qa_pairs.jsonl", "b"), ("b.json", "b"), ("_qa_pairs.json", "_qa_pairs")]
)
def test_the_indicator_of_a_file_name(path: str, indicator: str) -> None:
    assert indicator_of(path) == indicator


def test_sources_stand_by_path_and_sizes_are_kept_for_packing() -> None:
    stock = take_stock([Listed("b.json", ["12", "1"]), Listed("a.json", [])], inbox="inbox")
    assert [source.path for source in stock.inventory.sources] == ["a.json", "b.json"]
    assert list(stock.sizes["b.json"].questions) == [2, 1]
    assert stock.inventory.answer_characters == 12


def test_the_inventory_goes_through_json_unchanged() -> None:
    inventory = stock_of(Listed("a.json", ["1"], head(30, "a", 4)))
    assert msgspec.json.decode(msgspec.json.encode(inventory), type=Inventory) == inventory
