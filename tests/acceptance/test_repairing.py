from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from adapters.emulator.scenario import scenario_of
from adapters.emulator.settings import EmulatorSettings
from core.pairs import PairRange, ids

if TYPE_CHECKING:
    from tests.workspaces import Mill

BLOCKED = "w2-s30-a-007"
#: What goes wrong in the wave, and again in its first repairs: one row in five comes damaged or not at all. Pairs
#: stand alone in those repairs: one that is cut off even so would be given up, so none is.
SHARES = {
    "*batch_20?-*": {"cut-off": 0.10, "missing": 0.05, "garbage": 0.03, "blocked": 0.02},
    "*batch_20?r1-*": {"missing": 0.10, "garbage": 0.06, "blocked": 0.04},
}
SCENARIO = f'seed = 3\n[[row]]\nholds = "{BLOCKED}"\nfault = "blocked"\n' + "".join(
    f'[[row]]\nprobability = {share}\nfault = "{fault}"\ndisplay_name = "{name}"\n'
    for name, shares in SHARES.items()
    for fault, share in shares.items()
)


@pytest.fixture
def emulator_settings() -> EmulatorSettings:
    scenario = scenario_of(SCENARIO, "the test's")
    return EmulatorSettings(port=0, pending_seconds=0, running_seconds=0, scenario=scenario)


def staged(mill: Mill) -> None:
    """Plan and write a wave of four batches of forty pairs, two a request."""
    mill.run("init")
    for name in "abcd":
        pairs = [
            {"question": f"What is {name}{n}?", "answer": f"It is the number {n} of {name}, and no other. " * 3}
            for n in range(40)
        ]
        mill.put(f"{name}.json", {"session": 30, "indicator": name, "qa_pairs": pairs})
    mill.run("--set planning.max_pairs_per_request=2 plan --wave 2 --first-number 205 --accept-findings")
    mill.run("--set planning.max_pairs_per_request=2 write --wave 2")
    mill.run("approve --wave 2")


def asked(mill: Mill, rows: list[dict[str, Any]]) -> Counter[str]:
    """Return how often each pair was sent, by the requests of every batch file that was."""
    sent: Counter[str] = Counter()
    for row in rows:
        for each in mill.json(f"history {row['label']}")["events"]:
            if each["type"] == "batch.written":
                runs = [PairRange(*run) for _, ranges in each["event"]["requests"] for run in ranges]
                sent.update(ids(runs))
    return sent


@pytest.mark.usefixtures("emulator_url")
def test_repairs_bring_every_pair_home_but_one_that_is_blocked_for_good_and_ask_for_none_that_is_home(
    mill: Mill,
) -> None:
    staged(mill)

    mill.run("run --until-idle")

    total = mill.json("balance")["total"]
    assert (total["staged"], total["refined"], total["given_up"], total["missing"]) == (160, 159, 1, 0)
    rows = mill.json("status --all")["batches"]
    first = [row for row in rows if row["repairs"] is None]
    # How many are lost at first is left to chance; that repairs had more to do than the blocked one is not.
    assert sum(row["refined"] for row in first) < total["refined"]
    assert max(row["number"] // 10**9 for row in rows) <= 2
    home = {
        json.loads(line)["pair_id"]
        for row in first
        for line in (mill.root / row["refined_path"]).read_text(encoding="utf-8").splitlines()
    }
    sent = asked(mill, rows)
    assert len(sent) == 160
    assert {pair_id for pair_id in home if sent[pair_id] > 1} == set()
    assert mill.json("history --verify")["faults"] == []
    assert mill.json("replay --check")["differences"] == []


@pytest.mark.usefixtures("emulator_url")
def test_people_see_a_repair_under_the_batch_that_it_repairs(mill: Mill) -> None:
    staged(mill)
    mill.run("run --until-idle")

    [number, *_] = [row for row in mill.json("status --all")["batches"] if row["repairs"]]
    base = number["repairs"]

    assert f"{base}r1" in mill.run("status --all")
    assert f"batch-{base}r1" in mill.run(f"history {base}r1")
    tracking = json.loads((mill.root / "submissions/batch_tracking.json").read_text(encoding="utf-8"))
    assert (tracking["total_batches"], tracking["total_qa_pairs"]) == (4, 160)
    assert f"{base}r1" in {repair["batch_number"] for repair in tracking["repairs"]}
    timeline = (mill.root / "timeline.md").read_text(encoding="utf-8")
    assert "Wave 2 repairs read (" in timeline
    assert "Wave 2: 1 pair given up" in timeline
