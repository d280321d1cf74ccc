"""What the budget has no room for is not offered, and what is held over it is named with its way out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.agents import Agent, inside
from tests.homes import approved, stage

if TYPE_CHECKING:
    from adapters.emulator.emulator import Emulator
    from tests.workspaces import Mill


def costs(mill: Mill) -> dict[int, float]:
    return {row["number"]: row["estimated_cost_usd"] for row in mill.json("status")["batches"]}


@pytest.mark.parametrize("tool", ["submit", "drive"])
def test_only_what_the_budget_has_room_for_is_quoted_and_sent_and_the_rest_is_named(
    mill: Mill, emulator: Emulator, tool: str
) -> None:
    # What came home may have cost less than expected, and would make room.
    mill.environment["BATCHMILL_DRIVING__POLL_EVERY"] = "60"
    approved(mill, a=11, b=12, c=13)
    usd = costs(mill)
    mill.environment["BATCHMILL_BUDGET__USD_PER_WAVE"] = str(usd[205] + usd[206] + 0.0000001)
    asked: dict[str, Any] = {"first": "205", "last": "207"} if tool == "submit" else {"seconds": 2}

    async def talk(agent: Agent) -> list[dict[str, Any]]:
        quote = await agent.call(tool, **asked)
        return [quote, await agent.call(tool, **asked, confirm=quote["confirm"])]

    quote, after = inside(mill, talk)

    assert f"send 2 batches, 205-206, expected to cost USD {usd[205] + usd[206]:.6f}" in quote["message"]
    assert "batch 207 is not sent: the budget, which leaves USD " in quote["message"]
    assert quote["budgetLeftUsd"] == round(quote["budgetLeftUsd"], 6)
    assert (after.get("unsent", 0), after.get("confirm")) == (0, None)
    (waits,) = after["data"]["content"]["skipped" if tool == "submit" else "waits"]
    assert waits.startswith("batch 207 is not sent: the budget, which leaves")
    assert waits.endswith("let the user raise budget.usd_per_wave or budget.usd_in_all")
    assert len(emulator.stats()["jobs"]) == 2
    assert mill.statuses()[207] == "written"


def test_an_unapproved_plan_is_offered_with_what_of_it_the_budget_keeps_back(offline: Mill) -> None:
    offline.run("init")
    stage(offline, a=11, b=12)
    for line in ("plan --wave 2 --first-number 205", "write --wave 2"):
        offline.run(line)
    offline.environment["BATCHMILL_BUDGET__USD_IN_ALL"] = str(costs(offline)[205] + 0.0000001)

    async def talk(agent: Agent) -> dict[str, Any]:
        return await agent.call("submit", first="205", last="206")

    asked = inside(offline, talk)

    assert "and send batch 205 now; batch 206 is not sent: the budget" in asked["message"]


def test_a_batch_that_a_daemon_held_over_the_budget_is_named_by_drive(mill: Mill) -> None:
    approved(mill, a=11)
    mill.environment["BATCHMILL_BUDGET__USD_PER_WAVE"] = "0.000001"
    assert "over budget" in mill.refused("run --until-idle") + mill.run("status")

    async def talk(agent: Agent) -> dict[str, Any]:
        return await agent.content("drive", seconds=5)

    (waits,) = inside(mill, talk)["waits"]

    assert waits.startswith("batch 205 goes no further by itself: it is over budget (")
    assert "raise the budget, then `batchmill retry 205`" in waits
