"""An agent that searches the corpus: texts are data, and no provider is asked unless it wants meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.agents import inside
from tests.imported_mill import ADDRESS, ask, embedded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.agents import Agent
    from tests.workspaces import Mill


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mill]:
    with embedded(tmp_path_factory.mktemp("agent")) as mill:
        mill.run("corpus import")
        yield mill


def test_an_agent_finds_pairs_by_pages_and_their_texts_are_data(home: Mill) -> None:
    [(pair, question)] = ask(home, "SELECT pair_id, question FROM qa_pairs ORDER BY pair_id LIMIT 1")

    async def talk(agent: Agent) -> list[dict[str, Any]]:
        first = await agent.call("corpus_search", query=question, limit=2)
        second = await agent.call("corpus_search", query=question, limit=2, cursor=first["nextCursor"])
        return [first, second, await agent.call("corpus_search", query=question, meaning=True)]

    first, second, meant = inside(home, talk)

    assert [each["rank"] for page in (first, second) for each in page["data"]["content"]["items"]] == [1, 2, 3, 4]
    assert first["data"]["content"]["items"][0]["pair"]["pair_id"] == pair
    assert first["data"]["mark"].startswith("untrusted")
    own = {name: value for name, value in first.items() if name != "data"}
    assert question not in str(own)
    assert (first["ways"], meant["ways"]) == (["text"], ["vector", "text"])
    assert meant["data"]["content"]["items"][0]["similarity"] is not None


def test_what_cannot_be_searched_is_said(home: Mill) -> None:
    async def talk(agent: Agent) -> str:
        found = await agent.call("corpus_search", query="xyzzyx")
        assert (found["message"], found["nextCursor"]) == ("no pair found; try other words", None)
        return await agent.refused("corpus_search", query=" ")

    assert "nothing to search for" in inside(home, talk)

    async def nowhere(agent: Agent) -> str:
        return await agent.refused("corpus_search", query="gas")

    home.environment[ADDRESS] = "sqlite:///other.db"
    try:
        assert "holds no corpus yet; run `batchmill corpus import`" in inside(home, nowhere)
    finally:
        del home.environment[ADDRESS]


def test_a_search_by_meaning_without_a_key_says_that_words_alone_decided(home: Mill) -> None:
    key = home.environment.pop("GEMINI_API_KEY")

    async def talk(agent: Agent) -> dict[str, Any]:
        return await agent.content("corpus_search", query="what", meaning=True)

    try:
        assert inside(home, talk)["note"].startswith("by words alone: ")
    finally:
        home.environment["GEMINI_API_KEY"] = key
