from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from tests.corpora import came_home
from tests.workspaces import Mill

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Answers with as many words of their own as it takes not to be near each other.
DEPTH = "Liquidity depth measures how much can be traded before a price moves by one percent in either direction."
LOSS = "Impermanent loss is what a provider of liquidity gives up beside somebody who simply held both tokens."
RATE = (
    "A borrow rate is paid by those who owe to a pool; it climbs steeply once most of the deposits are lent out."
)
FEES = (
    "Traders paid {fees} USD to the pool on that day, which is what its providers shared among themselves in "
    "proportion to the liquidity that each of them had put in; whoever had left before midnight got nothing."
)
PAIRS = {
    "depth": [
        {"question": "What is liquidity depth on an exchange?", "answer": DEPTH},
        {"question": "How deep is the book of an exchange?", "answer": DEPTH.upper()},
        {"question": "What is \x1b impermanent loss for a provider?", "answer": LOSS},
    ],
    "fees": [
        {"question": "What did traders pay to the pool on that day?", "answer": FEES.format(fees="41,200")},
        {"question": "What did traders pay to the pool on that day?", "answer": FEES.format(fees="38,900")},
    ],
    "rates": [
        {"question": "What is impermanent loss \u2026 for a provider?", "answer": RATE},
        {
            "question": "What is a borrow rate in a money market?",
            "answer": f"{RATE} It falls again when they repay.",
        },
    ],
}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mill]:
    """Give the corpus of a wave in which an answer is repeated in capitals, and a question with another answer."""
    with came_home(tmp_path_factory.mktemp("dedup"), scenario="") as mill:
        for name, pairs in PAIRS.items():
            mill.put(f"{name}.json", {"session": 30, "indicator": name, "qa_pairs": pairs})
        terms = "--accept-findings --low-count combine --depends-on none"
        mill.run(f"plan --wave 3 inbox/depth.json inbox/fees.json inbox/rates.json {terms}")
        mill.run("write --wave 3")
        mill.run("approve --wave 3")
        mill.run("run --until-idle")
        mill.run("corpus build --wave 3")
        yield mill


@pytest.fixture
def home(corpus: Mill, tmp_path: Path) -> Mill:
    shutil.copytree(corpus.root, tmp_path / "mill")
    return Mill(tmp_path / "mill")


def ids(mill: Mill) -> dict[str, str]:
    """Return the pairs of the corpus by the source and place they were staged at."""
    rows = pq.read_table(next(mill.root.glob("corpus/build-*"))).to_pylist()
    return {f"{row['indicator']}{row['pair_id'][-1]}": row["pair_id"] for row in rows}


def rows(mill: Mill, table: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(next(mill.root.glob("corpus/dedup-*")) / table).to_pylist()
    return found


def test_one_pair_of_each_cluster_stays_and_the_others_say_where_they_went(home: Mill) -> None:
    done = home.json("corpus dedup")

    counts, pair = done["manifest"]["counts"], ids(home)
    merged = {row["pair_id"]: row["merged_into"] for row in rows(home, "members.parquet")}
    assert (counts["rows"], counts["kept"], counts["archived"]) == (7, 5, 2)
    assert set(merged) == {pair["depth1"], pair["depth2"], pair["fees1"], pair["fees2"]}
    assert sorted(each is None for each in merged.values()) == [False, False, True, True]
    assert {each for each in merged.values() if each} < set(merged)


def test_a_repeated_question_is_kept_and_listed_unless_the_policy_merges_it(home: Mill) -> None:
    pair = ids(home)
    home.run("corpus dedup")
    listed = json.loads(home.run("corpus dedup --which repeated --json"))["pairs"]
    assert [each["pair_id"] for each in listed] == [pair["depth3"], pair["rates1"]]

    merged = home.json("corpus dedup --repeated merge")["manifest"]["counts"]

    assert (merged["archived"], merged["repeated_questions"]) == (3, 0)
    assert home.run("corpus dedup --which repeated") == ""


def test_near_pairs_that_state_other_figures_are_listed_and_stay_apart_where_they_are_to(home: Mill) -> None:
    pair = ids(home)
    said = home.run("corpus dedup")
    assert "1 link of pairs that state other figures, merged all the same" in said
    listed = home.run("corpus dedup --which figures")
    assert listed == f"{pair['fees1']} (41200)  {pair['fees2']} (38900)  merged\n"

    done = home.json("corpus dedup --figures apart")["manifest"]

    assert (done["counts"]["other_figures"], done["counts"]["archived"]) == (1, 1)
    assert home.run("corpus dedup --which figures").endswith("  apart\n")
    assert not {pair["fees1"], pair["fees2"]} & {row["pair_id"] for row in rows(home, "members.parquet")}
    said = home.run(f"corpus dedup --explain {pair['fees1']}")
    assert "states the figures that it states" in said
    assert f"{pair['fees1']} (41200)  {pair['fees2']} (38900)  apart" in said
    home.run("corpus export --format hf")
    card = next(home.root.glob("corpus/export-hf-*/README.md")).read_text(encoding="utf-8")
    assert "- Of these, pairs that state other figures, kept apart: 1 time." in card


def test_a_pair_can_be_asked_why(home: Mill) -> None:
    pair = ids(home)
    home.run("corpus dedup")

    explained = home.json(f"corpus dedup --explain {pair['depth2']}")
    shown = home.run(f"corpus dedup --explain {pair['depth2']}")

    assert {member["pair_id"] for member in explained["members"]} == {pair["depth1"], pair["depth2"]}
    assert [tie["kind"] for tie in explained["ties"]] == ["answer"]
    assert "the same answer" in shown
    assert "highest overall quality score" in shown
    alone = home.run(f"corpus dedup --explain {pair['rates2']}")
    assert alone.startswith(f"{pair['rates2']} stays: no other pair has")


def test_text_of_a_pair_does_not_steer_the_terminal(home: Mill) -> None:
    home.run("corpus dedup")

    assert "\x1b" not in home.run("corpus dedup --which repeated")
    assert "\x1b" not in home.run(f"corpus dedup --explain {ids(home)['depth3']}")


def test_what_does_not_exist_is_named(home: Mill) -> None:
    assert "run `batchmill corpus dedup` first" in home.refused("corpus dedup --explain w3-s30-depth-001")
    home.run("corpus dedup")
    assert "no pair of the ledger has the id nope; ids read like " in home.refused("corpus dedup --explain nope")
    assert home.call("corpus dedup --explain w9-x-001 --which hints").status == 2


def test_searching_again_by_the_same_terms_changes_nothing(home: Mill) -> None:
    home.run("corpus dedup")
    before = home.files()

    assert "nothing to do" in home.run("corpus dedup")
    assert home.files() == before
    shutil.rmtree(next(home.root.glob("corpus/dedup-*")))
    assert "nothing to do" not in home.run("corpus dedup")
    assert home.files() == before


def test_a_search_of_an_older_corpus_is_not_taken_for_one_of_this(home: Mill) -> None:
    home.run("corpus dedup")
    home.run("corpus build --wave 2 --wave 3")

    assert "was not deduplicated since it was built again" in home.refused("corpus dedup --which archived")
    assert home.json("corpus dedup")["manifest"]["counts"]["rows"] == 31


def test_a_part_of_the_corpus_that_was_altered_is_named_before_anything_is_searched(home: Mill) -> None:
    part = next(home.root.glob("corpus/build-*/wave-0003/*.parquet"))
    part.write_bytes(part.read_bytes()[:-1])

    said = home.refused("corpus dedup")

    assert f"{part} was changed since the corpus was built" in said
    assert not list(home.root.glob("corpus/dedup*"))


def test_without_a_corpus_it_says_what_to_do(offline: Mill) -> None:
    offline.run("init")

    assert "run `batchmill corpus build` first" in offline.refused("corpus dedup")


def test_without_ray_it_says_what_to_install(home: Mill) -> None:
    program = (
        "import sys; sys.modules['ray'] = None; import cli.app; "
        "sys.argv = ['batchmill', 'corpus', 'dedup', '--engine', 'ray']; cli.app.main()"
    )

    assert "pip install 'batchmill[ray]'" in home.refused("corpus dedup", home.python(program))
