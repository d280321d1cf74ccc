"""What batches that embed are written from: refined pairs as they came home, and the terms that requests name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.corpus_inputs import batch_inputs
from cli.planning import model_of
from core.corpus.refined_line import refined_lines_in
from core.embedding.asking import EmbedRecipe, about, text_of
from core.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Collection

    from cli.compose import Opened
    from core.batch.state import Batch
    from core.embedding.asking import Text


def texts_of(opened: Opened, wave: int, pair_ids: Collection[str]) -> dict[str, Text]:
    """Return these pairs of a wave by id as they are embedded.

    Raises NotFoundError, BadInputError or RefusedError that names the file when a refined pair is gone.
    """
    rows = [row for row in opened.rows().batches() if row.wave == wave and row.refines]
    found: dict[str, Text] = {}
    for batch in batch_inputs(opened.database.store, rows):
        with opened.files.open(batch.refined.path) as stream:
            for line in refined_lines_in(stream, batch.refined):
                if line.pair_id in pair_ids:
                    found[line.pair_id] = text_of(line.pair_id, line.refined_question, line.refined_answer)
    if len(found) < len(pair_ids):
        missing = min(set(pair_ids) - found.keys())
        raise RefusedError(f"the refined text of {missing} is gone, so it cannot be embedded again; restore it")
    return found


def recipe_of(opened: Opened, batch: Batch) -> EmbedRecipe:
    """Return what a written batch asks by, as its requests say; only the prices are those of the settings."""
    asked = about(batch.requests[0].key)
    return EmbedRecipe(model_of(opened, batch.model), asked.dimensions, asked.task)
