"""The nine real files of wave 2 in the user's own folders, with the user's own prompt, on a new ledger."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.workspaces import SHARED, Mill

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

STAGING = SHARED / "data" / "wave2_staging"
PROMPT = SHARED / "data" / "refinement_prompt_template.txt"
SUBMISSIONS = "gemini_batch_submissions_proper"
SETTINGS = f"""
[folders]
submissions = "{SUBMISSIONS}"
file_template = "batch_{{number:03d}}_proper.jsonl"
[model]
prompt_file = "refinement_prompt_template.txt"
"""

pytestmark = pytest.mark.skipif(not STAGING.is_dir(), reason="the nine real files of wave 2 are not here")


@pytest.fixture(scope="module")
def home(
    tmp_path_factory: pytest.TempPathFactory, serving_emulator: Callable[[], AbstractContextManager[str]]
) -> Iterator[Mill]:
    with serving_emulator() as url:
        mill = Mill(tmp_path_factory.mktemp("real") / "mill", url)
        (mill.root / "batchmill.toml").write_text(SETTINGS, encoding="utf-8")
        shutil.copyfile(PROMPT, mill.root / "refinement_prompt_template.txt")
        mill.run("init")
        mill.run(f"plan --wave 2 --first-number 205 '{STAGING}'")
        mill.run("write --wave 2")
        mill.run("approve --wave 2")
        mill.run("run --until-idle")
        yield mill


def test_the_inventory_counts_what_is_there(home: Mill) -> None:
    found = home.json(f"inventory '{STAGING}'")
    assert (len(found["sources"]), found["found"], found["claimed"], found["repeated"]) == (9, 701, 701, 118)


def test_the_plan_is_the_seven_batches_that_were_recommended(home: Mill) -> None:
    rows = home.json("status")["batches"]
    assert [(row["number"], row["title"], row["pairs"]) for row in rows] == [
        (205, "dex_volume_24h", 100),
        (206, "dex_volume_7d", 100),
        (207, "dex_volume_30d", 100),
        (208, "dex_to_cex_volume_ratio", 100),
        (209, "liquidity_pool_depth", 100),
        (210, "impermanent_loss", 100),
        (211, "supply_rate + borrow_rate", 101),
    ]


def test_the_content_rules_only_warn_of_the_real_pairs(home: Mill) -> None:
    found = home.json(f"inventory '{STAGING}'")["content"]
    assert {(each["rule"], each["severity"], each["pairs"]) for each in found} == {
        ("opener", "warn", 276),
        ("repeated-question", "warn", 118),
        ("closer", "warn", 43),
        ("refusal", "warn", 1),
    }
    plan = home.json(f"plan --wave 2 --dry-run '{STAGING}'")
    assert not any(source["left_out"] for source in plan["plan"]["sources"])
    assert len(plan["findings"]) == sum(each["pairs"] for each in found)


def test_a_rule_of_ones_own_leaves_one_real_pair_out_by_name(home: Mill) -> None:
    plan = home.json(f"--set screening.refusal=exclude plan --wave 3 --again --dry-run '{STAGING}'")["plan"]
    assert [source["left_out"][0]["runs"] for source in plan["sources"] if source["left_out"]] == [[[27, 27]]]
    assert sum(source["planned"] for source in plan["sources"]) == 700


def test_all_701_pairs_come_home_refined(home: Mill) -> None:
    total = home.json("balance")["total"]
    assert (total["staged"], total["refined"]) == (701, 701)
    came = [
        json.loads(line)["pair_id"]
        for path in sorted((home.root / "results").glob("*_refined.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    assert len(came) == len(set(came)) == 701


def test_every_request_is_instructed_by_the_users_own_prompt(home: Mill) -> None:
    prompt = PROMPT.read_text(encoding="utf-8").strip()
    for number in range(205, 212):
        path = home.root / SUBMISSIONS / f"batch_{number}_proper.jsonl"
        for line in path.read_text(encoding="utf-8").splitlines():
            request = json.loads(line)["request"]
            assert request["systemInstruction"]["parts"][0]["text"].strip() == prompt
            assert "Q&A PAIRS TO REFINE:" in request["contents"][0]["parts"][0]["text"]


def test_files_have_the_users_folders_and_names(home: Mill) -> None:
    tracking = json.loads((home.root / SUBMISSIONS / "batch_tracking.json").read_text(encoding="utf-8"))
    assert [batch["file_path"] for batch in tracking["batches"]] == [
        f"{SUBMISSIONS}/batch_{number}_proper.jsonl" for number in range(205, 212)
    ]
    assert not (home.root / "submissions").exists()
    assert (home.root / "results" / "batch_205_proper_results.jsonl").is_file()


def test_nothing_is_amiss_afterwards(home: Mill) -> None:
    assert home.json("replay --check")["differences"] == []
    assert home.json("history --verify")["faults"] == []
