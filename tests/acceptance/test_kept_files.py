from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.workspaces import Mill

REFINED = "results/batch_205_refined.jsonl"
RESULT = "results/batch_205_results.jsonl"


def differing(mill: Mill) -> list[str]:
    """Return the recorded files that a check names."""
    files: list[str] = json.loads(mill.call("replay --check --json").stdout)["files"]
    return files


@pytest.fixture
def home(mill: Mill) -> Mill:
    """Give a small wave that came home."""
    mill.run("init")
    mill.stage(a=11)
    mill.run("plan --wave 2 --first-number 205")
    mill.run("write --wave 2")
    mill.run("approve --wave 2")
    mill.run("run --until-idle")
    return mill


def test_a_refined_file_that_was_lost_is_named_and_made_anew_from_its_result(home: Mill) -> None:
    before = (home.root / REFINED).read_bytes()
    (home.root / REFINED).unlink()

    assert differing(home) == [f"{REFINED} is missing"]
    assert "put them back" in home.refused("replay --check")
    assert REFINED in home.run("replay --rebuild")
    assert (home.root / REFINED).read_bytes() == before
    assert home.json("replay --check")["files"] == []


def test_a_result_that_was_edited_is_named_and_nothing_is_made_from_it(home: Mill) -> None:
    with (home.root / RESULT).open("ab") as file:
        file.write(b"{}\n")
    (home.root / REFINED).unlink()

    home.run("replay --rebuild")

    assert sorted(differing(home)) == [
        f"{REFINED} is missing",
        f"{RESULT} is not as it was recorded",
    ]


def test_a_rebuild_that_meets_an_event_it_cannot_read_leaves_everything_as_it_was(home: Mill) -> None:
    with sqlite3.connect(home.root / "batchmill.db") as database:
        database.execute(
            "INSERT INTO events SELECT 900, 'batch-205', 900, 'batch.of_tomorrow', 1, '{}', recorded_at, actor, "
            "correlation, causation, chain FROM events WHERE position = 1"
        )
    database.close()
    files = home.files()

    assert "update batchmill" in home.refused("replay --rebuild")
    assert home.files() == files


def test_a_file_that_another_wave_carries_is_not_paid_for_twice(home: Mill) -> None:
    home.stage(b=12)

    plan = home.json("plan --wave 3")["plan"]

    assert [(source["indicator"], source["planned"]) for source in plan["sources"]] == [("a", 0), ("b", 12)]
    assert plan["sources"][0]["excluded"] == "wave 2 carries the same file already"
    assert home.json("balance")["waves"]["3"] == {
        "staged": 23,
        "excluded": 11,
        "planned": 12,
        "in_flight": 0,
        "refined": 0,
        "missing": 0,
        "given_up": 0,
    }


def test_a_file_may_be_sent_again_by_an_explicit_word(home: Mill) -> None:
    assert "wave 2 carries the same file" in home.refused("plan --wave 3")

    assert home.json("plan --wave 3 --again")["plan"]["sources"][0]["planned"] == 11


def test_a_position_within_a_commit_means_the_state_before_it(home: Mill) -> None:
    assert home.json("replay --until 1")["balance"]["total"]["staged"] == 0
    assert home.json("replay --until 2")["balance"]["total"] == home.json("replay --until 3")["balance"]["total"]
