"""An agent's own requests are an errand: priced, confirmed, on record before they are sent, and sent once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cli.mcp.tools import creating
from tests.agents import ACTOR, Agent, inside
from tests.bad_lines import CREATE, Lost
from tests.homes import approved

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from tests.bad_lines import BadLine
    from tests.workspaces import Mill


def request(text: str) -> dict[str, Any]:
    return {
        "contents": [{"role": "user", "parts": [{"text": text}]}],
        "generationConfig": {"maxOutputTokens": 400},
    }


REQUESTS = [{"key": "one", "request": request("Name a pool.")}, {"request": request("Name a chain.")}]


@pytest.fixture
def ready(mill: Mill) -> Mill:
    mill.run("init")
    return mill


def test_an_errand_is_confirmed_created_once_and_comes_home_by_key(
    ready: Mill, jobs: Callable[[], Counter[str]]
) -> None:
    async def talk(agent: Agent) -> dict[str, Any]:
        asked = await agent.call("batch_create", requests=REQUESTS, displayName="two names")
        assert not jobs()
        await agent.refused("batch_create", requests=REQUESTS, confirm="USD 0.000001")
        made = await agent.call(
            "batch_create", requests=REQUESTS, displayName="two names", confirm=asked["confirm"]
        )
        assert made["batchName"].startswith("batches/")
        again = await agent.call("batch_create", requests=REQUESTS, displayName="two names")
        assert again["batchName"] == made["batchName"]
        status = await agent.call("batch_get_status", batchName=made["batchName"], autoPoll=True)
        assert (status["isComplete"], status["state"]) == (True, "downloaded")
        found = await agent.call("batch_download_results", batchName="x1", outputLocation="results/copy.jsonl")
        assert found["data"]["mark"].startswith("untrusted")
        return found

    found = inside(ready, talk)

    assert [each["key"] for each in found["data"]["content"]["items"]] == ["one", "request-2"]
    assert found["resultCount"] == 2
    copied = (ready.root / "results" / "copy.jsonl").read_text().splitlines()
    assert [json.loads(line)["key"] for line in copied] == ["one", "request-2"]
    assert sum(jobs().values()) == 1
    kinds = [each["type"] for each in ready.json("history x1")["events"]]
    assert kinds.index("batch.submission_started") < kinds.index("batch.submitted")
    assert {row[7] for row in ready.events()} == {ACTOR}
    assert ready.json("replay --check")["differences"] == []
    assert ready.json("history --verify")["faults"] == []


@pytest.mark.postgres
def test_an_errand_is_kept_on_postgresql_too(
    ready: Mill, postgres_url: str, jobs: Callable[[], Counter[str]]
) -> None:
    ready.environment["BATCHMILL_DATABASE_URL"] = postgres_url
    ready.run("init")

    async def talk(agent: Agent) -> dict[str, Any]:
        await agent.confirmed("batch_create", requests=REQUESTS)
        return await agent.call("batch_get_status", batchName="x1", autoPoll=True)

    assert inside(ready, talk)["stats"]["refined"] == 2
    assert sum(jobs().values()) == 1
    assert ready.json("history --verify")["faults"] == []


def test_an_errand_beside_a_wave_touches_none_of_its_numbers(mill: Mill) -> None:
    approved(mill, a=11)
    before = (mill.json("balance"), mill.json("timeline"))

    async def talk(agent: Agent) -> None:
        await agent.confirmed("batch_create", requests=REQUESTS)
        await agent.call("batch_get_status", batchName="x1", autoPoll=True)

    inside(mill, talk)

    assert (mill.json("balance"), mill.json("timeline")) == before
    mill.run("run --until-idle")
    assert mill.statuses()[205] == "downloaded"
    assert "x1" in mill.run("status")
    assert set(mill.json("cost --by batch")["costs"]) == {"205", "x1"}
    assert "errand" in mill.refused("balance --which refined --batch x1")
    mill.run("report --wave 2")
    mill.run("replay --rebuild")
    mill.json("replay --check")


def test_an_errand_whose_answer_was_lost_is_found_again_and_not_created_twice(
    ready: Mill, line: BadLine, jobs: Callable[[], Counter[str]]
) -> None:
    line.spoil(CREATE, Lost())

    async def talk(agent: Agent) -> dict[str, Any]:
        made = await agent.confirmed("batch_create", requests=REQUESTS)
        return await agent.call("batch_get_status", batchName=made["batchName"], autoPoll=True)

    assert inside(ready, talk)["state"] == "downloaded"
    assert sum(jobs().values()) == 1


def test_a_daemon_sends_an_errand_that_a_client_left_behind(
    ready: Mill, jobs: Callable[[], Counter[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provider was away when the errand was confirmed, and the client left: it goes on without it."""
    monkeypatch.setattr(creating, "SEND_SECONDS", 0.3)
    url = ready.environment["BATCHMILL_PROVIDER__BASE_URL"]
    ready.environment["BATCHMILL_PROVIDER__BASE_URL"] = "http://127.0.0.1:9"

    async def talk(agent: Agent) -> None:
        asked = await agent.call("batch_create", requests=REQUESTS)
        await agent.raw("batch_create", requests=REQUESTS, confirm=asked["confirm"])

    inside(ready, talk)
    ready.environment["BATCHMILL_PROVIDER__BASE_URL"] = url

    ready.run("run --until-idle")

    assert sum(jobs().values()) == 1
    (row,) = ready.json("status")["batches"]
    assert (row["label"], row["status"], row["refined"]) == ("x1", "downloaded", 2)


@pytest.mark.parametrize(
    ("requests", "said"),
    [
        ([], "1 to 10000"),
        ([{"key": "a"}], "request 1"),
        ([{"request": {"contents": []}}], "request 1"),
        ([REQUESTS[0], REQUESTS[0]], "request 2 has the key one"),
        ([{"key": "a\nb", "request": request("x")}], "printable"),
    ],
)
def test_requests_that_cannot_be_sent_are_refused(ready: Mill, requests: list[Any], said: str) -> None:
    async def talk(agent: Agent) -> str:
        return await agent.refused("batch_create", requests=requests)

    assert said in inside(ready, talk)


def test_a_content_file_becomes_requests_an_upload_of_them_and_an_errand(
    ready: Mill, jobs: Callable[[], Counter[str]]
) -> None:
    ready.put("asked.csv", b"id,question\nq1,What is TVL?\nq2,What is a pool?\n")

    async def talk(agent: Agent) -> dict[str, Any]:
        made = await agent.call("batch_ingest_content", inputFile="asked.csv")
        assert (made["requestCount"], made["outputFile"]) == (2, "submissions/asked_requests.jsonl")
        uploaded = await agent.call("upload_file", filePath=made["outputFile"])
        await agent.confirmed("batch_create", inputFileUri=uploaded["fileUri"])
        await agent.call("batch_get_status", batchName="x1", autoPoll=True)
        return await agent.content("batch_download_results", batchName="x1")

    found = inside(ready, talk)

    assert [each["key"] for each in found["items"]] == ["q1", "q2"]
    assert sum(jobs().values()) == 1


def test_the_same_under_other_keys_is_another_errand_and_the_quote_says_so(
    ready: Mill, jobs: Callable[[], Counter[str]]
) -> None:
    renamed = [{**each, "key": str(place)} for place, each in enumerate(reversed(REQUESTS), 1)]

    async def talk(agent: Agent) -> list[str]:
        before = await agent.call("batch_create", requests=renamed)
        await agent.confirmed("batch_create", requests=REQUESTS)
        after = await agent.call("batch_create", requests=renamed)
        other = await agent.call("batch_create", requests=[{"request": request("Name a coin.")}, REQUESTS[0]])
        return [before["message"], after["message"], other["message"]]

    before, after, other = inside(ready, talk)

    assert "asked the same" not in before + other
    assert "errand x1 asked the same under other keys" in after
    assert sum(jobs().values()) == 1
