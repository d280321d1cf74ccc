"""An agent for acceptance tests: the SDK's own client, and a server that it starts or finds."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any, TypeVar

from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.types import Implementation, TextContent

from tests.workspaces import BATCHMILL

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mcp.types import CallToolResult

    from tests.workspaces import Mill

Told = TypeVar("Told")
ME = Implementation(name="test-agent", version="7.1")
ACTOR = "mcp:test-agent/7.1"


class Agent:
    """A client with an open session; what its tools answer, as an agent sees it."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def raw(self, tool: str, **arguments: object) -> CallToolResult:
        return await self.client.call_tool(tool, arguments)

    async def call(self, tool: str, **arguments: object) -> dict[str, Any]:
        """Call a tool that must do its work, and return the answer."""
        found = await self.raw(tool, **arguments)
        assert not found.is_error, text_of(found)
        answer: dict[str, Any] = found.structured_content
        return answer

    async def content(self, tool: str, **arguments: object) -> dict[str, Any]:
        """Call a tool, and return what others wrote of its answer."""
        found: dict[str, Any] = (await self.call(tool, **arguments))["data"]["content"]
        return found

    async def refused(self, tool: str, **arguments: object) -> str:
        """Call a tool that must refuse, and return its one sentence."""
        found = await self.raw(tool, **arguments)
        assert found.is_error, text_of(found)
        assert "\n" not in text_of(found)
        return text_of(found)

    async def confirmed(self, tool: str, **arguments: object) -> dict[str, Any]:
        """Call a tool as a careful agent does: look at the quote, then say it."""
        asked = await self.call(tool, **arguments)
        assert asked["needsConfirmation"]
        return await self.call(tool, **arguments, confirm=asked["confirm"])


def text_of(found: CallToolResult) -> str:
    (content,) = found.content
    assert isinstance(content, TextContent)
    return content.text


def over_stdio(mill: Mill, talk: Callable[[Agent], Awaitable[Told]], **environment: str) -> Told:
    """Let the client start `batchmill mcp` in the workspace, talk over stdio, and leave."""
    parameters = StdioServerParameters(
        command=str(BATCHMILL), args=["mcp"], cwd=mill.root, env=mill.environment | environment
    )

    async def session() -> Told:
        with (mill.logs / "mcp.log").open("w", encoding="utf-8") as log:
            async with Client(stdio_client(parameters, errlog=log), client_info=ME) as client:
                return await talk(Agent(client))

    return asyncio.run(session())


def inside(mill: Mill, talk: Callable[[Agent], Awaitable[Told]]) -> Told:
    """Talk to a server of this process, without a transport; the workspace's environment is this process's."""
    from unittest import mock  # noqa: PLC0415 - as in `Mill`

    from cli.mcp.server import Front  # noqa: PLC0415 - what is tested

    async def session() -> Told:
        async with Client(Front(mill.root, []).server(), client_info=ME) as client:
            return await talk(Agent(client))

    with mock.patch.dict(os.environ, mill.environment, clear=True):
        return asyncio.run(session())
