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
    """How many contents of the corpus were embedded here, or lacked a vector (`new`), and how many had one."""

    model: str
    dimensions: int
    embedded: int
    held: int
    new: int


def embed_here(opened: Opened, embedder: Embedder, *, whole: bool, dry_run: bool = False) -> Local:
    """Embed what lacks a vector, or only count it; a text that has one is not embedded again, also after a kill.

    Raises what `stock_of` raises, and ProviderError when the model cannot be had.
    """
    stock = stock_of(opened, embedder.space, whole=whole)
    if dry_run:
        new = sum(1 for _ in lacking(stock))
        return Local(embedder.space.model, embedder.space.dimensions, 0, len(stock.held), new)
    texts = (text for _, text in lacking(stock))
    embedded = 0
    while some := list(islice(texts, TEXTS_A_FILE)):
        vectors = embedder.embed([text.text for text in some], embedder.space.task)
        hashes = [text.content_sha256 for text in some]
        name = hashlib.sha256("".join(hashes).encode()).hexdigest()[:_DIGITS]
        stock.vectors.put(f"local-{name}", hashes, [flat(vector) for vector in vectors])
        embedded += len(some)
    return Local(embedder.space.model, embedder.space.dimensions, embedded, len(stock.held), embedded)


def lines_of(done: Local) -> Iterator[str]:
    """Yield what was done, for people."""
    if done.new and not done.embedded:
        yield (
            f"{done.new:,} texts would be embedded here by {done.model} in {done.dimensions} dimensions, at no "
            "price; nothing was written."
        )
        return
    if not done.embedded:
        yield f"Every text of the corpus has a vector of {done.model}; nothing was changed."
        return
    yield f"{done.embedded:,} texts embedded here by {done.model} in {done.dimensions} dimensions, at no price."
    yield "With embedding.local = true in batchmill.toml pairs are compared and searched by them."
