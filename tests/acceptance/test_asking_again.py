"""`request` and `requests`: what a wave lacks is asked for once, and known when it comes."""

from __future__ import annotations

import json
import shutil
import signal
from typing import TYPE_CHECKING, Any

import pytest

from tests.workspaces import KNOWN, SHARED, Mill

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable
    from pathlib import Path

STAGING = SHARED / "data" / "wave2_staging"
real = pytest.mark.skipif(not STAGING.is_dir(), reason="the nine real files of wave 2 are not here")
BOTH = {"request_slippage_31", "request_borrow_rate_31"}


def answer(indicator: str, count: int, session: int = 31) -> dict[str, Any]:
    pairs = [
        {"question": f"What is {indicator}, {n}?", "answer": f"{indicator} {n}: {KNOWN}"}
        for n in range(1, count + 1)
    ]
    return {"session": session, "indicator": indicator, "qa_pairs": pairs}


def asking(mill: Mill) -> Mill:
    """Bring a workspace to a planned wave 2 that asked again for slippage (none) and borrow_rate (one)."""
    mill.run("init")
    mill.put("slippage_qa_pairs.json", answer("slippage", 0))
    mill.put("borrow_rate_qa_pairs.json", answer("borrow_rate", 1))
    mill.put("supply_rate_qa_pairs.json", answer("supply_rate", 12))
    mill.run("plan --wave 2 --first-number 205")
    mill.run("request --wave 2")
    return mill


def types(mill: Mill) -> list[str]:
    return [event["type"] for event in mill.json("history wave-2")["events"]]


def states(mill: Mill) -> dict[str, set[str]]:
    found = mill.json("requests")
    return {state: {each["request"]["name"] for each in found[state]} for state in ("open", "fulfilled")}


@pytest.fixture
def wave_2(offline: Mill) -> Mill:
    offline.run("init")
    said = offline.run(f"plan --wave 2 --first-number 205 '{STAGING}'")
    assert (
        "2 sources have no pair or few (slippage: 0, borrow_rate: 1); "
        "to ask for them again: `batchmill request --wave 2`." in said
    )
    return offline


@real
def test_the_real_wave_2_asks_again_for_slippage_and_borrow_rate(wave_2: Mill) -> None:
    before = len(wave_2.events())
    assert {each["name"] for each in wave_2.json("request --wave 2 --dry-run")["new"]} == BOTH
    assert (len(wave_2.events()), (wave_2.root / "outbox").exists()) == (before, False)

    asked = wave_2.json("request --wave 2")["new"]

    assert [(each["indicator"], each["have"], each["want"], each["priority"]) for each in asked] == [
        ("slippage", 0, 100, "high"),
        ("borrow_rate", 1, 100, "medium"),
    ]
    files = wave_2.files()
    for request in wave_2.json("requests")["open"]:
        assert [files[each["path"]] for each in request["documents"]] == [
            each["sha256"] for each in request["documents"]
        ]
    laid_out = json.loads((wave_2.root / "outbox/droid/request_borrow_rate_31.json").read_bytes())
    assert (laid_out["session"], laid_out["have"], laid_out["category"]) == (31, 1, "dex_metrics")
    assert "to ask for them again" not in wave_2.run(f"plan --wave 2 '{STAGING}'")


@real
def test_asking_twice_changes_nothing_and_puts_a_lost_document_back(wave_2: Mill) -> None:
    wave_2.run("request --wave 2")
    files, events = wave_2.files(), wave_2.events()
    assert "Nothing new: wave 2 has 2 open requests already." in wave_2.run("request --wave 2")
    (wave_2.root / "outbox/droid/request_slippage_31.md").unlink()
    (wave_2.root / "outbox/droid/request_slippage_31.json").write_text("{")
    assert wave_2.run("request --wave 2").count("is laid out again") == 2
    assert (wave_2.files(), wave_2.events()) == (files, events)
    assert wave_2.json("replay --check")["differences"] == []
    assert wave_2.json("history --verify")["faults"] == []


@real
def test_a_targets_table_says_how_many_pairs_are_wanted(wave_2: Mill) -> None:
    wave_2.run("request --wave 2")
    asked = wave_2.json("--set targets.slippage=250 request --wave 2")["new"]
    assert [(each["name"], each["want"]) for each in asked] == [("request_slippage_31", 250)]
    assert {each["request"]["want"] for each in wave_2.json("requests")["open"]} == {100, 250}


@real
def test_the_real_wave_2_is_unevenly_spread(wave_2: Mill) -> None:
    targets = "--set targets.slippage=100 --set targets.borrow_rate=100 --set targets.funding_rate=50"
    found = wave_2.json(f"{targets} distribution")
    parts = {each["name"]: each for each in found["indicators"]}
    assert (found["pairs"], found["short"]) == (701, 249)
    assert found["standings"] == {"missing": 2, "critical": 1, "low": 0, "over": 7, "fair": 0}
    assert [(name, parts[name]["pairs"], parts[name]["standing"], parts[name]["short"]) for name in (
        "slippage", "borrow_rate", "funding_rate", "dex_volume_24h"
    )] == [
        ("slippage", 0, "missing", 100),
        ("borrow_rate", 1, "critical", 99),
        ("funding_rate", 0, "missing", 50),
        ("dex_volume_24h", 100, "over", 0),
    ]  # fmt: skip
    assert [(each["name"], each["pairs"]) for each in found["sessions"]] == [("30", 500), ("31", 201)]
    assert [(each["name"], each["share"]) for each in found["waves"]] == [("2", 1.0)]
    told = wave_2.run(f"{targets} distribution")
    assert "2 missing: no pair at all" in told
    assert "249 pairs short of the targets." in told


def test_a_low_count_is_told_from_a_critical_and_a_fair_one(offline: Mill) -> None:
    offline.run("init")
    for indicator, count in (("tvl", 2_000), ("apr", 100), ("fees", 99), ("gas", 9)):
        offline.put(f"{indicator}.json", answer(indicator, count))
    offline.run("plan --wave 2")
    parts = {each["name"]: each["standing"] for each in offline.json("distribution")["indicators"]}
    assert parts == {"tvl": "over", "apr": "fair", "fees": "low", "gas": "critical"}


def test_a_death_between_documents_and_ledger_asks_for_nothing_twice(offline: Mill, tmp_path: Path) -> None:
    offline.run("init")
    offline.put("slippage.json", answer("slippage", 0))
    offline.put("tvl.json", answer("tvl", 12))
    offline.run("plan --wave 2")
    before = shutil.copytree(offline.root, tmp_path / "before")
    offline.run("request --wave 2")
    laid_out = offline.files()
    for file in offline.root.glob("batchmill.db*"):
        file.unlink()
    for file in before.glob("batchmill.db*"):
        shutil.copy(file, offline.root)
    assert states(offline) == {"open": set(), "fulfilled": set()}

    offline.run("request --wave 2")

    assert offline.files() == laid_out
    assert types(offline).count("wave.regeneration_requested") == 1


def test_only_a_planned_wave_can_ask(offline: Mill) -> None:
    offline.run("init")
    assert "wave 2 was not planned here" in offline.refused("request --wave 2")
    assert "Nothing was asked for again" in offline.run("requests")


def test_the_outbox_leads_nowhere_else(offline: Mill, tmp_path: Path) -> None:
    offline.run("init")
    offline.put("slippage.json", answer("slippage", 0))
    offline.put("tvl.json", answer("tvl", 12))
    offline.run("plan --wave 2")
    (offline.root / "outbox").symlink_to(tmp_path)
    assert "leads out of the workspace" in offline.refused("request --wave 2")
    assert list(tmp_path.glob("droid*")) == []
    assert states(offline) == {"open": set(), "fulfilled": set()}


def test_a_plan_takes_the_answer_beside_the_old_file_and_fulfils_the_request(offline: Mill) -> None:
    asking(offline)
    offline.put("again.json", answer("Slippage", 100))
    offline.put("few.json", answer("borrow_rate", 7))
    said = (
        "again.json answers request_slippage_31, which wave 2 asked for: it holds 100 pairs, and 100 were wanted."
    )
    short = "few.json does not answer request_borrow_rate_31, which wave 2 asked for: it holds 7 pairs of the 100"
    for line in ("inventory", "plan --wave 3 --dry-run"):
        assert said in offline.run(line)
        assert short in offline.run(line)
    assert states(offline) == {"open": BOTH, "fulfilled": set()}

    assert said in offline.run("plan --wave 3")

    assert states(offline) == {"open": {"request_borrow_rate_31"}, "fulfilled": {"request_slippage_31"}}
    answered = offline.json("requests")["fulfilled"][0]["fulfilled"]
    assert (answered["path"], answered["pairs"]) == ("inbox/again.json", 100)
    assert answered["sha256"] == offline.files()["inbox/again.json"]
    # One of the seven stood in wave 2 already, and is not paid for twice.
    assert offline.json("distribution")["pairs"] == 1 + 12 + 100 + 6
    planned = offline.json("plan --wave 3 --dry-run")["plan"]["sources"]
    assert {each["path"]: each["planned"] for each in planned}["again.json"] == 100
    assert types(offline).count("wave.request_fulfilled") == 1
    assert offline.json("history --verify")["faults"] == []
    assert offline.json("replay --check")["differences"] == []


def test_the_daemon_tells_what_comes_and_spends_nothing(mill: Mill, jobs: Callable[[], Counter[str]]) -> None:
    asking(mill)
    files = mill.files()
    copy = (mill.root / "inbox/slippage_qa_pairs.json").read_bytes()
    with mill.started("run") as running:
        running.wait_for("inbox.watched")
        mill.put("few.json", answer("borrow_rate", 7))
        mill.put("broken.json", b'{"indicator": "slippage", "qa_pairs": [')
        mill.put("copy.json", copy)
        mill.put("tvl.json", answer("tvl", 12))
        for name in ("few.json", "broken.json", "copy.json", "tvl.json"):
            running.wait_for(f"file={name}")
        mill.put("again.json", answer("slippage", 100))
        running.wait_for("inbox.answered")
        status, seconds = running.end(signal.SIGTERM)
    assert (status, seconds < 5) == (0, True)
    told = {line.split("file=")[1].split()[0]: line for line in running.said.splitlines() if "file=" in line}
    assert set(told) == {"few.json", "broken.json", "copy.json", "tvl.json", "again.json"}
    assert "holds 7 pairs of the 100 wanted" in told["few.json"]
    assert "cannot be taken as it is: is not JSON: it ends" in told["broken.json"]
    assert "holds the same bytes as slippage_qa_pairs.json of wave 2" in told["copy.json"]
    assert "answers no request" in told["tvl.json"]
    assert "pairs=100 request='request_slippage_31 of wave 2' next='batchmill plan --wave 3'" in told["again.json"]
    assert states(mill) == {"open": {"request_borrow_rate_31"}, "fulfilled": {"request_slippage_31"}}
    assert types(mill)[-1] == "wave.request_fulfilled"
    assert jobs() == {}
    assert {path: digest for path, digest in mill.files().items() if path in files and path != "timeline.md"} == {
        path: digest for path, digest in files.items() if path != "timeline.md"
    }


def test_what_came_while_no_daemon_ran_is_found_once_however_often_it_starts(
    mill: Mill, jobs: Callable[[], Counter[str]]
) -> None:
    asking(mill)
    mill.put("again.json", answer("slippage", 100))
    with mill.started("run") as running:
        running.wait_for("inbox.answered")
        running.end(signal.SIGKILL)
    mill.put("again too.json", answer("borrow_rate", 100))
    with mill.started("run") as running:
        running.wait_for("inbox.answered")
        running.end()
        assert "again.json" not in running.said
    mill.run("request --wave 2")
    assert states(mill) == {"open": set(), "fulfilled": BOTH}
    assert [name for name in types(mill) if "request" in name] == [
        *["wave.regeneration_requested"] * 2,
        *["wave.request_fulfilled"] * 2,
    ]
    assert jobs() == {}


def test_an_inbox_is_not_watched_when_the_settings_say_so(offline: Mill) -> None:
    asking(offline)
    offline.put("again.json", answer("slippage", 100))
    offline.run("--set driving.watch_inbox=false run --until-idle")
    assert states(offline)["open"] == BOTH
