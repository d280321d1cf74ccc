"""A wave of blocked, cut-off and missing rows and a failed job: every pair can be traced, every dollar told."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from adapters.emulator.emulator import Emulator
from adapters.emulator.scenario import scenario_of
from adapters.emulator.server import serving
from adapters.emulator.settings import EmulatorSettings
from tests.workspaces import Mill

if TYPE_CHECKING:
    from collections.abc import Iterator

BLOCKED, LOST, HOME, LEFT_OUT = "w2-s30-a-007", "w2-s30-a-001", "w2-s30-b-003", "w2-s30-few-002"
PLACES = ["excluded", "planned", "in_flight", "refined", "missing", "given_up"]
SCENARIO = f"""
[[job]]
on = "2"
fault = "failed"

[[row]]
holds = "{BLOCKED}"
fault = "blocked"

[[row]]
key = "batch_205/r01"
fault = "missing"

[[row]]
key = "batch_206/r01"
fault = "cut-off"
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mill]:
    """Give a wave of two batches of twelve pairs that came home by way of repairs, three pairs left out of it."""
    scenario = scenario_of(SCENARIO, "the test's")
    settings = EmulatorSettings(port=0, pending_seconds=0, running_seconds=0, scenario=scenario)
    with closing(Emulator(settings)) as emulator, serving(emulator, settings) as url:
        mill = Mill(tmp_path_factory.mktemp("pairs") / "mill", url, BATCHMILL_PLANNING__MAX_PAIRS_PER_REQUEST="4")
        mill.run("init")
        mill.stage(a=12, b=12, few=3)
        mill.run("plan --wave 2 --first-number 205 --low-count skip")
        mill.run("write --wave 2")
        mill.run("approve --wave 2")
        mill.run("run --until-idle")
        yield mill


def listed(mill: Mill, which: str, more: str = "") -> list[dict[str, Any]]:
    found: dict[str, Any] = mill.json(f"balance --which {which} {more}")
    assert found["number"] == len(found["pairs"])
    pairs: list[dict[str, Any]] = found["pairs"]
    return pairs


def test_every_number_of_the_balance_can_be_asked_for_by_name(home: Mill) -> None:
    balance = home.json("balance")["total"]

    lists = {place: [pair["pair_id"] for pair in listed(home, place)] for place in PLACES}

    assert {place: len(pairs) for place, pairs in lists.items()} == {place: balance[place] for place in PLACES}
    assert {place: number for place, number in balance.items() if number} == {
        "staged": 27,
        "excluded": 3,
        "refined": 23,
        "given_up": 1,
    }
    extract = json.loads((home.root / "submissions/wave2_extracted.json").read_text(encoding="utf-8"))
    assert sorted(name for pairs in lists.values() for name in pairs) == sorted(
        pair["pair_id"] for pair in extract["pairs"]
    )
    assert lists["given_up"] == [BLOCKED]
    assert LEFT_OUT in lists["excluded"]


def test_a_list_says_batch_verdict_and_reason_of_each_pair(home: Mill) -> None:
    (given_up,) = listed(home, "given_up")

    assert (given_up["verdict"], given_up["label"][:3]) == ("blocked", "205")
    assert "SAFETY" in given_up["reason"]
    shown = home.run("balance --which given_up").splitlines()
    assert shown == [f"{BLOCKED}  {given_up['label']}  blocked  {given_up['reason']}", "1 pair given up"]
    assert all(pair["reason"] and pair["label"] is None for pair in listed(home, "excluded"))


def test_a_list_can_be_of_one_wave_one_batch_with_its_repairs_or_one_repair(home: Mill) -> None:
    batch = {pair["pair_id"] for pair in listed(home, "refined", "--batch 205")}
    repair = {pair["pair_id"] for pair in listed(home, "refined", "--batch 205r1")}

    assert LOST in repair < batch
    assert {pair["wave"] for pair in listed(home, "refined", "--wave 2")} == {2}
    assert listed(home, "excluded", "--batch 205") == []
    assert home.refused("balance --which refined --wave 3") == (
        "the ledger has no wave 3; `batchmill balance` shows those it has"
    )
    assert "no wave 3" in home.refused("balance --wave 3")
    assert "no batch 300" in home.refused("balance --which refined --batch 300")
    assert home.call("balance --batch 205").status == 2
    assert home.json("balance --wave 2")["waves"].keys() == {"2"}


def test_a_repaired_pairs_way_is_told_from_file_to_answer(home: Mill) -> None:
    way = home.json(f"pair {LOST}")

    assert (way["place"], way["source"]["path"], way["source"]["ordinal"]) == ("refined", "a_qa_pairs.json", 1)
    assert way["source"]["sha256"] == home.files()["inbox/a_qa_pairs.json"]
    first, second = way["passages"]
    assert (first["label"], first["request"], first["verdict"]) == ("205", "batch_205/r01", "missing")
    assert (second["label"], second["verdict"], second["emulated"]) == ("205r1", "refined", True)
    assert first["handed_to"] == second["batch"]
    assert all(attempt["job_name"].startswith("batches/") for attempt in first["attempts"])
    (answered,) = way["requests"]
    assert answered["label"] == "205r1"
    assert answered["model_version"].endswith("-emulated")
    assert answered["input_tokens"] > answered["output_tokens"] > 0
    assert way["answer"].keys() >= {"quality_scores", "rag_metadata", "flags"}
    assert way["notes"] == []


def test_the_change_of_a_text_leads_from_the_staged_one_to_the_refined_one(home: Mill) -> None:
    way = home.json(f"pair {HOME}")

    staged = json.loads((home.root / "inbox/b_qa_pairs.json").read_text(encoding="utf-8"))["qa_pairs"][2]
    kept = (home.root / way["passages"][-1]["refined_path"]).read_text(encoding="utf-8")
    refined = [json.loads(line) for line in kept.splitlines()]
    answer = next(pair["refined_answer"] for pair in refined if pair["pair_id"] == HOME)
    text = way["answer_text"]
    assert (text["before"], text["after"]) == (staged["answer"], answer)
    came = "".join(sentence for each in text["changes"] for sentence in each["after"])
    assert "".join(came.split()) == "".join(answer.split())


def test_a_failed_attempt_is_part_of_the_way_and_of_the_costs(home: Mill) -> None:
    lost = home.json("cost")["fruitless"]

    assert [each["cause"] for each in lost] == ["failed"]
    name = f"w2-s30-{'a' if lost[0]['batch'] % 10**9 == 205 else 'b'}-001"
    attempts = [attempt for each in home.json(f"pair {name}")["passages"] for attempt in each["attempts"]]
    assert lost[0]["job_name"] in {each["job_name"] for each in attempts if each["outcome"] == "failed"}
    assert lost[0]["job_name"] in home.run("cost")


def test_a_pair_that_is_given_up_or_left_out_says_so(home: Mill) -> None:
    assert home.run(f"pair {BLOCKED}").startswith(f"pair      {BLOCKED}: given up\n")
    assert home.json(f"pair {BLOCKED}")["passages"][-1]["given_up_at"]
    left_out = home.json(f"pair {LEFT_OUT}")
    assert (left_out["place"], left_out["passages"]) == ("excluded", [])
    assert left_out["excluded"]
    assert left_out["question"]["before"] == "What is few, 2?"


def test_the_page_of_a_pair_fits_80_columns(home: Mill) -> None:
    for name in (LOST, HOME, BLOCKED, LEFT_OUT):
        assert max(map(len, home.run(f"pair {name}").splitlines())) <= 80


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("w2-s30-a-7", "w2-s30-a-007"),
        ("w2-s30-a-013", "w2-s30-a-012"),
        ("w2-s30-fwe-002", "w2-s30-few-002"),
        ("w2-s30-few", "w2-s30-few-001"),
        ("w2-s30-few-٣", "w2-s30-few-001"),
    ],
)
def test_an_unknown_id_is_answered_with_the_nearest_one(home: Mill, asked: str, meant: str) -> None:
    assert f"did you mean {meant}?" in home.refused(f"pair {asked}")


def test_an_id_like_no_other_is_answered_with_an_example(home: Mill) -> None:
    assert home.refused("pair 205").endswith("ids read like w2-s30-a-001")
    assert home.refused(r"pair '\x1b[2J-999999999999999999999'").isprintable()


def test_files_that_are_gone_are_notes_and_the_rest_is_told(home: Mill) -> None:
    way = home.json(f"pair {HOME}")
    results = [each["result_path"] for each in way["passages"]]
    paths = [way["source"]["extract_path"], way["passages"][-1]["refined_path"], *results]
    kept = {path: path.read_bytes() for path in (home.root / name for name in paths)}
    try:
        for path in kept:
            path.unlink()
        bare = home.json(f"pair {HOME}")
    finally:
        for path, content in kept.items():
            path.write_bytes(content)

    assert bare["passages"] == way["passages"]
    assert (bare["answer"], bare["question"]["before"], bare["requests"]) == (None, None, [])
    assert all(any(path.name in note for note in bare["notes"]) for path in kept)
    assert home.json(f"pair {HOME}") == way


def test_the_cost_is_the_same_by_wave_batch_and_model_and_nothing_of_it_was_paid(home: Mill) -> None:
    wholes = [home.json(f"cost --by {by}") for by in ("wave", "batch", "model")]

    totals = [each["total"] for each in wholes]
    assert totals[0] == totals[1] == totals[2]
    assert (totals[0]["refined"], totals[0]["pairs"], totals[0]["paid_usd"]) == (23, 24, 0)
    assert totals[0]["usd"] > 0
    rows = home.json("status")["batches"]
    assert totals[0]["input_tokens"] == sum(row["input_tokens"] for row in rows)
    assert list(wholes[1]["costs"])[:2] == ["205", "205r1"]
    assert wholes[2]["prices"]["gemini-2.5-flash"]["dated"]


def test_the_cost_table_marks_what_was_emulated_and_dates_its_prices(home: Mill) -> None:
    shown = home.run("cost --by batch")

    assert "\n  205r1 " in shown
    assert shown.count(" emulated\n") >= 4
    assert "official price page" in shown
    assert "Emulated answers cost nothing" in shown
    assert "no wave 9" in home.refused("cost --wave 9")


def test_own_prices_change_the_cost(home: Mill) -> None:
    settings = home.root / "batchmill.toml"
    text, before = settings.read_text(encoding="utf-8"), home.json("cost")["total"]
    own = '\n[models."gemini-2.5-flash"]\nbatch_input = 0.3\nbatch_output = 2.5\n'
    settings.write_text(text + own, encoding="utf-8")
    try:
        after = home.json("cost")
    finally:
        settings.write_text(text, encoding="utf-8")

    assert after["total"]["usd"] == pytest.approx(before["usd"] * 2, abs=2e-6)
    assert after["total"]["expected_usd"] == before["expected_usd"]
    assert after["prices"]["gemini-2.5-flash"]["basis"] == "settings"


def test_the_status_shows_repairs_under_their_batch_and_heeds_the_width(home: Mill) -> None:
    rows = home.json("status")["batches"]
    assert {row["number"]: row["label"] for row in rows}[10**9 + 205] == "205r1"
    shown = home.run("status").splitlines()
    place = next(n for n, line in enumerate(shown) if line.startswith("205 "))
    assert shown[place + 1].startswith("  205r1 ")

    narrow = Mill(home.root, COLUMNS="90").run("status")

    table = narrow.partition("\n\n")[2].partition("\n\n")[0].splitlines()
    assert max(map(len, table)) <= 90
    assert "a wider terminal shows" in table[-1]


def test_a_batchs_history_names_its_repair_and_the_repairs_its_batch(home: Mill) -> None:
    assert "Its repair 205r1 took over" in home.run("history 205")
    assert "to 205r1" in home.run("history 205")
    assert "It repairs batch 205." in home.run("history 205r1")


def test_the_check_compares_the_balance_that_events_move_with_the_one_that_tables_count(home: Mill) -> None:
    assert home.json("replay --check")["differences"] == []
    home.python(
        "import sqlite3; c = sqlite3.connect('batchmill.db');"
        "c.execute('UPDATE batch_rows SET refined = refined - 1 WHERE number = 205'); c.commit()"
    )
    try:
        differences = json.loads(home.call("replay --check --json").stdout)["differences"]
    finally:
        home.run("replay --rebuild")

    told = [each for each in differences if each.startswith("the balance of wave 2 differs: refined 23")]
    assert told == ["the balance of wave 2 differs: refined 23 by the events, 22 by the tables"]
    assert home.json("replay --check")["differences"] == []
