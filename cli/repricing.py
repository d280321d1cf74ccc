"""What it would cost to run again what an older wave lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from cli.planning import model_of
from cli.prompts import prompt_of
from core.exchange.requests import Recipe
from core.ledger.load import load_batch
from core.planning.estimate import estimate
from core.planning.packing import pack
from core.reconcile.judgement import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.compose import Opened
    from core.batch.state import Batch
    from core.engine.reconcile import Reconciliation

#: What a reconciliation found to be missing for good.
MISSING = {Outcome.LOST, Outcome.NEVER_SUBMITTED, Outcome.WRONG_FORMAT}


class Again(msgspec.Struct, frozen=True):
    """What it would cost to run missing pairs again, in one wave: those with texts, those without, US dollars."""

    wave: int
    pairs: int
    without_text: int
    cost_usd: float


def price_of_missing(opened: Opened, found: Reconciliation) -> list[Again]:
    """Return the price of running again what is lost, by wave, from the sizes of the batch files at hand.

    It needs no text: expected tokens follow from the characters of a batch's questions and answers.
    """
    waves: dict[int, list[Batch]] = {}
    for each in found.judgements:
        if each.outcome in MISSING and each.number is not None:
            batch = load_batch(opened.database.store, each.number)
            if not batch.parted:
                waves.setdefault(batch.wave, []).append(batch)
    model = model_of(opened, opened.settings.model.name)
    prompt, _ = prompt_of(opened)
    return [_again(wave, batches, Recipe(prompt, model)) for wave, batches in sorted(waves.items())]


def _again(wave: int, batches: Sequence[Batch], recipe: Recipe) -> Again:
    known = [batch for batch in batches if batch.adoption and batch.adoption.answer_characters]
    pairs = sum(batch.pairs for batch in known)
    usd = sum(_price(batch, recipe) for batch in known)
    return Again(wave, pairs, sum(batch.pairs for batch in batches) - pairs, usd)


def _price(batch: Batch, recipe: Recipe) -> float:
    """Return what a batch's pairs are expected to cost, each taken to be of the batch's mean size."""
    adoption = batch.adoption
    if adoption is None or not batch.pairs:
        return 0.0
    question, answer = (
        round(characters / batch.pairs)
        for characters in (adoption.question_characters, adoption.answer_characters)
    )
    slots = pack([question] * batch.pairs, [answer] * batch.pairs, recipe.packing)
    return estimate(slots, recipe.model).cost_usd
