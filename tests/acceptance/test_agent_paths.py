"""Which files an agent may have written and read, and how paths that cannot be are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.agents import Agent, inside

if TYPE_CHECKING:
    from tests.workspaces import Mill


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("submissions/batch_205.jsonl", "a name that the ledger gives"),
        ("submissions/batch_999.jsonl", "a name that the ledger gives"),
        ("submissions/Errand_Batch_007.jsonl", "a name that the ledger gives"),
        ("results/batch_300r1_attempt2_refined.jsonl", "a name that the ledger gives"),
        ("submissions/batch_tracking.json", "ends in .jsonl"),
        ("results/a\x1bb.jsonl", "printable"),
        ("results/a\u202eb.jsonl", "printable"),
        ("results/.hidden.jsonl", "hidden"),
        ("results/.deep/a.jsonl", "hidden"),
        ("results/a/b/c/d.jsonl", "not there"),
        (f"results/{'n' * 300}.jsonl", "200 bytes at most"),
        (f"results/{'m/' * 3000}a.jsonl", "characters"),
        ("inbox/requests.jsonl", "is not in submissions or results"),
    ],
)
def test_names_that_no_client_may_give_a_file_are_refused_in_a_short_sentence(
    home: Mill, name: str, said: str
) -> None:
    home.put("asked.txt", b"What is TVL?\n")
    before = home.files()

    async def talk(agent: Agent) -> list[str]:
        return [
            await agent.refused("batch_ingest_content", inputFile="asked.txt", outputFile=name),
            await agent.refused("batch_download_results", batchName="205", outputLocation=name),
        ]

    for told in inside(home, talk):
        assert said in told
        assert len(told) < 400
        assert told.isprintable()
    assert home.files() == before


def test_a_file_may_be_written_into_a_folder_that_is_there(home: Mill) -> None:
    (home.root / "results" / "copies").mkdir()

    async def talk(agent: Agent) -> str:
        made = await agent.call("batch_download_results", batchName="205", outputLocation="results/copies/a.jsonl")
        return str(made["outputFile"])

    assert inside(home, talk) == "results/copies/a.jsonl"
    assert (home.root / "results" / "copies" / "a.jsonl").is_file()


def test_a_long_path_is_cut_where_it_is_refused(home: Mill) -> None:
    async def talk(agent: Agent) -> list[str]:
        return [
            await agent.refused("upload_file", filePath=f"inbox/{'x' * 900}.jsonl"),
            await agent.refused("inventory", paths=[f"inbox/{'x' * 90_000}"]),
            await agent.refused("inventory", paths=[f"../{'x' * 900}"]),
        ]

    for told in inside(home, talk):
        assert len(told) < 300


def test_a_circle_of_links_is_named_and_the_rest_goes_on(mill: Mill) -> None:
    mill.run("init")
    mill.stage(a=11)
    inbox = mill.root / "inbox"
    for name, other in (("loop.json", "loop.json"), ("one", "two"), ("two", "one"), ("ring.jsonl", "ring.jsonl")):
        (inbox / name).symlink_to(other)
    (inbox / "asked.txt").write_text("What is TVL?\n")

    async def talk(agent: Agent) -> tuple[list[str], dict[str, Any]]:
        refused = [
            await agent.refused("upload_file", filePath="inbox/ring.jsonl"),
            await agent.refused("batch_create", inputFileUri="ring.jsonl"),
            await agent.refused("batch_ingest_content", inputFile="inbox/one/asked.txt"),
            await agent.refused("plan", wave=2, paths=["inbox/two"]),
            await agent.refused("inventory", paths=["inbox/loop.json"]),
            await agent.refused("batch_ingest_content", inputFile="asked.txt", outputFile="inbox/ring.jsonl"),
        ]
        made = await agent.call("batch_ingest_content", inputFile="asked.txt")
        uploaded = await agent.call("upload_file", filePath=made["outputFile"])
        assert (await agent.call("batch_create", inputFileUri=uploaded["fileUri"]))["requestCount"] == 1
        return refused, await agent.call("inventory")

    refused, found = inside(mill, talk)

    for told in refused:
        assert "lead round in a circle" in told
    assert (found["pairs"], found["errors"]) == (11, 2)
    said = mill.run("inventory")
    assert "error: loop.json: cannot be read" in said
    assert "11 pairs found" in said
