"""The sample wave goes out and comes home on SQLite and on PostgreSQL, and every view says so."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from core.pairs import PairRange
from sample.wave import write_sample_wave
from tests.workspaces import Mill

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tests.ledgers import Postgres

    Serving = Callable[[], AbstractContextManager[str]]

NUMBERS = list(range(205, 212))
OLD_KEYS = ["batch_number", "file_path", "qa_count", "file_size", "first_pair_id", "last_pair_id"]


def brought_home(folder: Path, url: str, **environment: str) -> Mill:
    mill = Mill(folder / "mill", url, **environment)
    mill.run("init")
    write_sample_wave(mill.root / "inbox")
    mill.run("plan --wave 2 --first-number 205")
    mill.run("write --wave 2")
    mill.run("approve --wave 2")
    mill.run("run --until-idle")
    return mill


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory, serving_emulator: Serving) -> Iterator[Mill]:
    with serving_emulator() as url:
        yield brought_home(tmp_path_factory.mktemp("sqlite"), url)


@pytest.fixture(scope="module")
def on_postgresql(
    tmp_path_factory: pytest.TempPathFactory, serving_emulator: Serving, postgres: Postgres
) -> Iterator[Mill]:
    name = postgres.create("template0")
    with serving_emulator() as url:
        folder = tmp_path_factory.mktemp("postgresql")
        yield brought_home(folder, url, BATCHMILL_DATABASE_URL=postgres.url(name))
    postgres.drop(name)


@pytest.fixture(params=["on_sqlite", pytest.param("on_postgresql", marks=pytest.mark.postgres)])
def home(request: pytest.FixtureRequest) -> Mill:
    mill: Mill = request.getfixturevalue(request.param)
    return mill


def refined(mill: Mill, number: int) -> list[dict[str, Any]]:
    text = (mill.root / f"results/batch_{number}_refined.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_all_701_pairs_come_home_refined(home: Mill) -> None:
    extract = json.loads((home.root / "submissions/wave2_extracted.json").read_text(encoding="utf-8"))
    came = {pair["pair_id"]: pair for number in NUMBERS for pair in refined(home, number)}
    assert list(came) == [pair["pair_id"] for pair in extract["pairs"]]
    assert len(came) == 701
    for pair in extract["pairs"]:
        mine = came[pair["pair_id"]]
        assert mine["batch"] == pair["batch"]
        assert mine["refined_question"].rstrip("?").lower() == pair["question"].rstrip("?").lower()
        assert "emulated" in mine["flags"]


def test_results_are_kept_as_they_came(home: Mill) -> None:
    for number in NUMBERS:
        path = home.root / f"results/batch_{number}_results.jsonl"
        (fact,) = [e for e in home.json(f"history {number}")["events"] if e["type"] == "batch.downloaded"]
        assert home.files()[f"results/{path.name}"] == fact["event"]["sha256"]
        if number == NUMBERS[0]:
            assert [json.loads(line)["key"] for line in path.read_text(encoding="utf-8").splitlines()] == [
                f"batch_205/r{n:02d}" for n in range(1, fact["event"]["lines"] + 1)
            ]


def test_the_balance_has_every_pair_in_one_place(home: Mill) -> None:
    places = {"planned": 0, "in_flight": 0, "missing": 0, "given_up": 0, "excluded": 0}
    assert home.json("balance") == {
        "total": {"staged": 701, "refined": 701, **places},
        "waves": {"2": {"staged": 701, "refined": 701, **places}},
    }
    assert "701           0          0            0        701" in home.run("balance")


def test_the_status_shows_seven_batches_at_home(home: Mill) -> None:
    answer = home.json("status")
    assert [(row["number"], row["pairs"], row["refined"], row["status"]) for row in answer["batches"]] == [
        (number, 101 if number == 211 else 100, 101 if number == 211 else 100, "downloaded") for number in NUMBERS
    ]
    assert answer["driver"] is None
    assert all(row["emulated"] for row in answer["batches"])
    shown = home.run("status")
    assert "205-211" in shown
    assert "staking_yield + validator_queue" in shown
    assert home.run("status 207").count("batches/") == 1


def test_the_timeline_is_the_table_that_people_read(home: Mill) -> None:
    document = (home.root / "timeline.md").read_text(encoding="utf-8").splitlines()
    assert document[:2] == ["| Date | Milestone | Status |", "|---|---|---|"]
    assert document[-2].endswith("| Wave 2 answers read (701 of 701 pairs refined) | ✅ Done |")
    assert document[-1] == "| - | Wave 2 quality validation | ⏳ Pending |"
    assert [line["text"] for line in home.json("timeline")] == [row.split(" | ")[1] for row in document[2:]]
    assert "✅ Done" in home.run("timeline")


def test_the_tracking_file_has_the_users_form(home: Mill) -> None:
    tracking = json.loads((home.root / "submissions/batch_tracking.json").read_text(encoding="utf-8"))
    assert list(tracking) == ["total_batches", "total_qa_pairs", "batch_size", "batches", "repairs"]
    assert (tracking["total_batches"], tracking["total_qa_pairs"], tracking["batch_size"]) == (7, 701, 100)
    for batch in tracking["batches"]:
        assert list(batch)[: len(OLD_KEYS)] == OLD_KEYS
        assert (home.root / batch["file_path"]).stat().st_size == batch["file_size"]
    assert tracking["batches"][-1]["first_pair_id"] == next(iter(PairRange("w2-s41-staking_yield", 1, 1)))


def test_a_batchs_history_says_when_what_who_and_why(home: Mill) -> None:
    events = home.json("history 207")["events"]
    assert [event["type"].removeprefix("batch.") for event in events][:5] == [
        "planned",
        "written",
        "submission_started",
        "file_uploaded",
        "submitted",
    ]
    assert events[-1]["type"] == "batch.answers_read"
    assert events[0]["actor"] == "droid@mill"
    assert events[-1]["actor"].startswith("daemon@")
    assert events[0]["causation"].startswith("plan --wave 2")
    assert all(event["recorded_at"] and event["causation"] for event in events)
    assert "batch 207: downloaded, attempt 1, 100 pairs" in home.run("history 207")


def test_the_plan_says_what_was_done_with_low_and_empty_sources(home: Mill) -> None:
    (planned,) = (each for each in home.json("history wave-2")["events"] if each["type"] == "wave.planned")
    said = {each["subject"]: each["action"] for each in planned["event"]["decisions"]}
    assert said["oracle_deviation_qa_pairs.json"] == "excluded"
    assert said["validator_queue_qa_pairs.json"] == "combined with staking_yield"
    assert "grouping" in said


def test_a_batch_is_shown_as_it_was_at_a_position_or_time(home: Mill) -> None:
    events = {event["type"]: event for event in home.json("history 207")["events"]}
    written, submitted = events["batch.written"], events["batch.submitted"]
    assert home.json(f"history 207 --at {submitted['position']}")["state"]["status"] == "submitted"
    assert home.json(f"history 207 --at {submitted['position'] - 1}")["state"]["status"] == "written"
    assert home.json(f"history 207 --at {written['recorded_at']}")["state"]["status"] == "written"
    assert "written" in home.run(f"history 207 --at {written['position']}").splitlines()[-1]


def test_the_world_is_shown_as_it_was_at_a_position(home: Mill) -> None:
    written = max(
        event["position"]
        for number in NUMBERS
        for event in home.json(f"history {number}")["events"]
        if event["type"] == "batch.written"
    )
    then = home.json(f"replay --until {written}")
    assert then["position"] == written
    assert {row["status"] for row in then["batches"]} == {"written"}
    assert (then["balance"]["total"]["planned"], then["balance"]["total"]["refined"]) == (701, 0)
    assert "Wave 2 submission complete (0 of 7 batches)" in home.run(f"replay --until {written}")


def test_projections_and_history_are_sound(home: Mill) -> None:
    checked = home.json("replay --check")
    assert checked["differences"] == []
    assert checked["events"] > 7 * 8
    verified = home.json("history --verify")
    assert (verified["streams"], verified["faults"]) == (8, [])
    assert verified["head"] == home.json("status")["head"]
    assert "no faults" in home.run("history 207 --verify")


def test_a_rebuild_leaves_every_byte_and_row_as_it_was(home: Mill) -> None:
    before, rows = home.files(), home.json("status")
    for name in ("timeline.md", "submissions/batch_tracking.json"):
        (home.root / name).write_bytes(b"scribbled over")
    assert "missing or differs" in home.call("replay --check").stdout
    assert home.refused("replay --check").endswith("`batchmill replay --rebuild` mends them")
    home.run("replay --rebuild")
    assert (home.files(), home.json("status")) == (before, rows)
    assert home.json("replay --check")["differences"] == []


def test_nothing_is_left_to_do_for_a_second_run(home: Mill) -> None:
    before = home.files()
    ended = home.call("run --until-idle")
    assert ended.status == 0
    assert "batch." not in ended.stderr
    assert home.files() == before
