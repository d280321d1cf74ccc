"""Has a written batch that embeds answered at once, by one call, in place of a job; the ledger tells it alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

from core.batch import commands as c
from core.corpus.space import Embedder
from core.embedding.answers import EMULATED
from core.engine.books import Entry
from core.engine.places import result_path
from core.engine.read import read_answers
from core.engine.submit import came_of, heard
from core.errors import ProviderError
from core.projections.money import ONLINE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.batch.state import Batch
    from core.embedding.asking import EmbedRecipe, Text
    from core.engine.workshop import Workshop
    from core.ports import StoredFile

_encode = msgspec.json.encode


class Came(NamedTuple):
    """What a call brought: vectors in the order of the texts, as they came; `emulated`: no model worked."""

    values: Sequence[Sequence[float]]
    emulated: bool


class OnlineEmbedder(Embedder, Protocol):
    """An embedder that also says what came, as it came."""

    def ask(self, texts: Sequence[str], task: str) -> Came:
        """Return what came for the texts by a single call; nothing is checked, it may be less."""
        ...


def embed_at_once(
    shop: Workshop, embedder: OnlineEmbedder, number: int, texts: Sequence[Text], recipe: EmbedRecipe
) -> Batch:
    """Embed the texts of a batch by one call, and return the batch, whose answers are read then.

    Its submission must be started: that is the intent, and it was recorded together with the batch, or a process
    that drives the ledger would send it. When the call fails, what came of it is recorded as of the creation of a
    job, and the error is raised: the batch is then sent as a job by whoever drives the ledger, or waits for a
    person. Texts whose vector did not come are asked for again as those of any batch.
    """
    batch = shop.books.get(number)
    try:
        answer = embedder.ask([text.text for text in texts], recipe.task)
    except ProviderError as error:
        shop.books.write([Entry(number, (came_of(shop, batch, error),), heard(error))])
        raise
    stored = _keep(shop, batch, answer, [recipe.tokens(text) for text in texts])
    now, came = shop.now(), len(answer.values)
    facts = (
        c.RecordJob(f"{ONLINE}{batch.display_name}", "done at once", now),
        c.RecordSuccess(came, len(texts) - came, None, now, now),
        c.RecordDownload(stored.path, stored.sha256, stored.size, came, now),
    )
    shop.books.write([Entry(number, facts, "the call was answered")])
    for haul in read_answers(shop, [shop.books.get(number)]):
        if haul.trouble:
            raise haul.trouble
    return shop.books.get(number)


def _keep(shop: Workshop, batch: Batch, answer: Came, tokens: Sequence[int]) -> StoredFile:
    """Keep an answer as a job's result is kept; the call names no tokens, so they are those that were expected."""
    keys = [request.key for request in batch.requests]
    with shop.files.create(result_path(shop.policy, batch, "results")) as pending:
        for key, vector, count in zip(keys, answer.values, tokens, strict=False):
            response: dict[str, object] = {"tokenCount": str(count), "embedding": {"values": vector}}
            if answer.emulated:
                response[EMULATED] = True
            pending.sink.write(_encode({"key": key, "response": response}) + b"\n")
        return pending.commit()
