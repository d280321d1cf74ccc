"""File, then environment, then options: which setting wins, and that folders and names are the user's own."""

from __future__ import annotations

import json

import pytest

from tests.workspaces import Mill, written


@pytest.fixture
def made(offline: Mill) -> Mill:
    offline.run("init")
    offline.stage(a=12, b=12)
    return offline


def sizes(mill: Mill, options: str = "") -> list[int]:
    batches = mill.json(f"{options} plan --wave 2 --dry-run")["plan"]["batches"]
    return [sum(last - first + 1 for _, first, last in batch["ranges"]) for batch in batches]


def test_the_environment_wins_over_the_file_and_an_option_over_both(made: Mill) -> None:
    settings = made.root / "batchmill.toml"
    assert sizes(made) == [12, 12]
    settings.write_text('[planning]\nstrategy = "size"\nbatch_size = 10\n', encoding="utf-8")
    assert sizes(made) == [10, 10, 4]
    made.environment["BATCHMILL_PLANNING__BATCH_SIZE"] = "8"
    assert sizes(made) == [8, 8, 8]
    assert sizes(made, "--set planning.batch_size=20") == [20, 4]


def test_prices_and_limits_can_be_overridden(made: Mill) -> None:
    before = made.json("plan --wave 2 --dry-run")["plan"]["estimate"]["cost_usd"]
    (made.root / "batchmill.toml").write_text(
        '[models."gemini-2.5-flash"]\nbatch_input = 1500.0\nbatch_output = 12500.0\n', encoding="utf-8"
    )
    assert made.json("plan --wave 2 --dry-run")["plan"]["estimate"]["cost_usd"] > before * 1000


def test_a_request_carries_what_its_answer_leaves_room_for(made: Mill) -> None:
    pairs = [{"question": f"q{n}?", "answer": " ".join(map(str, range(1020)))} for n in range(100)]
    made.put("long.json", {"session": 30, "indicator": "long", "qa_pairs": pairs})
    roomy = made.json("plan --wave 2 --dry-run")["plan"]["batches"][-1]["requests"]
    (made.root / "batchmill.toml").write_text(
        '[models."gemini-2.5-flash"]\noutput_limit = 8192\n', encoding="utf-8"
    )
    tight = made.json("plan --wave 2 --dry-run")["plan"]["batches"][-1]["requests"]
    assert 1 < roomy < tight / 4
    made.environment["BATCHMILL_PLANNING__MAX_PAIRS_PER_REQUEST"] = "1"
    assert made.json("plan --wave 2 --dry-run")["plan"]["batches"][-1]["requests"] == 100


def test_a_workspace_is_found_upwards_by_option_and_by_variable(made: Mill) -> None:
    assert "begin with" in made.shell("cd inbox && {batchmill} status").stdout
    assert "begin with" in made.shell("cd / && {batchmill} -w $HOME/mill status").stdout
    made.environment["BATCHMILL_WORKSPACE"] = str(made.root)
    assert "begin with" in made.shell("cd / && {batchmill} status").stdout


def test_the_users_folders_and_names_are_used(offline: Mill) -> None:
    offline.environment |= {
        "BATCHMILL_FOLDERS__SUBMISSIONS": "gemini_batch_submissions_proper",
        "BATCHMILL_FOLDERS__FILE_TEMPLATE": "batch_{number:03d}_proper.jsonl",
    }
    written(offline, a=11)
    path = offline.root / "gemini_batch_submissions_proper"
    assert {each.name for each in path.iterdir()} == {
        "batch_205_proper.jsonl",
        "batch_tracking.json",
        "wave2_extracted.json",
    }
    keys = [json.loads(line)["key"] for line in (path / "batch_205_proper.jsonl").read_text().splitlines()]
    assert len(set(keys)) == len(keys) > 0
