"""What cannot succeed is refused before it is offered, and an offer says all that its confirmation would do."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest

from cli.compose import opened
from cli.deciding import Seen, approve
from core.errors import RefusedError
from tests.agents import Agent, inside
from tests.homes import approved, events_of, stage

if TYPE_CHECKING:
    from tests.workspaces import Mill


def planned(mill: Mill, **counts: int) -> Mill:
    mill.run("init")
    stage(mill, **counts)
    mill.run("plan --wave 2 --first-number 205")
    mill.run("write --wave 2")
    return mill


@pytest.mark.parametrize("word", ["accept", "reject"])
def test_a_wave_that_was_not_sent_is_not_offered_for_a_decision(offline: Mill, word: str) -> None:
    planned(offline, a=11)

    async def talk(agent: Agent) -> str:
        return await agent.refused(word, wave=2, reason="it looks fine")

    said = inside(offline, talk)

    assert f"wave 2 is planned, so there is nothing to {word}" in said
    assert "next: submit" in said


def test_a_batch_that_came_home_is_not_offered_for_cancellation(home: Mill) -> None:
    async def talk(agent: Agent) -> str:
        return await agent.refused("batch_cancel", batchName="205")

    said = inside(home, talk)

    assert "batch 205 is downloaded and cannot be cancelled any more" in said
    assert "batch_download_results" in said


def test_a_batch_that_is_cancelled_already_is_not_cancelled_again(offline: Mill) -> None:
    approved(offline, a=11)

    async def talk(agent: Agent) -> dict[str, Any]:
        await agent.confirmed("batch_cancel", batchName="205")
        return await agent.call("batch_cancel", batchName="205")

    found = inside(offline, talk)

    assert found["message"] == "batch 205 is cancelled already"
    assert "confirm" not in found


def test_what_the_provider_has_no_more_is_not_offered_for_deletion(mill: Mill) -> None:
    approved(mill, a=11)
    mill.run("run --until-idle")

    async def talk(agent: Agent) -> tuple[str, str]:
        job = (await agent.call("batch_get_status", batchName="205"))["batchName"]
        (upload,) = [each["name"] for each in (await agent.content("list_files"))["items"] if each["batch"]]
        await agent.confirmed("delete_file", fileUri=upload)
        await agent.confirmed("batch_delete", batchName=job)
        return await agent.refused("delete_file", fileUri=upload), await agent.refused(
            "batch_delete", batchName=job
        )

    for said in inside(mill, talk):
        assert "no more, so there is nothing to delete" in said


def test_a_job_that_is_still_needed_is_not_offered_for_deletion(mill: Mill) -> None:
    mill.environment["BATCHMILL_DRIVING__POLL_EVERY"] = "60"
    approved(mill, a=11)

    async def talk(agent: Agent) -> str:
        await agent.confirmed("submit", first="205")
        return await agent.refused("batch_delete", batchName="205")

    assert "still needs" in inside(mill, talk)


@pytest.mark.parametrize(
    ("config", "said"),
    [({"maxOutputTokens": -1}, "maxOutputTokens -1"), ({"temperature": 9}, "temperature 9")],
)
def test_an_errand_that_the_provider_would_refuse_has_no_quote(
    offline: Mill, config: dict[str, Any], said: str
) -> None:
    offline.run("init")
    asked = [{"key": "k", "request": {"contents": [{"parts": [{"text": "Say it."}]}]}}]

    async def talk(agent: Agent) -> str:
        return await agent.refused("batch_create", requests=asked, config=config)

    assert said in inside(offline, talk)
    assert offline.events() == []


def test_an_errand_beyond_the_budget_has_no_quote(offline: Mill) -> None:
    offline.environment["BATCHMILL_BUDGET__USD_IN_ALL"] = "0.000001"
    offline.run("init")
    asked = [{"key": "k", "request": {"contents": [{"parts": [{"text": "Say it."}]}]}}]

    async def talk(agent: Agent) -> str:
        return await agent.refused("batch_create", requests=asked)

    said = inside(offline, talk)

    assert "the budget leaves USD 0.000001" in said
    assert "raise budget.usd_in_all" in said
    assert offline.events() == []


def test_a_model_may_be_named_as_the_provider_names_it(offline: Mill) -> None:
    offline.run("init")
    asked = [{"key": "k", "request": {"contents": [{"parts": [{"text": "Say it."}]}]}}]

    async def talk(agent: Agent) -> tuple[str, str]:
        plain = await agent.call("batch_create", requests=asked, model="gemini-2.5-flash")
        long = await agent.call("batch_create", requests=asked, model="models/gemini-2.5-flash")
        return plain["confirm"], long["confirm"]

    plain, long = inside(offline, talk)

    assert plain == long


def test_a_decision_against_the_verdict_is_offered_as_an_overruling(home: Mill) -> None:
    async def talk(agent: Agent) -> dict[str, Any]:
        asked = await agent.call("accept", wave=2, reason="the user read all of it")
        assert asked["overruling"]
        assert "overrules the gate" in asked["message"]
        assert asked["confirm"] == "wave 2 accept, verdict none, overruling it"
        await agent.refused("accept", wave=2, reason="the user read it", confirm="wave 2 accept, verdict none")
        await agent.confirmed("accept", wave=2, reason="the user read all of it")
        again = await agent.call("accept", wave=2, reason="the user read all of it")
        assert (again["message"], again["recorded"]) == ("wave 2 is accepted already", False)
        return await agent.call("reject", wave=2, reason="the user saw a mistake")

    reversing = inside(home, talk)

    assert "it reverses the decision before" in reversing["message"]
    (accepted,) = events_of(home, "accepted")
    assert accepted["overruled"]


def test_an_offer_to_send_says_which_wave_has_to_be_accepted_first(home: Mill) -> None:
    stage(home, c=12)
    home.run(f"plan --wave 3 {home.root}/inbox/c_qa_pairs.json --first-number 300")
    home.run("write --wave 3")

    async def talk(agent: Agent) -> str:
        return str((await agent.call("submit", first="300"))["message"])

    assert "send batch 300 once wave 2 is accepted, which it is not yet" in inside(home, talk)


def test_a_plan_that_was_replaced_after_the_offer_is_not_approved_by_it(
    offline: Mill, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another terminal plans the wave anew between the look at the quote and the approval."""
    import cli.mcp.offers  # noqa: PLC0415 - what the other terminal gets in between

    planned(offline, a=11, b=12)
    looked = cli.mcp.offers.offer_of

    def interrupted(*arguments: Any) -> object:  # noqa: ANN401 - as the function's own
        offer = looked(*arguments)
        if interruptions:
            interruptions.pop()
            stage(offline, a=10)
            for line in ("plan --wave 2 --first-number 205 --replace", "write --wave 2"):
                ended = offline.separately(line)
                assert ended.status == 0, ended.stderr
        return offer

    interruptions: list[str] = []
    monkeypatch.setattr(cli.mcp.offers, "offer_of", interrupted)

    async def talk(agent: Agent) -> str:
        asked = await agent.call("submit", first="205", last="206")
        interruptions.append("once")
        return await agent.refused("submit", first="205", last="206", confirm=asked["confirm"])

    assert "planned anew meanwhile" in inside(offline, talk)
    assert [row["status"] for row in json.loads(offline.run("status --json"))["waves"]] == ["planned"]


def test_nothing_is_offered_for_sending_where_nobody_has_a_key(offline: Mill) -> None:
    approved(offline, a=11)
    del offline.environment["GEMINI_API_KEY"]
    before = len(offline.events())
    asked = [{"key": "k", "request": {"contents": [{"parts": [{"text": "Say it."}]}]}}]

    async def talk(agent: Agent) -> list[str]:
        return [await agent.refused("submit", first="205"), await agent.refused("batch_create", requests=asked)]

    for said in inside(offline, talk):
        assert "set GEMINI_API_KEY" in said
    assert len(offline.events()) == before


def test_a_wave_that_the_budget_has_no_room_for_is_not_offered(offline: Mill) -> None:
    planned(offline, a=11, b=12)

    async def talk(agent: Agent) -> dict[str, Any]:
        return await agent.call("submit", first="205", last="206")

    async def refused(agent: Agent) -> str:
        return await agent.refused("submit", first="205", last="206")

    assert inside(offline, talk)["budgetLeftUsd"] is None
    offline.environment["BATCHMILL_BUDGET__USD_PER_WAVE"] = "5"
    assert inside(offline, talk)["budgetLeftUsd"] == pytest.approx(5)
    offline.environment["BATCHMILL_BUDGET__USD_PER_WAVE"] = "0.00001"
    assert "the budget leaves USD 0.000010 for wave 2" in inside(offline, refused)
    assert [row["status"] for row in offline.json("status")["waves"]] == ["planned"]


@pytest.mark.parametrize(("version", "batches"), [(99, (205, 206)), (1, (205,))])
def test_of_a_plan_that_was_seen_the_version_and_the_batches_count_as_well_as_the_revision(
    offline: Mill, version: int, batches: tuple[int, ...]
) -> None:
    """A plan for the missing pairs of an adopted wave keeps the revision."""
    planned(offline, a=11, b=12)

    with mock.patch.dict(os.environ, offline.environment, clear=True), opened(offline.root, [], "me") as workspace:
        with pytest.raises(RefusedError, match="planned anew meanwhile"):
            approve(workspace, 2, "seen", Seen(1, version, batches))
        assert approve(workspace, 2, "seen", Seen(1, 1, (205, 206))).new
