"""What an agent is told of batches that wait: held errands, what is open, and who drives."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from typing import TYPE_CHECKING, Any

import pytest

import cli.mcp.turns
from cli.mcp.tools import creating
from tests.agents import Agent, inside
from tests.bad_lines import CREATE, LIST, Lost, Refusal
from tests.homes import approved

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from adapters.emulator.emulator import Emulator
    from tests.bad_lines import BadLine
    from tests.workspaces import Mill

UNFIT = Refusal(400, '{"error": {"code": 400, "message": "Unfit for use.", "status": "INVALID_ARGUMENT"}}')
TROUBLE = Refusal(503, '{"error": {"code": 503, "message": "Overloaded.", "status": "UNAVAILABLE"}}')
REQUESTS = [{"key": "one", "request": {"contents": [{"parts": [{"text": "Name a pool."}]}]}}]


def test_an_errand_that_is_held_says_why_and_what_releases_it_and_is_not_complete(
    mill: Mill, line: BadLine, jobs: Callable[[], Counter[str]]
) -> None:
    mill.run("init")
    line.spoil(CREATE, UNFIT)

    async def talk(agent: Agent) -> list[dict[str, Any]]:
        return [
            await agent.confirmed("batch_create", requests=REQUESTS),
            await agent.call("batch_create", requests=REQUESTS),
            await agent.call("batch_get_status", batchName="x1", autoPoll=True),
        ]

    told = inside(mill, talk)

    for each in told:
        assert (each["isComplete"], each["held"], each["state"]) == (False, "refused", "written")
        assert "Unfit for use" in each["message"]
        assert "`batch_cancel` with batchName=x1 and make a new errand of better ones" in each["message"]
        assert "batchmill retry x1" in each["message"]
        assert "is created" not in each["message"]
    assert "again=true would send and pay for it once more" in told[1]["message"]
    assert not jobs()


@pytest.mark.parametrize("apart", [False, True])
def test_clients_that_confirm_the_same_errand_at_once_have_one_errand(
    mill: Mill, jobs: Callable[[], Counter[str]], monkeypatch: pytest.MonkeyPatch, *, apart: bool
) -> None:
    """In one workspace they take turns; where they have one each, with one ledger, the ledger decides."""
    if apart:
        monkeypatch.setattr(cli.mcp.turns, "in_turn", lambda _: contextlib.nullcontext())
    mill.run("init")

    async def talk(agent: Agent) -> list[dict[str, Any]]:
        asked = await agent.call("batch_create", requests=REQUESTS)
        calls = (agent.call("batch_create", requests=REQUESTS, confirm=asked["confirm"]) for _ in range(3))
        return list(await asyncio.gather(*calls))

    told = inside(mill, talk)

    assert {each["batch"] for each in told} == {"x1"}
    assert [row["label"] for row in mill.json("status")["batches"]] == ["x1"]
    assert sum(jobs().values()) == 1


def test_a_submission_whose_end_is_not_known_is_open_and_not_quoted_again(
    mill: Mill, line: BadLine, jobs: Callable[[], Counter[str]]
) -> None:
    mill.environment["BATCHMILL_DRIVING__LOOKS_AFTER"] = "[600]"
    approved(mill, a=11)
    line.spoil(CREATE, TROUBLE)
    line.spoil(LIST, TROUBLE, times=50)

    async def talk(agent: Agent) -> list[dict[str, Any]]:
        asked = await agent.call("drive", seconds=2)
        return [asked, await agent.call("drive", seconds=2, confirm=asked["confirm"])]

    before, after = inside(mill, talk)

    assert (before["open"], before["unsent"]) == (0, 1)
    assert (after["open"], after["unsent"], after.get("confirm")) == (1, 0, None)
    assert mill.statuses() == {205: "written"}
    assert not jobs()


def test_an_errand_whose_answer_was_lost_is_not_told_to_be_unsent(
    mill: Mill, line: BadLine, monkeypatch: pytest.MonkeyPatch, jobs: Callable[[], Counter[str]]
) -> None:
    monkeypatch.setattr(creating, "SEND_SECONDS", 0.5)
    mill.environment["BATCHMILL_DRIVING__LOOKS_AFTER"] = "[2]"
    mill.run("init")
    line.spoil(CREATE, Lost())

    async def talk(agent: Agent) -> list[dict[str, Any]]:
        made = await agent.confirmed("batch_create", requests=REQUESTS)
        looked = await agent.call("batch_get_status", batchName="x1")
        return [made, looked, await agent.call("batch_get_status", batchName="x1", autoPoll=True)]

    made, looked, home = inside(mill, talk)

    assert "the provider's answer is not known yet" in made["message"]
    assert (made["isComplete"], looked["isComplete"]) == (False, False)
    assert looked["nextSteps"] == ["drive finds out what became of its submission"]
    assert (home["state"], home["isComplete"]) == ("downloaded", True)
    assert sum(jobs().values()) == 1


def test_the_rest_behind_a_canary_is_unsent_and_not_open(mill: Mill, emulator: Emulator) -> None:
    mill.environment["BATCHMILL_DRIVING__CANARY"] = "1"
    approved(mill, a=11, b=12)

    async def talk(agent: Agent) -> list[dict[str, Any]]:
        sent = await agent.confirmed("submit", first="205")
        assert len(sent["sent"]) == 1
        home = await agent.call("drive", seconds=20)
        paused = mill.run("pause 206")
        assert "paused" in paused
        return [home, await agent.call("drive", seconds=5)]

    home, held = inside(mill, talk)

    assert (home["open"], home["unsent"], home["needsConfirmation"]) == (0, 1, True)
    assert (held["open"], held["unsent"], held.get("needsConfirmation")) == (0, 0, None)
    assert len(emulator.stats()["jobs"]) == 1


def test_where_a_daemon_drives_the_answer_names_it_in_a_sentence(mill: Mill) -> None:
    approved(mill, a=11)

    async def talk(agent: Agent) -> dict[str, Any]:
        return await agent.call("drive", seconds=20)

    with mill.started("run") as daemon:
        daemon.wait_for("daemon.started")
        told = inside(mill, talk)
        daemon.end()

    assert "daemon" in told["drivenBy"]
    assert told["drivenBy"].endswith(", and does this work; `status` shows how far it is")
    assert "needsConfirmation" not in told
    assert told["open"] == 0


@pytest.mark.parametrize("tool", ["drive", "batch_get_status"])
def test_beside_a_daemon_that_stands_still_what_it_is_to_send_is_waited_for(offline: Mill, tool: str) -> None:
    """The daemon stands still before it sends what is due: nothing is under way, and yet there is more to come."""
    offline.run("init")
    took: list[float] = []

    async def talk(agent: Agent) -> dict[str, Any]:
        asked = {"seconds": 2} if tool == "drive" else {"batchName": "205", "autoPoll": True, "maxWaitMs": 2_000}
        began = time.monotonic()
        told = await agent.call(tool, **asked)
        took.append(time.monotonic() - began)
        return told

    with offline.started("run") as daemon:
        daemon.wait_for("daemon.started")
        daemon.process.send_signal(signal.SIGSTOP)
        approved(offline, a=11)
        inside(offline, talk)

    assert took[0] >= 2
    assert offline.statuses() == {205: "written"}
