"""What batch files and repairs are written from: a wave's texts, prompts and packing, as they were planned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from adapters.files.extract import read_extract, verify_extract
from cli.embedding_texts import recipe_of, texts_of
from cli.judge_prompts import kept_judging_prompt
from cli.planning import model_of
from cli.prompts import planned_prompt
from cli.refined import reviewed
from core.batch.numbers import EMBED, JUDGE
from core.errors import NotFoundError, RefusedError
from core.exchange.requests import Recipe
from core.ledger.load import load_wave
from core.quality.judging import JudgeRecipe, coin_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from cli.compose import Opened
    from core.batch.state import Batch
    from core.exchange.asking import Asking
    from core.exchange.extracted import ExtractedPair
    from core.quality.review_pair import ReviewPair
    from core.wave.state import Terms


class WorkspaceSupplies:
    """Implements `core.engine.repair.Supplies` over a workspace."""

    def __init__(self, opened: Opened) -> None:
        """Read nothing yet."""
        self._opened = opened

    def pairs(self, wave: int, kind: str, pair_ids: Collection[str]) -> dict[str, Any]:
        """Return these pairs of a wave by id; see the protocol."""
        if kind == EMBED:
            return texts_of(self._opened, wave, pair_ids)
        return self._refined(wave, pair_ids) if kind == JUDGE else self._staged(wave, pair_ids)

    def _refined(self, wave: int, pair_ids: Collection[str]) -> dict[str, ReviewPair]:
        known = load_wave(self._opened.database.store, wave)
        pairs = reviewed(self._opened, known, self._opened.rows().batches())
        found = {pair.pair_id: pair for pair in pairs if pair.pair_id in pair_ids}
        if len(found) < len(pair_ids):
            missing = min(set(pair_ids) - found.keys())
            raise RefusedError(f"the refined text of {missing} is gone, so it cannot be judged again; restore it")
        return found

    def _staged(self, wave: int, pair_ids: Collection[str]) -> dict[str, ExtractedPair]:
        extract = load_wave(self._opened.database.store, wave).extract
        if extract is None:
            raise NotFoundError(f"wave {wave} has no plan, so its pairs cannot be asked for again")
        path = self._opened.root / extract.path
        verify_extract(path, extract.sha256)
        found = {pair.pair_id: pair for pair in read_extract(path) if pair.pair_id in pair_ids}
        if len(found) < len(pair_ids):
            missing = min(set(pair_ids) - found.keys())
            raise RefusedError(f"the extract {extract.path} does not hold {missing}; restore it")
        return found

    def recipe(self, batch: Batch) -> Asking[Any]:
        """Return the recipe of the batch's wave, with as few requests as fit, the judge's, or that of vectors."""
        if batch.kind == EMBED:
            return recipe_of(self._opened, batch)
        if batch.kind == JUDGE:
            prompt = kept_judging_prompt(self._opened, batch.prompt_sha256)
            return JudgeRecipe(prompt, model_of(self._opened, batch.model), coin_of(batch.number))
        terms = load_wave(self._opened.database.store, batch.wave).terms
        if terms is None:
            raise NotFoundError(f"wave {batch.wave} has no plan, so its pairs cannot be asked for again")
        return recipe_by(self._opened, batch.wave, terms)._replace(requests=None)


def recipe_by(opened: Opened, wave: int, terms: Terms) -> Recipe:
    """Return what a wave's requests have in common, as it was planned; only the prices are those of the settings.

    Raises RefusedError when the prompt's version is lost, BadInputError when the model is not known any more.
    """
    prompt = planned_prompt(opened, terms.prompt_sha256, wave)
    model, packing = model_of(opened, terms.model), terms.packing
    if packing is None:
        return Recipe(prompt, model, opened.settings.planning.max_pairs_per_request)
    model = msgspec.structs.replace(
        model,
        input_limit=packing.input_limit,
        output_limit=packing.output_limit,
        thinking_budget=packing.thinking_budget,
        margin_percent=packing.margin_percent,
    )
    return Recipe(prompt, model, packing.max_pairs, packing.room, packing.requests)
