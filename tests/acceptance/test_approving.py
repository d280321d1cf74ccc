"""Waves are sent when a person approved them, and when the wave before was accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.workspaces import Mill

APPROVE = "wave 2 waits for its approval (`batchmill approve --wave 2`)"


def planned(mill: Mill) -> Mill:
    """Bring a workspace to written batches 205 and 206 of a wave that nobody approved."""
    mill.run("init")
    mill.stage(a=11, b=12)
    mill.run("plan --wave 2 --first-number 205")
    assert f"Before that, {APPROVE}." in mill.run("write --wave 2")
    return mill


def test_an_unapproved_wave_is_not_sent_and_everybody_says_why(offline: Mill) -> None:
    mill = planned(offline)

    ended = mill.call("run --until-idle")

    assert mill.refused("", ended) == f"nothing is left to do by itself, but {APPROVE}"
    assert ended.stderr.count("wave 2 waits for its approval") == 2, "once in the log, and once at the end"
    assert mill.run("submit 205 206").splitlines() == [
        f"batch {number} is not sent: {APPROVE}" for number in (205, 206)
    ]
    status = mill.run("status")
    assert APPROVE in status
    assert "written, waits" in status
    assert "Wave 2 approval" in mill.run("timeline")
    assert mill.statuses() == {205: "written", 206: "written"}


def test_an_approval_shows_what_it_is_for_and_what_the_budget_leaves(offline: Mill) -> None:
    mill = planned(offline)
    usd = mill.json("waves --wave 2")[0]["wave"]["cost_usd"]

    said = mill.run("--set budget.usd_per_wave=0.01 approve --wave 2 --reason 'the price is right'")

    assert f"Wave 2, revision 1: 2 batches, 23 pairs, gemini-2.5-flash, expected to cost ${usd:.4f}." in said
    assert (
        "The budget of wave 2 leaves $0.0100; what passes it will be held, unless you raise budget.usd_per_wave."
        in said
    )
    assert "Wave 2 was approved already" in mill.run("approve --wave 2")
    events = mill.json("history wave-2")["events"]
    assert [each["type"] for each in events] == ["wave.planned", "wave.form_compared", "wave.approved"]
    assert (events[-1]["actor"], events[-1]["event"]["reason"]) == ("droid@mill", "the price is right")
    assert events[-1]["event"]["expected_usd"] == usd


def test_an_approval_does_not_hold_for_the_next_revision(offline: Mill) -> None:
    mill = planned(offline)
    mill.run("approve --wave 2")

    mill.run("plan --wave 2 --first-number 205 --batch-size 6 --replace")

    assert mill.json("waves")[0]["wave"]["status"] == "planned"
    assert APPROVE in mill.run("write --wave 2")


@pytest.mark.parametrize("line", ["approve --wave 7", "accept --wave 7 --reason so", "waves --wave 7"])
def test_a_wave_that_is_not_there_is_named(offline: Mill, line: str) -> None:
    offline.run("init")
    assert "the ledger has no wave 7" in offline.refused(line)


def test_a_decision_without_a_reason_is_wrong_usage(offline: Mill) -> None:
    planned(offline)
    for line in ("accept --wave 2", "reject --wave 2"):
        assert offline.call(line).status == 2
    assert "wave 2 is planned and cannot accept now" in offline.refused("accept --wave 2 --reason so")


def test_a_wave_waits_for_the_one_before_and_goes_on_by_itself_once_that_is_accepted(mill: Mill) -> None:
    planned(mill)
    mill.run("approve --wave 2")
    mill.run("run --until-idle")
    (mill.root / "inbox/a_qa_pairs.json").unlink()
    (mill.root / "inbox/b_qa_pairs.json").unlink()
    mill.stage(c=11)
    assert "Wave 2 must be accepted before it is sent." in mill.run("plan --wave 3")
    mill.run("write --wave 3")
    assert "it is sent once wave 2 is accepted" in mill.run("approve --wave 3")
    waits = "wave 3 waits until wave 2 is accepted (`batchmill accept --wave 2 --reason …`)"
    assert waits in mill.refused("run --until-idle")
    assert mill.run("submit 207").strip() == f"batch 207 is not sent: {waits}"

    with mill.started("run") as running:
        running.wait_for("waits until wave 2 is accepted")
        said = mill.run("accept --wave 2 --reason 'I read thirty of them'")
        running.wait_until(lambda: mill.statuses()[207] == "downloaded")
        assert running.said.count("waits until wave 2 is accepted") == 1
        running.end()

    assert said.strip() == "wave 2 is accepted without a verdict of the gate."
    shown = mill.run("waves")
    assert "OVERRULED: accepted without a verdict of the gate" in shown
    assert "by droid@mill: I read thirty of them" in shown
    assert "accepted (overruled)" in shown
    overruled = "wave 2 was accepted without a verdict of the gate: I read thirty of them"
    assert overruled in mill.run("status").splitlines()
    assert "Wave 2 accepted without a verdict of the gate" in mill.run("timeline")
    assert "lifecycle: no faults\n" in mill.run("history --verify")
    assert mill.json("replay --check")["differences"] == []


def test_a_decision_that_is_turned_round_stays_visible(mill: Mill) -> None:
    planned(mill)
    mill.run("approve --wave 2")
    mill.run("run --until-idle")
    mill.run("accept --wave 2 --reason 'it reads well'")

    said = mill.run("reject --wave 2 --reason 'the numbers are gone'")

    assert said.strip() == "wave 2 is rejected without a verdict of the gate; it was accepted before."
    decisions = mill.json("waves --wave 2")[0]["decisions"]
    assert [(each["decision"], each["reverses"]) for each in decisions] == [
        ("accepted", False),
        ("rejected", True),
    ]
    assert "reversing the decision before" in mill.run("waves --wave 2")
    assert "wave 2 is rejected already" in mill.run("reject --wave 2 --reason again")


def test_what_a_wave_depends_on_can_be_said(offline: Mill) -> None:
    mill = planned(offline)
    plan = "plan --wave 3 --again --dry-run"
    assert mill.json(plan)["depends_on"] == 2
    assert mill.json(f"{plan} --depends-on none")["depends_on"] is None
    assert "can only depend on a wave with a lower number, of which the ledger has 2" in mill.refused(
        f"{plan} --depends-on 1"
    )
    assert "give the number of a wave, or none" in mill.refused(f"{plan} --depends-on two")
    assert "it depends on no wave" not in mill.run("plan --wave 2 --first-number 205 --dry-run")


def test_the_lifecycle_of_a_wave_is_drawn(offline: Mill) -> None:
    assert "planned --> approved: approve" in offline.run("lifecycle --wave")
    table = offline.json("lifecycle --wave")
    assert {"trigger": "approve", "from": ["planned"], "to": "approved"} in table
