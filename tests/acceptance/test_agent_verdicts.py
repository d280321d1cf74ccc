"""A decision about a wave stands on one assessment, and a plan that is only shown is not on record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.agents import Agent, inside
from tests.homes import approved

if TYPE_CHECKING:
    import pytest

    from tests.workspaces import Mill


def test_a_quote_from_before_a_second_assessment_confirms_no_decision(
    home: Mill, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def talk(agent: Agent) -> tuple[str, str, str]:
        await agent.call("assess", wave=2)
        before = (await agent.call("accept", wave=2, reason="it is fine"))["confirm"]
        again = (await agent.call("accept", wave=2, reason="it is fine"))["confirm"]
        assert before == again
        # Other figures, the same verdict.
        monkeypatch.setenv("BATCHMILL_GATE__SEED", "77")
        await agent.call("assess", wave=2)
        refused = await agent.refused("accept", wave=2, reason="it is fine", confirm=before)
        after = (await agent.call("accept", wave=2, reason="it is fine"))["confirm"]
        return before, refused, after

    before, refused, after = inside(home, talk)

    assert before.partition(" #")[0] == after.partition(" #")[0]
    assert before != after
    assert after in refused


def test_a_verdict_from_before_pairs_came_home_is_called_so(mill: Mill) -> None:
    approved(mill, a=11, b=12)

    async def talk(agent: Agent) -> list[dict[str, Any]]:
        await agent.confirmed("submit", first="205")
        await agent.call("drive", seconds=20)
        await agent.call("assess", wave=2)
        first = await agent.call("reject", wave=2, reason="it is poor")
        await agent.confirmed("drive", seconds=20)
        late = await agent.call("reject", wave=2, reason="it is poor")
        refused = await agent.refused("reject", wave=2, reason="it is poor", confirm=first["confirm"])
        assert late["confirm"] in refused
        await agent.call("assess", wave=2)
        return [first, late, await agent.call("reject", wave=2, reason="it is poor")]

    first, late, last = inside(mill, talk)

    assert [each["pairsSinceAssessed"] for each in (first, late, last)] == [0, 12, 0]
    assert "it was assessed before 12 pairs came home, so assess it again first" in late["message"]
    assert "assess it again" not in first["message"] + last["message"]


def test_a_plan_that_is_only_shown_is_not_told_to_be_recorded_or_to_be_written_next(offline: Mill) -> None:
    offline.run("init")
    offline.put("a_qa_pairs.json", [{"question": f"What is {n}?", "answer": "A number." * 9} for n in range(12)])

    async def talk(agent: Agent) -> list[dict[str, Any]]:
        return [
            await agent.call("plan", wave=2, first_number=205, dry_run=True, accept_findings=True),
            await agent.call("plan", wave=2, first_number=205, accept_findings=True),
        ]

    shown, recorded = inside(offline, talk)

    assert (shown["recorded"], recorded["recorded"]) == (False, True)
    assert shown["message"].endswith("Next: plan without dry_run records it")
    assert "Next: write, then submit" in recorded["message"]
