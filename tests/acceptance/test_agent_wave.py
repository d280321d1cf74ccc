"""An agent takes a whole wave from staged files to its acceptance, by the tools of `batchmill mcp` alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.agents import ACTOR, Agent, inside, over_stdio
from tests.homes import stage

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from tests.workspaces import Mill

SUBMIT = {"first": "205", "last": "206"}


async def prepared(agent: Agent) -> None:
    """Look at the inbox, plan wave 2 and write its files."""
    seen = await agent.call("inventory", wave=2)
    assert (seen["pairs"], seen["errors"]) == (23, 0)
    planned = await agent.call("plan", wave=2, first_number=205)
    assert (planned["batches"], planned["planned"]) == (2, 23)
    written = await agent.content("write", wave=2)
    assert [each["number"] for each in written["items"]] == [205, 206]


async def driven(agent: Agent) -> None:
    """Drive until nothing is open, as an agent with a time limit a call has to."""
    for _ in range(20):
        if not (await agent.call("drive", seconds=5))["open"]:
            return
    raise AssertionError(await agent.call("status"))


def test_an_agent_takes_a_wave_from_staged_files_to_its_acceptance(
    mill: Mill, jobs: Callable[[], Counter[str]]
) -> None:
    mill.run("init")
    stage(mill, a=11, b=12)

    async def talk(agent: Agent) -> dict[str, Any]:
        await prepared(agent)
        sent = await agent.confirmed("submit", **SUBMIT)
        assert [each["batch"] for each in sent["sent"]] == ["205", "206"]
        await driven(agent)
        found = await agent.content("status")
        assert {row["status"] for row in found["items"]} == {"downloaded"}
        assessed = await agent.call("assess", wave=2)
        sample = await agent.content("sample", wave=2, limit=2)
        assert len(sample["items"]) == 2
        accepted = await agent.confirmed("accept", wave=2, reason="the user read the sample")
        return {"verdict": assessed["verdict"], "accepted": accepted}

    told = over_stdio(mill, talk)

    assert told["accepted"]["verdict"] == told["verdict"]
    rows = mill.json("waves")
    assert rows[0]["wave"]["status"] == "accepted"
    assert [each["by"] for each in rows[0]["decisions"]] == [ACTOR]
    assert len(jobs()) == 2
    assert set(jobs().values()) == {1}
    assert {row[7] for row in mill.events()} == {ACTOR}
    assert mill.json("replay --check")["differences"] == []
    assert mill.json("history --verify")["faults"] == []


def test_a_submission_without_the_right_quote_sends_and_approves_nothing(
    mill: Mill, jobs: Callable[[], Counter[str]]
) -> None:
    mill.run("init")
    stage(mill, a=11, b=12)

    async def talk(agent: Agent) -> tuple[str, str]:
        await prepared(agent)
        quote = (await agent.call("submit", **SUBMIT))["confirm"]
        refused = await agent.refused("submit", **SUBMIT, confirm="USD 0.01")
        for wrong in (quote.lower(), f" {quote}", quote[:-1], "yes"):
            assert quote in await agent.refused("submit", **SUBMIT, confirm=wrong)
        return quote, refused

    quote, refused = inside(mill, talk)

    assert f"confirm='{quote}'" in refused
    assert "nothing was done" in refused
    assert not jobs()
    assert [row["status"] for row in mill.json("status")["waves"]] == ["planned"]


def test_a_quote_of_a_plan_that_changed_meanwhile_is_refused(mill: Mill, jobs: Callable[[], Counter[str]]) -> None:
    mill.run("init")
    stage(mill, a=11, b=12)

    async def talk(agent: Agent) -> str:
        await prepared(agent)
        old = (await agent.call("submit", **SUBMIT))["confirm"]
        stage(mill, a=10, b=12)
        await agent.call("plan", wave=2, first_number=205, replace=True)
        await agent.call("write", wave=2)
        refused = await agent.refused("submit", **SUBMIT, confirm=old)
        new = (await agent.call("submit", **SUBMIT))["confirm"]
        assert new != old
        assert new in refused
        return refused

    assert "plan 2 of wave 2" in inside(mill, talk)
    assert not jobs()


def test_one_batch_is_told_in_the_singular_and_what_to_do_next_by_the_tools(mill: Mill) -> None:
    mill.environment["BATCHMILL_DRIVING__CANARY"] = "1"
    mill.run("init")
    stage(mill, a=11, b=12)

    async def talk(agent: Agent) -> dict[str, Any]:
        found = {"unplanned": await agent.refused("write", wave=2)}
        await prepared(agent)
        written = await agent.call("write", wave=2)
        found |= {"written": written["message"], "waits": written["notSentYet"]}
        asked = await agent.call("submit", first="205", last="206")
        sent = await agent.call("submit", first="205", last="206", confirm=asked["confirm"])
        found |= {"sent": sent["message"], "skipped": sent["data"]["content"]["skipped"]}
        return found

    found = inside(mill, talk)

    assert "`plan` with wave=2" in found["unplanned"]
    assert found["written"] == "2 files of wave 2 are written; next: submit"
    assert found["waits"] == "wave 2 waits for its approval (`submit` of its batches)"
    assert found["sent"].startswith("1 of 2 batches is sent; ")
    assert any("`batchmill release --wave 2`" in each for each in found["skipped"])
    assert all("batchmill run" not in each for each in found["skipped"])
