"""An errand that is on record and could not be sent says so, when it will be, and how it is taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.agents import Agent, inside
from tests.bad_lines import Refusal

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from tests.bad_lines import BadLine
    from tests.workspaces import Mill

NO_ENTRY = Refusal(403, '{"error": {"code": 403, "message": "Key not valid.", "status": "PERMISSION_DENIED"}}')
REQUESTS = [{"key": "one", "request": {"contents": [{"parts": [{"text": "Name a pool."}]}]}}]


def test_an_errand_whose_key_is_refused_is_told_to_be_on_record_each_time_and_can_be_taken_back(
    mill: Mill, line: BadLine, jobs: Callable[[], Counter[str]]
) -> None:
    mill.run("init")
    line.spoil("", NO_ENTRY, times=200)

    async def talk(agent: Agent) -> list[str]:
        asked = await agent.call("batch_create", requests=REQUESTS)
        told = [
            await agent.refused("batch_create", requests=REQUESTS, confirm=asked["confirm"]),
            await agent.refused("batch_create", requests=REQUESTS),
        ]
        taken_back = await agent.confirmed("batch_cancel", batchName="x1")
        assert (taken_back["message"], taken_back["held"]) == ("batch x1 is cancelled", "cancelled")
        return told

    for said in inside(mill, talk):
        assert said.startswith("errand x1 is on record and was not sent: ")
        assert "a daemon sends it, and so does the same batch_create" in said
        assert said.endswith("batch_cancel with batchName=x1 takes it back")
    assert not jobs()
