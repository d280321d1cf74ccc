"""A model scores too: planned, paid for, read and repaired as all batches are, and set beside the people."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pytest

from adapters.emulator.scenario import scenario_of
from adapters.emulator.settings import EmulatorSettings
from core.quality.scores import DIMENSIONS
from tests.workspaces import written

if TYPE_CHECKING:
    from pathlib import Path

    from tests.workspaces import Mill

#: The first request of the first judging job comes home without an answer.
SCENARIO = '[[row]]\nfault = "missing"\non = "1"\ndisplay_name = "*batch_j1-*"\n'


@pytest.fixture
def emulator_settings() -> EmulatorSettings:
    return EmulatorSettings(
        port=0, pending_seconds=0, running_seconds=0, scenario=scenario_of(SCENARIO, "the test's")
    )


@pytest.fixture
def home(mill: Mill) -> Mill:
    """Bring a wave of 40 pairs home, and draw a sample of 24."""
    written(mill, tvl=24, volume=16)
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
    # The people see more differences than a judge by form: some marks are a point apart, in both directions.
    for place, pair_id in enumerate(sorted(marks)):
        marks[pair_id] = [max(1, min(5, mark + (place % 4 == 0) - (place % 4 == 2))) for mark in marks[pair_id]]
    people(home, marks, "ann")

    found = judge_of(home)["calibration"]
    assert found["pairs"] == 24
    assert found["near"] == 1.0
    assert abs(found["difference"]) < 0.5
