"""A wave whose first batch came home badly: the run says so and ends with 1, and a release lets the rest go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.emulator.scenario import scenario_of
from adapters.emulator.settings import EmulatorSettings
from tests.workspaces import written

if TYPE_CHECKING:
    from tests.workspaces import Mill

SCENARIO = '[[row]]\nprobability = 1.0\nfault = "blocked"\ndisplay_name = "*batch_205*"\n'


@pytest.fixture
def emulator_settings() -> EmulatorSettings:
    scenario = scenario_of(SCENARIO, "the test's")
    return EmulatorSettings(port=0, pending_seconds=0, running_seconds=0, scenario=scenario)


def test_a_held_wave_is_told_and_a_release_lets_the_rest_go(mill: Mill) -> None:
    mill.environment["BATCHMILL_DRIVING__CANARY"] = "1"
    written(mill, a=11, b=11, c=11)

    ended = mill.call("run --until-idle")

    assert ended.status == 1
    assert "nothing is left to do by itself, but wave 2 is held; wave 2: batch 205 came home" in ended.stderr
    assert "0 of 33 pairs refined, 22 not sent, 11 given up" in ended.stderr
    assert mill.run("release --wave 2") == "wave 2 is released; next: `batchmill run`.\n"
    again = mill.call("run --until-idle")
    assert again.status == 0, again.stderr
    assert "22 of 33 pairs refined, 11 given up; `batchmill balance --which given_up` lists them" in again.stderr
    assert mill.run("release --wave 2") == "wave 2 is released already, and nothing of it is left to send.\n"
