"""Embedding on this machine: what has no vector of the local model yet gets one, at no price."""

from __future__ import annotations

import hashlib
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from cli.embedding_stock import lacking, stock_of
from core.embedding.vectors import flat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.compose import Opened
    from core.corpus.space import Embedder

#: Texts whose vectors share a file; so much is lost when the command is killed.
TEXTS_A_FILE = 1_000
_DIGITS = 12


class Local(msgspec.Struct, frozen=True):
    """How many contents of the corpus were embedded here, and how many had a vector of that model before."""

    model: str
    dimensions: int
    embedded: int
    held: int


def embed_here(opened: Opened, embedder: Embedder, *, whole: bool) -> Local:
    """Embed what lacks a vector; a text that has one is not embedded again, also after a kill.

    Raises what `stock_of` raises, and ProviderError when the model cannot be had.
    """
    stock = stock_of(opened, embedder.space, whole=whole)
    texts = (text for _, text in lacking(stock))
    embedded = 0
    while some := list(islice(texts, TEXTS_A_FILE)):
        vectors = embedder.embed([text.text for text in some], embedder.space.task)
        hashes = [text.content_sha256 for text in some]
        name = hashlib.sha256("".join(hashes).encode()).hexdigest()[:_DIGITS]
        stock.vectors.put(f"local-{name}", hashes, [flat(vector) for vector in vectors])
        embedded += len(some)
    return Local(embedder.space.model, embedder.space.dimensions, embedded, len(stock.held))


def lines_of(done: Local) -> Iterator[str]:
    """Yield what was done, for people."""
    if not done.embedded:
        yield f"Every text of the corpus has a vector of {done.model}; nothing was changed."
        return
    yield f"{done.embedded:,} texts embedded here by {done.model} in {done.dimensions} dimensions, at no price."
    yield (
        f"To compare by them: batchmill --set embedding.model={done.model} "
        f"--set embedding.dimensions={done.dimensions} corpus dedup --cosine 0.95"
    )
