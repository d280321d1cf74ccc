"""The nine real files of wave 2, packed the old way and by the expected output, and what came home of each."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.workspaces import SHARED, Mill

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

STAGING = SHARED / "data" / "wave2_staging"
LATE = [
    {"question": f"What is the late rate of {n}?", "answer": f"In market {n} it is {n / 7:.2f} % a year."}
    for n in range(11, 31)
]
PLAN = f"plan --wave 2 --first-number 205 '{STAGING}'"

pytestmark = pytest.mark.skipif(not STAGING.is_dir(), reason="the nine real files of wave 2 are not here")


@pytest.fixture(scope="module")
def auto(
    tmp_path_factory: pytest.TempPathFactory, serving_emulator: Callable[[], AbstractContextManager[str]]
) -> Iterator[Mill]:
    with serving_emulator() as url:
        mill = Mill(tmp_path_factory.mktemp("auto") / "mill", url)
        mill.run("init")
        mill.run(PLAN)
        mill.run("write --wave 2")
        mill.run("approve --wave 2")
        mill.run("run --until-idle")
        yield mill


@pytest.fixture(scope="module")
def single(
    tmp_path_factory: pytest.TempPathFactory, serving_emulator: Callable[[], AbstractContextManager[str]]
) -> Iterator[Mill]:
    """Give the wave as it was sent once: one request a batch, no batch ahead of the others, nothing repaired."""
    with serving_emulator() as url:
        old = {"BATCHMILL_DRIVING__CANARY": "0", "BATCHMILL_DRIVING__REPAIR_ROUNDS": "0"}
        mill = Mill(tmp_path_factory.mktemp("single") / "mill", url, **old)
        mill.run("init")
        mill.run(f"{PLAN} --requests single --force")
        mill.run("write --wave 2")
        mill.run("approve --wave 2")
        mill.run("run --until-idle")
        yield mill


def refined(mill: Mill) -> list[dict[str, Any]]:
    paths = sorted((mill.root / "results").glob("*_refined.jsonl"))
    return [json.loads(line) for path in paths for line in path.read_bytes().splitlines()]


def test_single_is_refused_with_the_arithmetic_and_records_nothing(offline: Mill) -> None:
    offline.run("init")
    said = offline.refused(f"{PLAN} --requests single")
    assert re.search(r"101 pairs x 1,\d{3}\.\d expected tokens = 1\d\d,\d{3}, where gemini-2\.5-flash stops", said)
    assert "stops at 65,536 and a request is filled to 49,152 (75 %)" in said
    assert re.search(r"about \d\d % of it would come home, and the rest be cut off", said)
    assert re.search(r"auto makes \d\d requests of these 7 batches, not 7", said)
    assert offline.events() == []


@pytest.mark.parametrize(("asked", "requests"), [("auto", None), ("4", 4), ("single", None)])
def test_the_settings_ask_for_requests_as_the_option_does(offline: Mill, asked: str, requests: int | None) -> None:
    offline.run("init")
    offline.stage(a=20)
    planned = offline.json(f"--set planning.requests={asked} plan --wave 2 --dry-run")
    assert planned["plan"]["batches"][0]["requests"] == (requests or 1)
    assert offline.json(f"plan --wave 2 --dry-run --requests {asked}") == planned


@pytest.mark.parametrize("asked", ["0", "-3", "many", "1.5"])
def test_another_word_for_requests_is_refused(offline: Mill, asked: str) -> None:
    offline.run("init")
    offline.stage(a=20)
    ended = offline.call(f"plan --wave 2 --requests={asked}")
    assert ended.status == 2
    assert "auto, single or a number" in " ".join(ended.stderr.replace("│", " ").split())


def test_the_plan_shows_what_is_expected_of_a_request_against_the_limit(auto: Mill) -> None:
    plan = auto.json(f"{PLAN} --dry-run")["plan"]
    assert plan["settings"]["packing"]["output_limit"] == 65_536
    shown = auto.run(f"{PLAN} --dry-run")
    assert "longest answer" in shown.splitlines()[0]
    for batch in plan["batches"]:
        assert 0 < batch["most_output_tokens"] <= 49_152
        assert batch["most_output_percent"] == 100 * batch["most_output_tokens"] // 65_536
        assert f"{batch['most_output_tokens']:,}" in shown


def test_by_its_output_every_pair_comes_home_and_no_answer_is_cut_off(auto: Mill) -> None:
    rows = auto.json("status")["batches"]
    assert [row["repairs"] for row in rows] == [None] * 7
    assert sum(row["cut_off"] for row in rows) == 0
    assert len({row["pair_id"] for row in refined(auto)}) == 701


def test_answers_remember_their_prompt_and_their_model(auto: Mill) -> None:
    (version,) = auto.json("prompts")
    assert {(row["prompt"], row["model"]) for row in refined(auto)} == {(version["version"], "gemini-2.5-flash")}


def test_the_old_way_loses_what_passes_the_limit_and_says_which(single: Mill) -> None:
    rows = single.json("status")["batches"]
    assert [row["requests"] for row in rows] == [1] * 7
    home = {row["pair_id"] for row in refined(single)}
    assert 0.5 * 701 < len(home) < 0.75 * 701
    total = single.json("balance")["total"]
    assert (total["refined"], total["given_up"]) == (len(home), 701 - len(home))
    extract = json.loads((single.root / "submissions/wave2_extracted.json").read_text(encoding="utf-8"))
    lost = {pair["pair_id"] for pair in extract["pairs"]} - home
    named = {
        pair_id
        for row in rows
        for each in single.json(f"history {row['number']}")["events"]
        if each["type"] == "batch.answers_read"
        for pair_id, verdict, _ in each["event"]["unrefined"]
        if verdict == "cut_off"
    }
    assert named == lost


def test_the_old_way_stands_in_the_plan_as_a_decision(single: Mill) -> None:
    events = single.json("history wave-2")["events"]
    planned = next(each["event"] for each in events if each["type"] == "wave.planned")
    (forced,) = [each for each in planned["decisions"] if each["subject"] == "requests"]
    assert forced["action"] == "single forced, too few for 7 of 7 batches"
    assert planned["settings"]["packing"]["forced"] is True


def test_the_next_wave_learns_from_answers_that_came_home(auto: Mill) -> None:
    auto.put("late.json", {"session": 32, "indicator": "late", "qa_pairs": LATE})
    packing = auto.json("plan --wave 3 --dry-run")["plan"]["settings"]["packing"]
    assert packing["basis"].startswith("emulated answers were ")
    assert packing["basis"].endswith(" times as long as expected, measured on 701 pairs of wave 2")
    assert 0.5 <= packing["room"] < 1.2
    assert "decision: expected answers: " in auto.run("plan --wave 3 --dry-run")
    real = auto.json("--set provider.base_url=https://elsewhere.example plan --wave 3 --dry-run")
    assert (real["plan"]["settings"]["packing"]["room"], real["plan"]["settings"]["packing"]["basis"]) == (1.0, "")
