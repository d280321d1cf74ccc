"""Embedding batches of a few pairs for tests: their texts, recipe, and the events that plan and write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.batch.events import BatchPlanned, BatchWritten
from core.batch.numbers import label
from core.corpus.space import DOCUMENT
from core.embedding.asking import EmbedRecipe, Text, text_of
from core.ledger.streams import batch_stream
from core.pairs import ranges_of
from core.planning.models import EMBEDDING_MODEL, models_with

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from core.ports import StoredFile
    from tests.mill import MemoryFiles

EMBEDDING = EmbedRecipe(models_with()[EMBEDDING_MODEL], 256, DOCUMENT)


def embedded_text(pair_id: str) -> Text:
    return text_of(pair_id, f"What is {pair_id}?", f"{pair_id} is the depth of a pool. " * 40)


def embedding(
    files: MemoryFiles, number: int, pair_ids: Sequence[str], at: datetime
) -> list[tuple[str, int, object]]:
    """Return what plans and writes a batch of wave 2 that embeds these pairs, and put its file there."""
    texts, runs = [embedded_text(pair_id) for pair_id in pair_ids], ranges_of(pair_ids)
    rendered = list(EMBEDDING.render(number, runs, texts))
    stored: StoredFile = files.put(
        f"submissions/embed_{label(number)}.jsonl", b"".join(line for _, line in rendered)
    )
    model = EMBEDDING.model.name
    planned = BatchPlanned(number, 2, 1, "embedding", runs, model, "", EMBEDDING.estimate(texts), at)
    written = BatchWritten(stored.path, stored.sha256, stored.size, tuple(each for each, _ in rendered), at)
    return [(batch_stream(number), 1, planned), (batch_stream(number), 2, written)]
