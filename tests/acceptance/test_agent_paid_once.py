"""The requests of a wave's batch are sent as that batch: no errand pays for them a second time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.agents import Agent, inside
from tests.homes import approved

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from tests.workspaces import Mill

FILE = "submissions/batch_205.jsonl"


def requests_in(mill: Mill) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (mill.root / FILE).read_text().splitlines()]


@pytest.mark.parametrize("way", ["path", "upload", "list", "one", "config", "again"])
def test_a_written_batch_is_not_offered_as_an_errand_by_any_way(
    mill: Mill, jobs: Callable[[], Counter[str]], way: str
) -> None:
    approved(mill, a=31)

    async def talk(agent: Agent) -> str:
        asked: dict[str, Any] = {"inputFileUri": FILE}
        if way == "upload":
            asked = {"inputFileUri": (await agent.call("upload_file", filePath=FILE))["fileUri"]}
        elif way in {"list", "one"}:
            asked = {"requests": requests_in(mill)[: 1 if way == "one" else None]}
        elif way == "config":
            asked |= {"config": {"topK": 3}}
        elif way == "again":
            asked |= {"again": True}
        return await agent.refused("batch_create", **asked)

    said = inside(mill, talk)

    assert "these are the requests of batch 205 of wave 2, which is written" in said
    assert "`submit` with first=205 sends them" in said
    assert not jobs()
    assert mill.statuses() == {205: "written"}


def test_a_batch_that_came_home_is_named_with_the_tool_that_shows_it(home: Mill) -> None:
    async def talk(agent: Agent) -> str:
        return await agent.refused("batch_create", inputFileUri=FILE)

    said = inside(home, talk)

    assert "batch 205 of wave 2, which is downloaded" in said
    assert "`batch_download_results` with batchName=205" in said


def test_a_batch_that_is_paused_is_named_with_what_lets_it_go_on(offline: Mill) -> None:
    approved(offline, a=11)
    offline.run("pause 205")

    async def talk(agent: Agent) -> str:
        return await agent.refused("batch_create", inputFileUri=FILE)

    assert "it is paused; `batchmill resume 205` lets it go on" in inside(offline, talk)


def test_other_contents_under_the_key_of_a_batch_are_an_errand(offline: Mill) -> None:
    approved(offline, a=11)
    other = {**requests_in(offline)[0], "request": {"contents": [{"parts": [{"text": "Name a pool."}]}]}}

    async def talk(agent: Agent) -> dict[str, Any]:
        return await agent.call("batch_create", requests=[other])

    assert inside(offline, talk)["needsConfirmation"]
