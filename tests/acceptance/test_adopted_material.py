"""The real papers of wave 1 taken over by the real command, read in place; then wave 2 planned beside them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.workspaces import SHARED, Mill

if TYPE_CHECKING:
    from pathlib import Path

WAVE = SHARED / "data" / "wave1"
STAGED = SHARED / "data" / "wave2_staging"
SUBMISSIONS = WAVE / "gemini_batch_submissions_proper"
TRACKING = f"adopt tracking {SUBMISSIONS}/batch_tracking.json --wrong-form 1-10"
LISTS = sorted((WAVE / "job_lists").glob("*"))
JOBS = f"adopt jobs {' '.join(map(str, LISTS))}"
#: What the older process's tools read of a batch.
KEYS = ("batch_number", "file_path", "qa_count", "file_size", "first_pair_id", "last_pair_id")

pytestmark = pytest.mark.skipif(not WAVE.is_dir(), reason="the real papers of wave 1 are not here")


class Taken:
    """Wave 1, taken over once, and what the commands answered."""

    def __init__(self, root: Path) -> None:
        self.mill = Mill(root / "mill")
        self.mill.run("init")
        self.tracking: dict[str, Any] = self.mill.json(TRACKING)
        self.jobs: dict[str, Any] = self.mill.json(JOBS)


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Taken:
    return Taken(tmp_path_factory.mktemp("wave1"))


def tracked(mill: Mill) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((mill.root / "submissions" / "batch_tracking.json").read_bytes())
    return document


def claimed() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads((SUBMISSIONS / "batch_tracking.json").read_bytes())["batches"]
    return entries


def test_204_batches_are_adopted_with_20356_claimed_pairs(taken: Taken) -> None:
    figures = taken.tracking["figures"]
    balance = taken.mill.json("balance")

    assert (figures["batches"], figures["claimed_pairs"], figures["ids_minted"]) == (204, 20_356, 20_356)
    assert len(taken.mill.json("status")["batches"]) == 204
    assert (balance["total"]["staged"], balance["total"]["in_flight"]) == (20_356, 20_356)


def test_14_files_hold_1356_pairs_of_656_original_ids_and_700_collisions_are_resolved(taken: Taken) -> None:
    figures = taken.tracking["figures"]
    extract = taken.mill.root / taken.tracking["extract"]
    pairs = [pair for pair in json.loads(extract.read_bytes())["pairs"] if pair["question"]]

    assert (figures["files"], figures["pairs_found"], figures["distinct_ids"]) == (14, 1_356, 656)
    assert figures["collisions"] == 1_356 - 656 == 700
    assert len(pairs) == len({pair["pair_id"] for pair in pairs}) == 1_356


def test_no_two_claimed_pairs_of_the_ledger_share_an_id(taken: Taken) -> None:
    runs = [json.loads(row[5])["ranges"] for row in taken.mill.events() if row[3] == "batch.adopted"]
    named = [
        f"{source}-{place}" for run in runs for source, first, last in run for place in range(first, last + 1)
    ]

    assert len(named) == len(set(named)) == 20_356


def test_91_batches_have_a_claimed_job_10_of_them_in_the_wrong_form_and_113_have_none(taken: Taken) -> None:
    assert (taken.jobs["with_job"], taken.jobs["wrong_form"], taken.jobs["without_job"]) == (91, 10, 113)
    assert sorted(each["claims"] for each in taken.jobs["lists"]) == [10, 30, 35, 40]
    assert [each["loose"] for each in taken.jobs["lists"]] == [0, 0, 0, 0]


def test_adopting_all_of_it_again_records_nothing(taken: Taken) -> None:
    before, files = taken.mill.events(), taken.mill.files()

    again, jobs = taken.mill.json(TRACKING), taken.mill.json(JOBS)

    assert (again["events"], again["figures"]) == (0, taken.tracking["figures"])
    assert [each["new"] for each in jobs["lists"]] == [0, 0, 0, 0]
    assert taken.mill.events() == before
    assert taken.mill.files() == files


def test_the_tracking_file_keeps_what_the_older_tools_read_and_says_how_each_batch_is_known(taken: Taken) -> None:
    document = tracked(taken.mill)
    rows = document["batches"]

    assert (document["total_batches"], document["total_qa_pairs"], document["batch_size"]) == (204, 20_356, 100)
    assert [{key: row[key] for key in KEYS} for row in rows] == [
        {key: entry[key] if "pair_id" not in key else str(entry[key]) for key in KEYS} for entry in claimed()
    ]
    assert rows[0]["file_path"] == "gemini_batch_submissions_proper\\batch_001_proper.jsonl"
    assert [row["known"] for row in rows].count("checked") == 14
    assert {row["known"] for row in rows} == {"claimed", "checked"}
    assert sum(bool(row["claimed_jobs"]) for row in rows) == 91


def test_a_pairs_way_shows_the_id_that_it_came_with(taken: Taken) -> None:
    way = taken.mill.json("pair w1-adopted-b197-057")

    assert json.dumps(way).count('"original": "57"') == 1


def test_wave_2_goes_on_with_the_numbers_and_the_tracking_file_shows_211_batches(tmp_path: Path) -> None:
    mill = Taken(tmp_path).mill
    mill.run(f"plan --wave 2 {STAGED} --first-number 205")
    mill.run("write --wave 2")
    document = tracked(mill)

    assert (document["total_batches"], document["total_qa_pairs"]) == (211, 20_356 + 701)
    assert [row["batch_number"] for row in document["batches"]] == list(range(1, 212))
    assert [row["known"] for row in document["batches"][204:]] == ["run here"] * 7
    assert mill.json("history --verify")["faults"] == []
    checked = mill.json("replay --check")
    assert (checked["differences"], checked["files"]) == ([], [])
    mill.run("replay --rebuild")
    assert tracked(mill) == document


def test_the_numbers_of_wave_1_are_not_given_to_another_wave(taken: Taken) -> None:
    before = taken.mill.events()

    said = taken.mill.refused(f"plan --wave 2 {STAGED} --first-number 200")

    assert "200" in said
    assert taken.mill.events() == before
