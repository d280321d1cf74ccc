"""A wave is assessed by the real command: what came home is judged, recorded once, and decided by a person."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from adapters.emulator.scenario import scenario_of
from adapters.emulator.settings import EmulatorSettings
from tests.homes import approved, criterion, events_of, kept, sheet, stage
from tests.workspaces import written

if TYPE_CHECKING:
    from tests.workspaces import Mill

#: What is asked for first of batch 205 does not come home before it is asked for again.
SCENARIO = 'seed = 3\n[[row]]\nprobability = 1\nfault = "missing"\ndisplay_name = "*batch_205-*"\n'
NEEDED = "--set gate.people_pairs=4"


@pytest.fixture
def emulator_settings() -> EmulatorSettings:
    scenario = scenario_of(SCENARIO, "the test's")
    return EmulatorSettings(port=0, pending_seconds=0, running_seconds=0, scenario=scenario)


def test_a_wave_of_which_nothing_came_home_is_not_assessed(offline: Mill) -> None:
    mill = written(offline, a=11)
    said = "wave 2 has no refined pair yet; assess it when its answers came home"
    assert mill.refused("assess --wave 2") == said
    assert mill.refused("sample --wave 2") == said.replace("assess it", "draw a sample")
    assert "the ledger has no wave 7" in mill.refused("assess --wave 7")
    assert kept(mill) == []


def test_the_same_assessment_is_one_event_and_a_dry_run_leaves_nothing(home: Mill) -> None:
    files, events = home.files(), len(home.events())

    tried = home.run("assess --wave 2 --dry-run")

    assert (home.files(), len(home.events())) == (files, events)
    assert tried.startswith("Wave 2: undecided")
    assert tried.rstrip().endswith("Nothing was recorded.")

    said = home.run("assess --wave 2")
    first = home.files()
    again = home.run("assess --wave 2")

    assert tried.replace("Nothing was recorded.", "") in said.replace(said.splitlines()[-1], "")
    assert "Kept in reports/wave_2_assessment.json; next: `batchmill accept" in said
    assert "(the ledger had this verdict already)" in again
    assert home.files() == first
    assert kept(home) == ["wave_2_assessment.json", "wave_2_quality.jsonl"]
    (event,) = events_of(home, "assessed")
    assert event["report_sha256"] == first["reports/wave_2_assessment.json"]
    found = json.loads((home.root / event["report"]).read_text(encoding="utf-8"))
    assert found["pairs_sha256"] == first[found["pairs_path"]]
    assert home.json("waves --wave 2")[0]["wave"]["verdict"] == "undecided"


@pytest.mark.usefixtures("emulator_url")
def test_a_wave_is_assessed_again_when_more_of_it_came_home(mill: Mill) -> None:
    approved(mill, a=11, b=12)
    mill.run("pause 206 --reason later")
    mill.call("run --until-idle")
    half = mill.json("assess --wave 2")["assessment"]
    assert half["verdict"] == "not good"
    assert criterion(half, "pairs completed")["sentence"] == "11 of 23 (47.8%), 95% needed"
    assert criterion(half, "batches completed")["worst"] == ["206"]

    mill.run("resume 206 --reason now")
    mill.run("run --until-idle")
    whole = mill.json("assess --wave 2")["assessment"]

    assert whole["verdict"] == "undecided"
    assert criterion(whole, "pairs completed")["sentence"] == "23 of 23 (100.0%), 95% needed"
    assert [each["verdict"] for each in events_of(mill, "assessed")] == ["not good", "undecided"]
    pairs = [json.loads(line) for line in (mill.root / whole["pairs_path"]).read_bytes().splitlines()]
    carriers = {pair["pair_id"]: (pair["batch"], pair["carrier"]) for pair in pairs}
    assert len(carriers) == 23
    assert set(carriers.values()) == {(205, 1_000_000_205), (206, 206)}


def test_refined_pairs_that_are_not_what_was_recorded_are_named_and_made_anew(home: Mill) -> None:
    path = home.root / "results/batch_206_refined.jsonl"
    path.write_bytes(path.read_bytes().replace(b"5%", b"6%", 1))
    said = "the refined pairs of batch 206 in results/batch_206_refined.jsonl are not what was recorded"
    assert said in home.refused("assess --wave 2")
    assert said in home.refused("sample --wave 2")
    path.write_text("{not json\n", encoding="utf-8")
    assert "of batch 206 cannot be read from results/batch_206_refined.jsonl" in home.refused("assess --wave 2")
    path.unlink()
    assert "batch_206_refined.jsonl is missing" in home.refused("assess --wave 2")
    assert "`batchmill replay --rebuild` makes it anew" in home.refused("assess --wave 2")
    assert kept(home) == []

    home.run("replay --rebuild")

    assert criterion(home.json("assess --wave 2")["assessment"], "kept")["sample"] == 23


def test_an_extract_that_was_changed_is_named(home: Mill) -> None:
    path = home.root / "submissions/wave2_extracted.json"
    path.write_bytes(path.read_bytes().replace(b"rose", b"fell", 1))
    assert "wave2_extracted.json was changed after it was planned" in home.refused("assess --wave 2")
    assert kept(home) == []


def test_a_good_wave_is_accepted_by_its_verdict_and_the_next_one_goes(home: Mill, emulator_url: str) -> None:
    home.environment["BATCHMILL_PROVIDER__BASE_URL"] = emulator_url
    (home.root / "inbox/a_qa_pairs.json").unlink()
    (home.root / "inbox/b_qa_pairs.json").unlink()
    stage(home, c=11)
    for line in ("plan --wave 3", "write --wave 3", "approve --wave 3"):
        home.run(line)
    assert home.json("assess --wave 2")["assessment"]["verdict"] == "undecided"
    assert home.run("submit 207").startswith("batch 207 is not sent: wave 3 waits until wave 2 is accepted")
    table = sheet(home, [5, 4], "--size 4")
    home.run(f"scores --wave 2 --import {table}")

    good = home.json(f"{NEEDED} assess --wave 2")["assessment"]

    assert good["verdict"] == "good"
    assert criterion(good, "people's scores")["sentence"] == ("a weighted mean of 4.50 over 4 pairs, 4.0 needed")
    assert home.run("accept --wave 2 --reason 'as the gate says'").strip() == (
        "wave 2 is accepted, as its verdict (good) says."
    )
    assert home.json("waves --wave 2")[0]["decisions"][0]["overruled"] is False
    assert "overruled" not in home.run("status").lower()
    home.run("run --until-idle")
    assert home.statuses()[207] == "downloaded"

    compared = home.json("assess --wave 3")["assessment"]["compared"]
    assert [each["name"] for each in compared] == ["gain in writing", "errors after", "kept", "well formed"]
    assert compared[2]["sentence"] == ("kept: 1.000 of the pairs, 1.000 in wave 2; the difference is within noise")


def test_whoever_rejects_a_good_wave_overrules_the_gate_for_all_to_see(home: Mill) -> None:
    home.run(f"scores --wave 2 --import {sheet(home, [5], '--size 4')}")
    assert home.json(f"{NEEDED} assess --wave 2")["assessment"]["verdict"] == "good"

    said = home.run("reject --wave 2 --reason 'I would not publish it'")

    assert said.strip() == "wave 2 is rejected against the gate's verdict (good)."
    (decision,) = home.json("waves --wave 2")[0]["decisions"]
    assert (decision["decision"], decision["verdict"], decision["overruled"]) == ("rejected", "good", True)
    assert "OVERRULED" in home.run("waves")
    assert "I would not publish it" in home.run("status")
    assert home.json("history --verify")["faults"] == []


def test_terms_of_the_users_own_glossary_are_looked_for(home: Mill) -> None:
    name = "--set gate.glossary=terms.txt"
    place = home.root / "terms.txt"
    assert "the glossary terms.txt cannot be read: No such file" in home.refused(f"{name} assess --wave 2")
    place.write_text("# ours\nfirst block\nwindow | \n", encoding="utf-8")
    assert home.refused(f"{name} assess --wave 2") == (
        "terms.txt, line 3: a form is empty; write forms of one term divided by |"
    )
    place.write_bytes(b"\xff\xfe")
    assert "the glossary terms.txt is not UTF-8" in home.refused(f"{name} assess --wave 2")
    assert "leads out of the workspace" in home.refused("--set gate.glossary=../terms.txt assess --wave 2")

    place.write_text("Certainly | quite surely\nfirst block\n", encoding="utf-8")
    whole = home.json(f"{name} assess --wave 2")["assessment"]["whole"]

    assert whole["faults"]["term-dropped"] == 23
    assert "term-dropped" not in home.json("assess --wave 2")["assessment"]["whole"]["faults"]
