"""Embedding as a whole piece of work: which texts are new, what they cost, and the batches that ask for them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from cli.batch_file import written
from cli.deciding import books_of, money_left
from cli.embedding_stock import cut, stock_of
from cli.planning import model_of
from cli.recording import record_new
from cli.vector_syncing import give_up, synced
from core.batch.commands import PlanBatch, RecordFile
from core.batch.events import BatchPlanned
from core.batch.numbers import EMBED, label, number_of, serial_of
from core.batch.parts import Estimate  # noqa: TC001 - msgspec reads the annotations at run time
from core.embedding.asking import EmbedRecipe
from core.engine.places import submission_path
from core.errors import RefusedError
from core.ledger.load import load_wave
from core.pairs import ranges_of
from core.planning.estimate import total
from core.projections.money import ONLINE_FACTOR

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cli.compose import Opened
    from core.batch.commands import BatchCommand
    from core.embedding.asking import Text

_CHANGED = "the corpus, or what was asked of it, changed meanwhile; run it again"
#: Texts that one call embeds at once, at most; the API refuses more.
TEXTS_A_CALL = 100


class EmbeddingBatch(msgspec.Struct, frozen=True):
    """A batch that embeds: its wave, its pairs in the order of the corpus, and what it is expected to cost."""

    number: int
    label: str
    wave: int
    pair_ids: tuple[str, ...]
    estimate: Estimate
    path: str


class LostVectors(msgspec.Struct, frozen=True):
    """A batch that embedded, and how many texts lost the vector that it brought home."""

    label: str
    texts: int


class Embedding(msgspec.Struct, frozen=True):
    """What of the corpus is to be embedded, with the expected tokens and price.

    Of its pairs, `rows`, `archived` are left out and `same` have the content of another one. Of contents, `held`
    have a vector, `under_way` are asked for by the batches `waiting`, and the rest are `new`. With
    `online` the new ones are embedded at once. `left_usd` is what the budget leaves in all, None for no limit.
    `put` vectors came home and were put into their folder just now. `lost` are vectors that are to be had nowhere
    any more; those of texts of the corpus are among the new ones. `searched` says that the corpus was searched for
    duplicates, or that they are wanted. `written` says that the batches are in the
    ledger, `embedded` how many vectors came home at once.
    """

    corpus: str
    model: str
    dimensions: int
    task: str
    rows: int
    archived: int
    same: int
    held: int
    under_way: int
    waiting: tuple[str, ...]
    new: int
    online: bool
    batches: tuple[EmbeddingBatch, ...]
    estimate: Estimate
    left_usd: float | None
    put: int = 0
    lost: tuple[LostVectors, ...] = ()
    searched: bool = True
    written: bool = False
    embedded: int | None = None


class Wishes(msgspec.Struct, frozen=True):
    """What a person asks for: the model and length (None: the settings'), archived pairs too (`whole`).

    `online` says whether texts are embedded at once; None: when there are few. `again` has texts embedded whose
    vectors were paid for and are lost.
    """

    model: str | None = None
    dimensions: int | None = None
    whole: bool = False
    online: bool | None = None
    again: bool = False


def plan_embedding(opened: Opened, wishes: Wishes) -> Embedding:
    """Return what embedding the corpus would take; records nothing.

    Raises what `stock_of` raises, and BadInputError for a model without prices or limits.
    """
    recipe = recipe_by(opened, wishes)
    stock = stock_of(opened, recipe.space, whole=wishes.whole, again=wishes.again)
    tally: Counter[str] = Counter()
    planned = [
        (wave, tuple(text.pair_id for text in texts), recipe.estimate(texts))
        for wave, texts in cut(stock, recipe, *_sizes(opened, recipe, online=False), tally)
    ]
    new = sum(len(pair_ids) for _, pair_ids, _ in planned)
    online = bool(new) and (
        new <= opened.settings.embedding.online_most if wishes.online is None else wishes.online
    )
    if online:
        planned = [
            (wave, tuple(text.pair_id for text in texts), _at_once(recipe.estimate(texts)))
            for wave, texts in cut(stock, recipe, *_sizes(opened, recipe, online=True))
        ]
    rows = opened.rows().batches()
    first = max((serial_of(row.number) for row in rows if row.embeds), default=0) + 1
    batches = tuple(_batch(opened, number_of(EMBED, first + place), *each) for place, each in enumerate(planned))
    return Embedding(
        corpus=stock.corpus.fingerprint,
        model=recipe.model.name,
        dimensions=recipe.dimensions,
        task=recipe.task,
        rows=stock.corpus.rows,
        archived=tally["archived"],
        same=tally["same"],
        held=tally["held"],
        under_way=tally["under_way"],
        waiting=tuple(sorted(set(stock.under_way.values()))),
        new=new,
        online=online,
        batches=batches,
        estimate=total(each.estimate for each in batches),
        left_usd=money_left(opened, books_of(opened, "corpus embed"), 0).in_all_usd,
        put=stock.put,
        lost=tuple(LostVectors(each.label, len(each.contents)) for each in stock.lost),
        searched=stock.archived is not None,
    )


def write_embedding(opened: Opened, plan: Embedding, wishes: Wishes) -> Embedding:
    """Write the batches of a plan that was just made, and record them: from now on they may be sent.

    Raises what `pieces` raises, and ConflictError when somebody else took the numbers meanwhile.
    """
    recipe = recipe_by(opened, wishes)
    give_up_lost(opened, plan, wishes)
    for batch, texts in pieces(opened, plan, wishes):
        begin(opened, batch, texts, recipe)
    opened.catch_up()
    return msgspec.structs.replace(plan, written=True)


def give_up_lost(opened: Opened, plan: Embedding, wishes: Wishes) -> None:
    """Put on record what a plan that was just made has as lost; RefusedError when more is lost by now."""
    if not plan.lost:
        return
    lost = synced(opened, recipe_by(opened, wishes).space).lost
    if {each.label for each in lost} - {each.label for each in plan.lost}:
        raise RefusedError("more vectors were lost meanwhile; run it again")
    give_up(opened, lost)


def pieces(opened: Opened, plan: Embedding, wishes: Wishes) -> Iterator[tuple[EmbeddingBatch, list[Text]]]:
    """Yield the batches of a plan with their texts; RefusedError when corpus or vectors are others by now."""
    recipe = recipe_by(opened, wishes)
    stock = stock_of(opened, recipe.space, whole=wishes.whole)
    batches = iter(plan.batches)
    for _, texts in cut(stock, recipe, *_sizes(opened, recipe, online=plan.online)):
        batch = next(batches, None)
        if batch is None or tuple(text.pair_id for text in texts) != batch.pair_ids:
            raise RefusedError(_CHANGED)
        yield batch, texts
    if next(batches, None) is not None:  # another command asked for them, or their vectors came
        raise RefusedError(_CHANGED)


def recipe_by(opened: Opened, wishes: Wishes) -> EmbedRecipe:
    """Return what a person's wishes and the settings ask for."""
    settings = opened.settings.embedding
    model = model_of(opened, wishes.model or settings.model, vectors=True)
    return EmbedRecipe(model, wishes.dimensions or settings.dimensions, settings.task)


def _sizes(opened: Opened, recipe: EmbedRecipe, *, online: bool) -> tuple[int, int | None]:
    """Return how many texts and expected tokens a batch has at most: one call's, or what the model lets wait."""
    if online:
        return TEXTS_A_CALL, None
    return opened.settings.embedding.batch_size, opened.policy().enqueued_tokens.get(recipe.model.name)


def _at_once(estimate: Estimate) -> Estimate:
    return msgspec.structs.replace(estimate, cost_usd=round(estimate.cost_usd * ONLINE_FACTOR, 6))


def _batch(
    opened: Opened, number: int, wave: int, pair_ids: tuple[str, ...], estimate: Estimate
) -> EmbeddingBatch:
    path = submission_path(opened.policy(), number)
    return EmbeddingBatch(number, label(number), wave, pair_ids, estimate, path)


def begin(
    opened: Opened,
    batch: EmbeddingBatch,
    texts: Sequence[Text],
    recipe: EmbedRecipe,
    *also: BatchCommand,
) -> None:
    """Write a batch's file, and record the batch and what it is told `also` in one commit."""
    runs, now = ranges_of(batch.pair_ids), opened.clock.now()
    file = written(opened, batch.path, recipe.render(batch.number, runs, texts), now)
    planned = BatchPlanned(
        number=batch.number,
        wave=batch.wave,
        revision=load_wave(opened.database.store, batch.wave).revision,
        title=f"embedding, {recipe.dimensions} dimensions",
        ranges=runs,
        model=recipe.model.name,
        prompt_sha256="",
        estimate=batch.estimate,
        at=now,
    )
    record_new(opened, batch.number, (PlanBatch(planned), RecordFile(file), *also), "corpus-embed")
