"""What `batchmill doctor` and the sentence of a refusal say when the text of a planned prompt is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.checkups import come_home, examined, trouble
from tests.workspaces import written

if TYPE_CHECKING:
    from tests.workspaces import Mill


def lose_the_prompt(mill: Mill) -> None:
    for path in [*(mill.root / "prompts/versions").iterdir(), mill.root / "prompts/refinement.md"]:
        path.unlink()


def test_a_lost_prompt_fails_while_its_wave_is_not_home(mill: Mill) -> None:
    written(mill, a=11)
    lose_the_prompt(mill)

    state, said = examined(mill, "--offline")["prompt versions"]

    assert state == "fail"
    assert "with which wave 2 was planned, is missing" in said
    refusal = mill.call("write --wave 2").stderr
    assert "is another one" not in refusal


def test_a_lost_prompt_is_not_missed_when_its_wave_is_home(mill: Mill) -> None:
    come_home(mill)
    lose_the_prompt(mill)

    assert "prompt versions" not in trouble(mill, "--offline")
