"""An agent makes the corpus of what came home, step by step, and is told what the next one is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.agents import ACTOR, Agent, inside, over_stdio

if TYPE_CHECKING:
    from tests.workspaces import Mill


def test_an_agent_builds_deduplicates_explains_and_exports(home: Mill) -> None:
    """Over stdio, where whatever an engine printed would break the protocol."""

    async def talk(agent: Agent) -> dict[str, dict[str, Any]]:
        assert "there is no corpus yet; corpus_build" in (await agent.call("corpus_status"))["message"]
        assert "`corpus_build` first" in await agent.refused("corpus_dedup")
        await agent.confirmed("accept", wave=2, reason="the user read it")
        told = {"built": await agent.call("corpus_build")}
        told["again"] = await agent.call("corpus_build", waves=[2])
        assert "`corpus_dedup` first" in await agent.refused("corpus_export", format="jsonl")
        told["found"] = await agent.call("corpus_dedup")
        told["archived"] = await agent.call("corpus_explain", which="archived", limit=5)
        told["repeated"] = await agent.call("corpus_explain", which="repeated")
        refined = await agent.content("balance", which="refined", limit=1)
        told["pair"] = await agent.call("corpus_explain", pair=refined["items"][0]["pair_id"])
        told["exported"] = await agent.call(
            "corpus_export", format="chat", system="Be brief.", license="CC-BY-4.0"
        )
        told["status"] = await agent.call("corpus_status")
        return told

    told = over_stdio(home, talk)

    counts = told["found"]["counts"]
    assert (told["built"]["rows"], told["built"]["new"], told["again"]["new"]) == (23, True, False)
    assert counts["kept"] + counts["archived"] == 23
    assert told["pair"]["data"]["mark"].startswith("untrusted")
    exported = told["exported"]
    assert exported["train"] + exported["validation"] == counts["kept"]
    assert all((home.root / exported["folder"] / name).is_file() for name in exported["files"])
    status = told["status"]
    assert (status["build"]["rows"], status["dedup"]["current"]) == (23, True)
    assert [(each["format"], each["current"]) for each in status["exports"]] == [("chat", True)]
    assert {each["actor"] for each in home.json("history corpus")["events"]} == {ACTOR}
    assert home.json("history --verify")["faults"] == []


def test_what_a_step_of_the_corpus_cannot_take_is_refused(home: Mill) -> None:
    async def talk(agent: Agent) -> dict[str, str]:
        await agent.call("corpus_build", waves=[2])
        await agent.call("corpus_dedup")
        return {
            "wave": await agent.refused("corpus_build", waves=[9]),
            "both": await agent.refused("corpus_explain", pair="w2", which="hints"),
            "pair": await agent.refused("corpus_explain", pair="w9-x-none-001"),
            "licence": await agent.refused("corpus_export", format="jsonl", license="no licence at all"),
            "system": await agent.refused("corpus_export", format="jsonl", system="Be brief."),
            "format": await agent.refused("corpus_export", format="csv"),
            "cosine": await agent.refused("corpus_dedup", cosine=0.95),
        }

    said = inside(home, talk)

    assert "the ledger has no wave 9; `balance` shows" in said["wave"]
    assert "either pair or which" in said["both"]
    assert "no pair of the ledger has the id w9-x-none-001; ids read like w2-" in said["pair"]
    assert "give it as `license` CC-BY-4.0" in said["licence"]
    assert "format=chat" in said["system"]
    assert '"alpaca", "chat"' in said["format"]
    assert "no pair has a vector" in said["cosine"]
