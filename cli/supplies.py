"""What a repair is written from: the wave's extract and prompt, as they were when the wave was planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.files.extract import read_extract, verify_extract
from cli.planning import model_of, prompt_of
from core.errors import NotFoundError, RefusedError
from core.exchange.requests import Recipe
from core.ledger.load import load_wave

if TYPE_CHECKING:
    from collections.abc import Collection

    from cli.compose import Opened
    from core.batch.state import Batch
    from core.exchange.extracted import ExtractedPair


class WorkspaceSupplies:
    """Implements `core.engine.repair.Supplies` over a workspace."""

    def __init__(self, opened: Opened) -> None:
        """Read nothing yet."""
        self._opened = opened

    def pairs(self, wave: int, pair_ids: Collection[str]) -> dict[str, ExtractedPair]:
        """Return these pairs of a wave by id; see the protocol."""
        planned = load_wave(self._opened.database.store, wave).plan
        if planned is None:
            raise NotFoundError(f"wave {wave} has no plan, so its pairs cannot be asked for again")
        path = self._opened.root / planned.extract_path
        verify_extract(path, planned.extract_sha256)
        found = {pair.pair_id: pair for pair in read_extract(path) if pair.pair_id in pair_ids}
        if len(found) < len(pair_ids):
            missing = min(set(pair_ids) - found.keys())
            raise RefusedError(f"the extract {planned.extract_path} does not hold {missing}; restore it")
        return found

    def recipe(self, batch: Batch) -> Recipe:
        """Return the recipe that the batch was written by; see the protocol."""
        settings = self._opened.settings
        prompt, digest = prompt_of(self._opened)
        if digest != batch.prompt_sha256:
            raise RefusedError(
                f"the prompt {settings.model.prompt_file} changed after wave {batch.wave} was planned; restore it "
                f"to have the pairs asked for again that {batch.name} did not bring home"
            )
        return Recipe(prompt, model_of(self._opened, batch.model), settings.planning.max_pairs_per_request)
