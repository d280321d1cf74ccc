"""Planning and writing, said twice or with something changed in between."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest

from tests.workspaces import Mill, written


@pytest.fixture
def planned(offline: Mill) -> Mill:
    return written(offline, depth=20, fee=30, volume=25)


def test_init_makes_a_workspace_and_leaves_alone_what_stands(offline: Mill) -> None:
    made = offline.json("init")["made"]
    assert made == [
        "batchmill.toml",
        "inbox/",
        "submissions/",
        "results/",
        "prompts/refinement.md",
        f"{offline.root}/batchmill.db",
    ]
    (offline.root / "prompts/refinement.md").write_text("my own words", encoding="utf-8")
    before = offline.files()
    assert offline.json("init")["made"] == []
    assert offline.files() == before
    assert "# poll_every" in (offline.root / "batchmill.toml").read_text(encoding="utf-8")


def test_planning_and_writing_again_changes_nothing(planned: Mill) -> None:
    files, events = planned.files(), planned.events()
    stats = {path: path.stat().st_mtime_ns for path in planned.root.glob("submissions/*")}
    assert "stands in the ledger already" in planned.run("plan --wave 2 --first-number 205")
    assert "stands in the ledger already" in planned.run("plan --wave 2")
    assert [row["done"] for row in planned.json("write --wave 2")] == ["unchanged"] * 3
    assert (planned.files(), planned.events()) == (files, events)
    assert {path: path.stat().st_mtime_ns for path in planned.root.glob("submissions/*")} == stats


def test_a_plan_can_be_looked_at_without_recording_it(offline: Mill) -> None:
    offline.run("init")
    offline.stage(depth=20)
    files = offline.files()
    shown = offline.json("plan --wave 2 --dry-run")
    assert [(batch["number"], batch["title"]) for batch in shown["plan"]["batches"]] == [(1, "depth")]
    assert shown["plan"]["estimate"]["cost_usd"] > 0
    assert offline.events() == []
    assert offline.files() == files


def test_numbers_go_on_from_the_ledgers_highest(planned: Mill) -> None:
    for path in (planned.root / "inbox").iterdir():
        path.unlink()
    planned.stage(rate=12, yields=12)
    plan = planned.json("plan --wave 3")["plan"]
    assert [batch["number"] for batch in plan["batches"]] == [208, 209]
    extract = json.loads((planned.root / "submissions/wave3_extracted.json").read_text(encoding="utf-8"))
    assert extract["pairs"][0]["pair_id"] == "w3-s30-rate-001"


def test_a_number_that_another_wave_has_is_refused(planned: Mill) -> None:
    events = planned.events()
    said = planned.refused("plan --wave 3 --first-number 206 --again")
    assert "206" in said
    assert "wave 2" in said
    assert planned.events() == events
    assert not (planned.root / "submissions/wave3_extracted.json").exists()


def test_a_changed_source_is_refused_at_writing(planned: Mill) -> None:
    planned.stage(fee=29)
    files, events = planned.files(), planned.events()
    said = planned.refused("write --wave 2")
    assert said.startswith("fee_qa_pairs.json changed after wave 2 was planned")
    assert (planned.files(), planned.events()) == (files, events)


def test_what_was_planned_is_written_whatever_prompt_and_settings_are_by_then(planned: Mill) -> None:
    files, events = planned.files(), planned.events()
    (planned.root / "prompts/refinement.md").write_text("other words", encoding="utf-8")
    limit = '{"gemini-2.5-flash" = {output_limit = 9000, thinking_budget = 50}}'
    other = f"--set planning.max_pairs_per_request=1 --set 'models={limit}' --set planning.requests=3"
    assert [row["done"] for row in planned.json(f"{other} write --wave 2")] == ["unchanged"] * 3
    del files["prompts/refinement.md"]
    assert files.items() <= planned.files().items()
    assert planned.events() == events


def test_a_lost_version_of_the_prompt_is_refused_at_writing(planned: Mill) -> None:
    (kept,) = (planned.root / "prompts/versions").iterdir()
    kept.write_text("other words", encoding="utf-8")
    planned.run("write --wave 2")
    (planned.root / "prompts/refinement.md").write_text("other words", encoding="utf-8")
    events = planned.events()
    said = planned.refused("write --wave 2")
    assert f"version {kept.stem} of the prompt, with which wave 2 was planned, does not stand in" in said
    assert planned.events() == events


def test_versions_of_the_prompt_are_listed_with_the_waves_that_use_them(planned: Mill) -> None:
    (first,) = planned.json("prompts")
    assert (first["waves"], first["state"], first["current"]) == ([2], "kept", True)
    assert first["path"] == f"prompts/versions/{first['version']}.md"
    text = (planned.root / first["path"]).read_bytes()
    assert text == (planned.root / "prompts/refinement.md").read_bytes()
    assert sha256(text).hexdigest() == first["sha256"]
    (planned.root / "prompts/refinement.md").write_text("other words", encoding="utf-8")
    _, second = planned.json("prompts")
    assert (second["waves"], second["state"], second["path"]) == ([], "new", "prompts/refinement.md")
    planned.run("plan --wave 3 --again")
    assert [(each["waves"], each["state"], each["current"]) for each in planned.json("prompts")] == [
        ([2], "kept", False),
        ([3], "kept", True),
    ]
    (planned.root / first["path"]).unlink()
    assert planned.json("prompts")[0]["state"] == "missing"
    assert second["version"] in planned.run("prompts")


def test_a_different_plan_is_refused_until_it_may_replace(planned: Mill) -> None:
    planned.stage(fee=31, late=15)
    files, events = planned.files(), planned.events()
    assert "--replace" in planned.refused("plan --wave 2")
    assert (planned.files(), planned.events()) == (files, events)
    planned.run("plan --wave 2 --replace")
    planned.run("write --wave 2")
    rows = {row["title"]: (row["pairs"], row["status"]) for row in planned.json("status")["batches"]}
    assert rows == {
        name: (count, "written") for name, count in (("depth", 20), ("fee", 31), ("late", 15), ("volume", 25))
    }
    assert planned.json("balance")["total"]["planned"] == 91
    assert planned.json("history --verify")["faults"] == []


def test_a_smaller_plan_withdraws_the_numbers_it_leaves_out(planned: Mill) -> None:
    (planned.root / "inbox/volume_qa_pairs.json").unlink()
    planned.run("plan --wave 2 --replace")
    assert planned.statuses()[207] == "withdrawn"
    assert planned.json("balance")["total"] == {
        "staged": 50,
        "excluded": 0,
        "planned": 50,
        "in_flight": 0,
        "refined": 0,
        "missing": 0,
        "given_up": 0,
    }
    assert "withdrawn" in planned.refused("submit 207")


@pytest.mark.parametrize(
    ("option", "batches", "excluded"),
    [
        ("combine", [("depth", 20), ("fee + tiny", 33)], 0),
        ("skip", [("depth", 20), ("fee", 30)], 3),
        ("hold", [("depth", 20), ("fee", 30)], 3),
    ],
)
def test_low_counts_are_treated_as_asked(
    offline: Mill, option: str, batches: list[tuple[str, int]], excluded: int
) -> None:
    offline.run("init")
    offline.stage(depth=20, fee=30, tiny=3)
    plan = offline.json(f"plan --wave 2 --low-count {option}")["plan"]
    assert [
        (batch["title"], sum(run[2] - run[1] + 1 for run in batch["ranges"])) for batch in plan["batches"]
    ] == batches
    assert offline.json("balance")["total"]["excluded"] == excluded
    assert any(decision["subject"] == "tiny_qa_pairs.json" for decision in plan["decisions"])


def test_the_size_strategy_makes_batches_of_one_size(offline: Mill) -> None:
    offline.run("init")
    offline.stage(depth=20, fee=30)
    plan = offline.json("plan --wave 2 --strategy size --batch-size 15")["plan"]
    assert [sum(run[2] - run[1] + 1 for run in batch["ranges"]) for batch in plan["batches"]] == [15, 15, 15, 5]


def test_a_claimed_count_that_is_wrong_stops_the_plan_unless_accepted(offline: Mill) -> None:
    offline.run("init")
    offline.put(
        "a.json", {"total_pairs": 12, "qa_pairs": [{"question": f"q{n}", "answer": "a"} for n in range(11)]}
    )
    assert "--accept-counts" in offline.refused("plan --wave 2")
    assert offline.events() == []
    offline.run("plan --wave 2 --accept-counts")
    assert offline.json("balance")["total"]["planned"] == 11
