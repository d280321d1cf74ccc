"""What a wave's files are written from: what was planned, and for older plans the settings of the day."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import msgspec
import pytest

from cli.setting_sections import Planning
from cli.settings import Settings
from cli.supplies import recipe_by
from core.errors import RefusedError
from core.exchange.prompts import prompt_sha256
from core.planning.models import models_with
from core.wave.events import RequestTerms
from core.wave.state import Terms, Wave, evolve
from tests.waves import wave_planned

if TYPE_CHECKING:
    from pathlib import Path

    from cli.compose import Opened

PROMPT = "Refine these.\r\nAll of them.\n"
TERMS = RequestTerms(
    requests=4,
    max_pairs=25,
    forced=False,
    room=1.5,
    basis="so it was",
    input_limit=9_000,
    output_limit=8_000,
    thinking_budget=50,
    margin_percent=60,
)


def opened(root: Path) -> Opened:
    settings = Settings(planning=Planning(max_pairs_per_request=7, requests=2))
    return cast("Opened", SimpleNamespace(root=root, settings=settings))


def keep(root: Path, text: str) -> None:
    path = root / f"prompts/versions/{prompt_sha256(PROMPT)[:16]}.md"
    path.parent.mkdir(parents=True)
    path.write_bytes(text.encode())


PLAN = msgspec.structs.replace(wave_planned(), prompt_sha256=prompt_sha256(PROMPT))


def terms_of(packing: RequestTerms | None) -> Terms:
    settings = msgspec.structs.replace(PLAN.settings, packing=packing)
    terms = evolve(Wave(wave=2), msgspec.structs.replace(PLAN, settings=settings)).terms
    assert terms is not None
    return terms


def test_a_plan_that_recorded_its_packing_is_written_by_it(tmp_path: Path) -> None:
    keep(tmp_path, PROMPT)
    recipe = recipe_by(opened(tmp_path), 2, terms_of(TERMS))
    assert (recipe.prompt, recipe.requests, recipe.max_pairs, recipe.room) == (PROMPT, 4, 25, 1.5)
    model = recipe.model
    assert (model.input_limit, model.output_limit, model.thinking_budget, model.margin_percent) == (
        *(9_000, 8_000, 50, 60),
    )
    assert model.batch_input == models_with()[PLAN.model].batch_input


def test_an_older_plan_is_written_by_the_settings_of_the_day(tmp_path: Path) -> None:
    keep(tmp_path, PROMPT)
    recipe = recipe_by(opened(tmp_path), 2, terms_of(None))
    assert (recipe.prompt, recipe.requests, recipe.max_pairs, recipe.room) == (PROMPT, None, 7, 1.0)
    assert recipe.model == models_with()[PLAN.model]


def test_a_version_whose_text_was_changed_is_not_taken_for_it(tmp_path: Path) -> None:
    keep(tmp_path, "other words")
    with pytest.raises(RefusedError, match="with which wave 2 was planned"):
        recipe_by(opened(tmp_path), 2, terms_of(None))
