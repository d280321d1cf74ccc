"""Workspaces that are examined: what `batchmill doctor` says of one, by check."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from unittest import mock

from tests.workspaces import KEY, Mill, written

if TYPE_CHECKING:
    from tests.workspaces import Ended


def asked(mill: Mill, line: str) -> Ended:
    """Run a command line as if any disk had room, so that a test does not depend on the machine's."""
    with mock.patch("cli.doctor.machine.ROOM_WARNS", 0):
        return mill.call(line)


def examined(mill: Mill, options: str = "") -> dict[str, tuple[str, str]]:
    """Return the state of every check, and all that was said about it; of checks that share a name, the last."""
    ended = asked(mill, f"doctor --json {options}")
    findings: list[dict[str, str]] = json.loads(ended.stdout)
    assert ended.status == any(finding["state"] == "fail" for finding in findings)
    assert KEY not in ended.stdout + ended.stderr
    return {each["check"]: (each["state"], f"{each['found']}; {each['advice']}") for each in findings}


def trouble(mill: Mill, options: str = "") -> dict[str, str]:
    """Return the state of every check that is not fine."""
    return {check: state for check, (state, _) in examined(mill, options).items() if state != "ok"}


def come_home(mill: Mill) -> Mill:
    """Bring a small wave home."""
    written(mill, a=11).run("run --until-idle")
    return mill
