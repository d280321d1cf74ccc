"""Which prompt versions `batchmill doctor` misses: those that an unfinished wave needs, and no others."""

from __future__ import annotations

import pytest

from cli.doctor.files import judge_prompts
from cli.doctor.finding import State
from cli.prompts import PromptVersion


def version(state: str, *waves: int) -> PromptVersion:
    return PromptVersion("c0ffee", "c0ffee00", "prompts/versions/c0ffee.md", state, current=False, waves=waves)


@pytest.mark.parametrize("state", ["missing", "changed"])
def test_a_version_that_an_unfinished_wave_needs_and_that_is_lost_fails(state: str) -> None:
    finding = judge_prompts([version("kept", 1), version(state, 2, 3)], {1, 3})

    assert finding.state is State.FAIL
    assert finding.found == (
        f"1 of 2: prompts/versions/c0ffee.md, with which wave 2 and 3 was planned, is {state}"
    )
    assert finding.advice.startswith("put its text back")


def test_a_version_that_only_finished_waves_were_planned_with_is_not_missed() -> None:
    assert judge_prompts([version("missing", 1), version("kept", 2)], {2}).state is State.OK


def test_a_prompt_that_no_wave_uses_is_not_missed() -> None:
    assert judge_prompts([version("new")], set()).found == "none in use"
