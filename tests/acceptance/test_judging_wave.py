"""A model scores too: planned, paid for, read and repaired as all batches are, and set beside the people."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pytest

from adapters.emulator.scenario import scenario_of
from adapters.emulator.settings import EmulatorSettings
from core.quality.scores import DIMENSIONS
from tests.corpora import came_home
from tests.workspaces import KNOWN, written

if TYPE_CHECKING:
    from pathlib import Path

    from tests.workspaces import Mill

#: The first request of the first judging job comes home without an answer.
SCENARIO = '[[row]]\nfault = "missing"\non = "1"\ndisplay_name = "*batch_j1-*"\n'
USE = ("", " A trader can use this signal in a strategy, for example to hold less of a risk.")


@pytest.fixture
def emulator_settings() -> EmulatorSettings:
    return EmulatorSettings(
        port=0, pending_seconds=0, running_seconds=0, scenario=scenario_of(SCENARIO, "the test's")
    )


@pytest.fixture
def home(mill: Mill) -> Mill:
    """Bring a wave of 36 pairs home whose answers differ in length and use, and draw a sample of 24."""
    mill.run("init")
    for name, length in (("tvl", 1), ("volume", 3), ("fees", 5)):
        pairs = [
            {
                "question": f"What is {name}, {n}?",
                "answer": f"{name} {n}: " + KNOWN * (length + n % 3) + USE[n % 2],
            }
            for n in range(12)
        ]
        mill.put(f"{name}.json", {"session": 30, "indicator": name, "qa_pairs": pairs})
    mill.run("--set screening.repetition=off plan --wave 2 --first-number 205")
    mill.run("write --wave 2")
    mill.run("approve --wave 2")
    mill.run("run --until-idle")
    mill.run("sample --wave 2 --size 24")
    return mill


def given_by_model(mill: Mill) -> dict[str, list[int]]:
    rows = [json.loads(row[5]) for row in mill.events() if row[3] == "wave.pair_scored"]
    return {row["pair_id"]: row["marks"] for row in rows if row["reviewer"].startswith("model:")}


def fill_in(path: Path, marks: dict[str, list[int]]) -> None:
    """Put marks into an exported sample, as a person does in a spreadsheet."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        rows = [row | dict(zip(DIMENSIONS, marks[row["pair_id"]], strict=True)) for row in reader]
        names = list(reader.fieldnames or ())
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, names)
        writer.writeheader()
        writer.writerows(rows)


def people(mill: Mill, marks: dict[str, list[int]], name: str) -> None:
    mill.run("sample --wave 2 --size 24 --csv sample.csv")
    fill_in(mill.root / "sample.csv", marks)
    mill.run(f"scores --wave 2 --import sample.csv --as {name}")


def judge_of(mill: Mill) -> dict[str, Any]:
    [judge] = mill.json("scores --wave 2")["judges"]
    return judge


def test_a_sample_is_judged_repaired_and_compared_with_the_people(home: Mill) -> None:
    shown = home.run("judge --wave 2 --yes")
    assert "Wave 2, the sample: 24 pairs, judged by gemini-2.5-flash" in shown
    assert "Written and approved: j1. `batchmill run` sends it, or `batchmill submit j1`" in shown
    before = home.json("balance")

    home.run("run --until-idle")

    rows = {row["label"]: row for row in home.json("status")["batches"]}
    assert [(label, row["kind"]) for label, row in rows.items() if label.startswith("j")] == [
        ("j1", "judge"),
        ("j1r1", "judge"),
    ]
    assert rows["j1"]["missing"] == rows["j1r1"]["refined"] == 5
    assert home.json("balance") == before
    marks = given_by_model(home)
    assert len(marks) == 24
    judge = judge_of(home)
    assert (judge["model"], judge["means"]["pairs"]) == ("gemini-2.5-flash", 24)
    assert judge["calibration"]["verdict"] == "too few"
    assert judge["preferences"]["pairs"] == 24

    spread = {pair_id: [1 + place % 5] * 5 for place, pair_id in enumerate(sorted(marks))}
    people(home, spread, "ann")
    assert judge_of(home)["calibration"]["verdict"] == "does not agree"
    said = home.run("scores --wave 2")
    assert "Judged by gemini-2.5-flash:" in said
    assert "the judge does not agree with the people on 24 pairs" in said
    assert "replay" not in said
    assert "every projection agrees" in home.run("replay --check")
    assert home.run("history --verify")


def test_a_judge_that_marks_as_the_people_do_is_said_to_agree(home: Mill) -> None:
    home.run("judge --wave 2 --yes")
    home.run("run --until-idle")
    marks = given_by_model(home)
    for place, pair_id in enumerate(sorted(marks)):
        # Now and then a person finds a text clearer by a point, or less clear, than a judge by form does.
        marks[pair_id][1] += (place % 8 == 0) - (place % 8 == 4)
    people(home, marks, "ann")

    found = judge_of(home)["calibration"]
    assert (found["verdict"], found["pairs"], found["near"]) == ("agrees", 24, 1.0)
    assert 0.667 <= found["alpha"]["value"] < 1
    assert "the judge agrees with the people on 24 pairs (alpha " in home.run("scores --wave 2")


def test_judging_is_paid_for_by_name_and_once(home: Mill) -> None:
    files = home.files()
    cost = home.json("judge --wave 2 --dry-run")["estimate"]["cost_usd"]
    assert home.refused("judge --wave 2") == f"nothing was written; say --yes to approve US$ {cost:.4f}"
    assert home.files() == files

    home.run("judge --wave 2 --yes")
    again = home.json("judge --wave 2 --yes")
    assert (again["pairs"], again["known"], again["written"]) == (0, 24, False)
    rest = home.json("judge --wave 2 --all --dry-run")
    assert (rest["pairs"], rest["known"], [each["label"] for each in rest["batches"]]) == (12, 24, ["j2"])
    assert home.json("judge --wave 2 --model gemini-2.5-pro --dry-run")["pairs"] == 24

    home.run("pause j1 --reason 'the price is looked into'")
    home.run("resume j1")
    home.run("submit j1")
    assert "batch.submitted" in [each["type"] for each in home.json("history j1")["events"]]
    home.run("run --until-idle")
    costs = home.json("cost --by batch")
    assert [costs["costs"][name]["judging"] for name in ("205", "j1", "j1r1")] == [0, 1, 1]
    assert costs["total"]["refined"] == 36
    assert costs["total"]["usd"] > costs["total"]["judging_usd"] > 0
    home.run("reject --wave 2 --reason 'the answers are worse'")
    assert "wave 2 was rejected, and nothing more of it is sent" in home.refused("judge --wave 2 --all --dry-run")


def test_a_judging_batch_whose_file_is_gone_can_be_given_up_for_another(home: Mill) -> None:
    home.run("judge --wave 2 --yes")
    (home.root / "submissions" / "judge_batch_001.jsonl").unlink()
    said = home.refused("run --until-idle")
    assert "or run `batchmill cancel j1` and have its pairs judged anew with `batchmill judge --wave 2`" in said

    home.run("cancel j1 --reason 'its file is gone'")
    found = home.json("judge --wave 2 --yes")
    assert (found["pairs"], found["known"], [each["label"] for each in found["batches"]]) == (24, 0, ["j2"])
    home.run("run --until-idle")

    assert len(given_by_model(home)) == 24
    judged = home.root / "results" / "judge_batch_002_judged.jsonl"
    kept = judged.read_bytes()
    judged.unlink()
    assert "judgements of batch j2 cannot be read" in home.refused("scores --wave 2")
    home.run("replay --rebuild")
    assert judged.read_bytes() == kept
    pair_id = min(given_by_model(home))
    assert "by model:gemini-2.5-flash (technical accuracy 4" in home.run(f"pair {pair_id}")
    assert home.json(f"pair {pair_id}")["scores"][0]["reviewer"] == "model:gemini-2.5-flash"
    assert "judges pairs that are home already" in home.refused("balance --which missing --batch j2")
    assert "mixes batches of two kinds" in home.refused("pause 205 j2")


def test_what_cannot_be_judged_is_refused_in_a_sentence(mill: Mill) -> None:
    written(mill, tvl=4)
    assert "no sample of wave 2 was drawn" in mill.refused("judge --wave 2")
    assert "wave 2 has no refined pair yet" in mill.refused("judge --wave 2 --all")
    assert "wave 3 has no plan" in mill.refused("judge --wave 3 --all")
    assert "gpt" in mill.refused("judge --wave 2 --all --model gpt")
    (mill.root / "prompts" / "judging.md").write_text(" \n")
    assert "judging.md is empty" in mill.refused("judge --wave 2 --all")


def test_a_wave_that_was_judged_has_no_more_pairs_in_its_report(tmp_path: Path) -> None:
    with came_home(tmp_path, scenario="") as mill:
        mill.run("judge --wave 2 --all --yes")
        mill.run("run --until-idle")
        mill.run("report --wave 2")

    said = (mill.root / "reports/WAVE_2_REPORT.md").read_text(encoding="utf-8")
    assert "24 of 24 pairs are refined" in said
    assert "| j1 |" in said.partition("Cost")[2]
