"""Embedding at once: what is new is sent to the model in calls of its own, and not as jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from cli.compose import SystemChance
from cli.deciding import books_of, money_left
from cli.embedding import begin, give_up_lost, pieces, recipe_by
from cli.supplies import WorkspaceSupplies
from cli.vector_syncing import gathered
from core.batch.commands import StartSubmission
from core.engine.at_once import embed_at_once
from core.engine.workshop import Workshop
from core.errors import ProviderError, RefusedError
from core.ledger.load import load_wave
from core.wave.lifecycle import Status as WaveStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.compose import Opened
    from cli.embedding import Embedding, EmbeddingBatch, Wishes
    from core.embedding.asking import EmbedRecipe, Text
    from core.engine.at_once import OnlineEmbedder


def embed_now(opened: Opened, plan: Embedding, wishes: Wishes) -> Embedding:
    """Embed what a plan that was just made has new, call by call, each on record before it is made.

    Raises RefusedError when a budget does not leave its price or a wave was rejected, ProviderError when a call
    fails: what was embedded before it stays, and its own texts come as a job.
    """
    _check_waves(opened, plan)
    recipe, came = recipe_by(opened, wishes), 0
    embedder = opened.embedder(recipe.space)
    shop = _workshop(opened)
    give_up_lost(opened, plan, wishes)
    try:
        for batch, texts in pieces(opened, plan, wishes):
            intent = StartSubmission(SystemChance().nonce(), opened.clock.now())
            begin(opened, batch, texts, recipe, intent)
            shop.books.refresh()
            came += _embedded(shop, embedder, batch, texts, recipe)
    finally:
        opened.catch_up()
    gathered(opened, recipe.space)
    return msgspec.structs.replace(plan, written=True, embedded=came)


def _embedded(
    shop: Workshop, embedder: OnlineEmbedder, batch: EmbeddingBatch, texts: Sequence[Text], recipe: EmbedRecipe
) -> int:
    """Return how many vectors a call brought; what it failed of is told with what becomes of the texts."""
    try:
        return embed_at_once(shop, embedder, batch.number, texts, recipe).refined
    except ProviderError as error:
        held = shop.books.get(batch.number).hold
        todo = (
            f"mend that and run `batchmill retry {batch.label}`, or `batchmill cancel {batch.label}`"
            if held
            else f"`batchmill run` has the texts of batch {batch.label} embedded by a job"
        )
        raise ProviderError(f"{error}; {todo}") from error


def _workshop(opened: Opened) -> Workshop:
    return Workshop(
        books=books_of(opened, "corpus embed"),
        provider=opened.provider(),
        files=opened.files,
        clock=opened.clock,
        chance=SystemChance(),
        policy=opened.policy(),
        supplies=WorkspaceSupplies(opened),
        stopping=lambda: False,
    )


def _check_waves(opened: Opened, plan: Embedding) -> None:
    books = books_of(opened, "corpus embed")
    for number in sorted({batch.wave for batch in plan.batches}):
        usd = sum(batch.estimate.cost_usd for batch in plan.batches if batch.wave == number)
        left = money_left(opened, books, number)
        for limit, price, setting in (
            (left.for_wave_usd, usd, "budget.usd_per_wave"),
            (left.in_all_usd, plan.estimate.cost_usd, "budget.usd_in_all"),
        ):
            if limit is not None and price > limit:
                raise RefusedError(
                    f"embedding texts of wave {number} at once is expected to cost US$ {price:.4f}, and the "
                    f"budget leaves US$ {limit:.4f}; raise {setting}, or embed them as batches (--no-online)"
                )
        if load_wave(opened.database.store, number).status is WaveStatus.REJECTED:
            raise RefusedError(
                f"wave {number} was rejected, and nothing more of it is sent; "
                f"`batchmill accept --wave {number} --reason …` reverses that"
            )
