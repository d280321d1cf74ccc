"""Where nothing comes of a call, its answer says why, and who does what next."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING, Any

from cli.mcp.tools import creating
from tests.agents import Agent, inside
from tests.bad_lines import Refusal
from tests.homes import approved, stage

if TYPE_CHECKING:
    import pytest

    from tests.bad_lines import BadLine
    from tests.workspaces import Mill

NO_ENTRY = Refusal(403, '{"error": {"code": 403, "message": "Key not valid.", "status": "PERMISSION_DENIED"}}')
REQUESTS = [{"key": "one", "request": {"contents": [{"parts": [{"text": "Name a pool."}]}]}}]


def test_driving_is_not_confirmed_where_nothing_is_to_be_sent(offline: Mill) -> None:
    approved(offline, a=11)
    offline.run("pause 205")

    async def talk(agent: Agent) -> str:
        return await agent.refused("drive", confirm="USD 0.010000 #123456", seconds=1)

    said = inside(offline, talk)

    assert "nothing is to be sent now, so there is nothing to confirm" in said
    assert "confirm=" not in said


def test_an_errand_beside_a_daemon_is_told_to_be_the_daemons_to_send(
    offline: Mill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(creating, "SEND_SECONDS", 0.3)
    offline.run("init")

    async def talk(agent: Agent) -> dict[str, Any]:
        return await agent.confirmed("batch_create", requests=REQUESTS)

    with offline.started("run") as daemon:
        daemon.wait_for("daemon.started")
        daemon.process.send_signal(signal.SIGSTOP)
        made = inside(offline, talk)

    assert made["nextSteps"] == [
        "the process that drives the ledger sends it; batch_get_status with autoPoll waits for that"
    ]


def test_a_submission_whose_key_is_refused_says_that_the_plan_is_approved_and_what_goes_on_with_it(
    mill: Mill, line: BadLine
) -> None:
    mill.run("init")
    stage(mill, a=11)
    for words in ("plan --wave 2 --first-number 205", "write --wave 2"):
        mill.run(words)
    line.spoil("", NO_ENTRY, times=200)

    async def talk(agent: Agent) -> str:
        asked = await agent.call("submit", first="205")
        return await agent.refused("submit", first="205", confirm=asked["confirm"])

    said = inside(mill, talk)

    assert said.startswith("the plan of wave 2 is approved, and sending 1 batch was broken off: ")
    assert "a daemon sends the rest, and so does `submit` again" in said


def test_beside_a_daemon_that_cannot_send_drive_says_what_it_met(offline: Mill) -> None:
    approved(offline, a=11)

    async def talk(agent: Agent) -> dict[str, Any]:
        return await agent.call("drive", seconds=1)

    with offline.started("run") as daemon:
        daemon.wait_for("batch.submission_deferred")
        told = inside(offline, talk)

    assert told["drivenBy"]
    (waits,) = told["data"]["content"]["waits"]
    assert waits.startswith("batch 205 is not sent yet: ")


def test_a_cancelled_batch_is_told_as_cancelled_with_what_sends_it_again(offline: Mill) -> None:
    approved(offline, a=11)

    async def talk(agent: Agent) -> dict[str, Any]:
        await agent.confirmed("batch_cancel", batchName="205", reason="not wanted")
        return await agent.call("batch_get_status", batchName="205")

    told = inside(offline, talk)

    assert told["message"].startswith("batch 205 is not sent: it is cancelled (not wanted); ")
    assert "`batchmill retry 205` sends it again" in told["message"]


def test_a_held_batch_of_a_rejected_wave_waits_for_the_wave_first(mill: Mill) -> None:
    approved(mill, a=11, b=12)
    mill.run("pause 206")

    async def talk(agent: Agent) -> str:
        await agent.confirmed("submit", first="205")
        await agent.call("drive", seconds=20)
        await agent.confirmed("reject", wave=2, reason="it is poor")
        return await agent.refused("submit", first="206")

    said = inside(mill, talk)

    assert "batch 206 cannot be submitted: wave 2 was rejected, and no more of it is sent" in said
    assert "`accept` with wave=2" in said


def test_of_two_clients_that_delete_the_same_job_one_does_and_it_is_on_record_once(mill: Mill) -> None:
    approved(mill, a=11)
    mill.run("run --until-idle")

    async def talk(agent: Agent) -> list[bool]:
        job = (await agent.call("batch_get_status", batchName="205"))["batchName"]
        calls = (agent.raw("batch_delete", batchName=job, confirm=f"delete {job}") for _ in range(3))
        return sorted(bool(found.is_error) for found in await asyncio.gather(*calls))

    assert inside(mill, talk) == [False, True, True]
    kinds = [each["type"] for each in mill.json("history 205")["events"]]
    assert kinds.count("batch.deletion_asked") == 1


def test_an_errand_counts_in_the_budget_in_all_and_in_no_waves(mill: Mill) -> None:
    mill.environment["BATCHMILL_BUDGET__USD_PER_WAVE"] = "0.000001"
    mill.run("init")

    async def talk(agent: Agent) -> tuple[dict[str, Any], dict[str, Any]]:
        asked = await agent.call("batch_create", requests=REQUESTS)
        return asked, await agent.call("batch_create", requests=REQUESTS, confirm=asked["confirm"])

    asked, made = inside(mill, talk)

    assert asked["budgetLeftUsd"] is None
    assert made["batchName"].startswith("batches/")
