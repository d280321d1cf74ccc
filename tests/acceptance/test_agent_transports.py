"""`batchmill mcp` over its two transports: what it lets in, what it says, and how it ends."""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from adapters.emulator.settings import EmulatorSettings
from cli.mcp.confirming import bound_quote
from tests.agents import ME, Agent
from tests.homes import approved
from tests.workspaces import BATCHMILL, KEY, PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.workspaces import Mill, Running

TOKEN = "a-token-of-twenty-four-c"  # noqa: S105 - the test's own
HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "raw", "version": "1"},
    },
}


@pytest.fixture
def emulator_settings() -> EmulatorSettings:
    return EmulatorSettings(port=0, pending_seconds=0.0, running_seconds=600.0)


@pytest.fixture
def ready(offline: Mill) -> Mill:
    offline.run("init")
    return offline


@contextmanager
def served(mill: Mill, token: str = TOKEN) -> Iterator[tuple[str, Running]]:
    """Serve over HTTP on a free port, and give the address."""
    mill.environment["BATCHMILL_MCP_TOKEN"] = token
    with mill.started("mcp --http 0") as running:
        running.wait_for("listens on")
        yield running.said.split("listens on ")[1].split()[0], running


def posted(url: str, **headers: str) -> int:
    """Return the status of a first message with these headers."""
    content = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
    request = urllib.request.Request(url, json.dumps(HELLO).encode(), content | headers)  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as reply:  # noqa: S310 - the same
            return int(reply.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_over_http_the_same_tools_answer_a_client_that_shows_the_token(ready: Mill) -> None:
    async def talk(url: str) -> tuple[list[str], str]:
        async with (
            httpx2.AsyncClient(headers={"authorization": f"Bearer {TOKEN}"}, trust_env=False) as http,
            Client(streamable_http_client(url, http_client=http), client_info=ME) as client,
        ):
            tools = await client.list_tools()
            found = await Agent(client).call("status")
            return [tool.name for tool in tools.tools], found["message"]

    with served(ready) as (url, running):
        names, said = asyncio.run(talk(url))
        status, seconds = running.end()

    assert {"batch_create", "batch_list", "submit", "plan"} <= set(names)
    assert "no such batch" in said
    assert (status, seconds < 5) == (0, True)
    assert TOKEN not in running.said


def test_over_http_nobody_gets_in_without_the_token_or_from_another_page(ready: Mill) -> None:
    right = {"authorization": f"Bearer {TOKEN}"}
    with served(ready) as (url, _):
        assert url.startswith("http://127.0.0.1:")
        assert posted(url) == 401
        for wrong in (
            f"Bearer {TOKEN}x",
            f"Bearer {TOKEN[:-1]}",
            f"Basic {TOKEN}",
            "Bearer",
            "Bearer ",
            TOKEN,
            f" {TOKEN}",
        ):
            assert posted(url, authorization=wrong) == 401
        for spelt in (f"bearer {TOKEN}", f"BEARER {TOKEN}", f"Bearer  {TOKEN}"):
            assert posted(url, authorization=spelt) == 200
        assert posted(url, **right, host="evil.example:80") == 421
        assert posted(url, **right, origin="http://evil.example") == 403
        assert posted(url, **right) == 200


@pytest.mark.parametrize("token", ["", "short"])
def test_over_http_a_server_without_a_good_token_does_not_start(ready: Mill, token: str) -> None:
    ready.environment["BATCHMILL_MCP_TOKEN"] = token

    said = ready.refused("mcp --http 0", ready.separately("mcp --http 0"))

    assert "BATCHMILL_MCP_TOKEN" in said


def test_a_workspace_that_is_none_is_one_sentence(offline: Mill) -> None:
    assert "batchmill init" in offline.refused("mcp", offline.separately("mcp"))


def raw(mill: Mill, *messages: dict[str, Any]) -> subprocess.CompletedProcess[bytes]:
    """Send lines to a server over stdio, close its input, and return all it wrote."""
    lines = b"".join(json.dumps(each).encode() + b"\n" for each in messages)
    return subprocess.run(  # noqa: S603 - our own command
        [BATCHMILL, "mcp"],
        input=lines,
        cwd=mill.root,
        env=mill.environment,
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )


def test_over_stdio_there_is_nothing_but_the_protocol_on_standard_output(ready: Mill) -> None:
    begun = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    call = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "drive", "arguments": {}}}

    ended = raw(ready, HELLO, begun, call)

    answers = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [each["jsonrpc"] for each in answers] == ["2.0"] * len(answers)
    assert answers[0]["result"]["serverInfo"]["name"] == "batchmill"
    assert "untrusted" in answers[0]["result"]["instructions"]
    assert ended.returncode == 0
    assert KEY.encode() not in ended.stdout + ended.stderr


def test_over_stdio_a_signal_ends_the_server_though_its_client_stays(ready: Mill) -> None:
    with subprocess.Popen(  # noqa: S603 - our own command
        [BATCHMILL, "mcp"],
        cwd=ready.root,
        env=ready.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(HELLO).encode() + b"\n")
        process.stdin.flush()
        assert b"batchmill" in process.stdout.readline()

        process.terminate()

        assert process.wait(5) == 0


def test_a_call_that_drives_ends_soon_after_its_client_left_and_nothing_is_lost(mill: Mill) -> None:
    approved(mill, a=11)
    with subprocess.Popen(  # noqa: S603 - our own command
        [BATCHMILL, "mcp"],
        cwd=mill.root,
        env=mill.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        [row] = mill.json("status")["batches"]
        quote = bound_quote(row["estimated_cost_usd"], 0, None, (row["number"],))
        asked = {"name": "drive", "arguments": {"seconds": 60, "confirm": quote}}
        begun = {"jsonrpc": "2.0", "method": "notifications/initialized"}
        call = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": asked}
        process.stdin.write(b"".join(json.dumps(each).encode() + b"\n" for each in (HELLO, begun, call)))
        process.stdin.flush()
        while b"batch.processing" not in process.stderr.readline():
            pass
        process.stdin.close()
        left = time.monotonic()

        assert process.wait(PATIENCE) == 0

    assert time.monotonic() - left < 5
    assert mill.json("status")["driver"] is None
    assert mill.statuses() == {205: "processing"}


def test_without_its_library_the_command_says_what_to_install(ready: Mill) -> None:
    program = (
        "import sys; sys.modules['mcp'] = None; sys.argv = ['batchmill', 'mcp']; from cli.app import main; main()"
    )

    ended = ready.python(program)

    assert "pip install 'batchmill[mcp]'" in ready.refused("mcp", ended)
