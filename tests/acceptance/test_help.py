"""`--help` of the program and of every command names every argument and option, and says what each is for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import typer.main

from cli.app import app

if TYPE_CHECKING:
    from tests.workspaces import Mill

GROUP = typer.main.get_command(app)
COMMANDS = sorted(GROUP.commands)  # type: ignore[attr-defined]
PROMISED = {
    "init",
    "inventory",
    "plan",
    "write",
    "approve",
    "accept",
    "reject",
    "waves",
    "submit",
    "run",
    "status",
    "timeline",
    "balance",
    "history",
    "lifecycle",
    "replay",
    "emulator",
}


def test_every_promised_command_is_there() -> None:
    assert set(COMMANDS) >= PROMISED


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_and_argument_is_explained(offline: Mill, command: str) -> None:
    ended = offline.call(f"{command} --help")
    assert (ended.status, ended.stderr) == (0, "")
    assert ended.stdout.startswith(f"Usage: batchmill {command}")
    assert offline.call(f"{command} -h").stdout == ended.stdout
    for parameter in GROUP.commands[command].params:  # type: ignore[attr-defined]
        for name in parameter.opts if parameter.param_type_name == "option" else ():
            assert name in ended.stdout
        assert parameter.help, f"{command}: {parameter.name} has no help"
    assert len(GROUP.commands[command].help.split()) > 3  # type: ignore[attr-defined]


def test_the_programs_own_help_lists_every_command(offline: Mill) -> None:
    ended = offline.separately("--help")
    assert ended.status == 0
    listed = re.findall(r"^  ([a-z]+) +\S", ended.stdout.partition("Commands:")[2], re.MULTILINE)
    assert sorted(listed) == COMMANDS
    assert "--workspace" in ended.stdout
    assert "--set" in ended.stdout


def test_help_does_not_wait_for_what_it_does_not_need(offline: Mill) -> None:
    needless = {"google.genai", "sqlalchemy", "apscheduler", "pydantic", "structlog", "msgspec", "rich", "asyncio"}
    ended = offline.python(f"import sys, cli.app; print(sorted({needless!r} & sys.modules.keys()))")
    assert ended.stdout == "[]\n"


def test_the_lifecycle_is_a_mermaid_diagram(offline: Mill) -> None:
    shown = offline.run("lifecycle")
    assert shown.startswith("stateDiagram-v2")
    assert "succeeded --> downloaded: download" in shown
    assert {"trigger": "retry", "from": ["failed", "written"], "to": "written"} in offline.json("lifecycle")
