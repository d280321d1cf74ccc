"""Judging by a model as a whole piece of work: which pairs, what it costs, and the batches that ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from cli.batch_file import written
from cli.deciding import Left, books_of, money_left
from cli.judge_prompts import judging_prompt, keep_judging_prompt
from cli.judged_pairs import asked_before, cut, sampled
from cli.planning import model_of
from cli.recording import record_new
from core.batch.commands import PlanBatch, RecordFile
from core.batch.events import BatchPlanned
from core.batch.numbers import JUDGE, label, number_of, serial_of
from core.batch.parts import Estimate  # noqa: TC001 - msgspec reads the annotations at run time
from core.engine.places import submission_path
from core.errors import RefusedError
from core.exchange.prompts import prompt_sha256
from core.ledger.load import load_wave
from core.pairs import ranges_of
from core.planning.estimate import total
from core.quality.judging import JudgeRecipe, coin_of
from core.wave.lifecycle import Status as WaveStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.compose import Opened
    from core.quality.review_pair import ReviewPair


class JudgingBatch(msgspec.Struct, frozen=True):
    """A batch that judges: its pairs in the order of the wave, its requests, and what it is expected to cost."""

    number: int
    label: str
    pair_ids: tuple[str, ...]
    requests: int
    estimate: Estimate
    path: str


class Judging(msgspec.Struct, frozen=True):
    """What a model is asked to judge of a wave, with the expected tokens and price.

    `known` counts pairs that were left out, since that model was asked about them before by the same prompt.
    `left` is what the budgets leave, `written` says that the batches are in the ledger and may be sent.
    """

    wave: int
    revision: int
    of: str
    model: str
    prompt_sha256: str
    pairs: int
    known: int
    batches: tuple[JudgingBatch, ...]
    estimate: Estimate
    left: Left
    written: bool = False


def plan_judging(opened: Opened, number: int, *, whole: bool, model: str | None) -> Judging:
    """Return what judging a wave's last sample, or all its refined pairs, would take; records nothing.

    Raises NotFoundError without a sample or plan, RefusedError for a rejected wave or one without refined pairs.
    """
    wave = load_wave(opened.database.store, number)
    if wave.status is WaveStatus.REJECTED:
        raise RefusedError(
            f"wave {number} was rejected, and nothing more of it is sent; "
            f"`batchmill accept --wave {number} --reason …` reverses that"
        )
    name = model or opened.settings.judge.model or opened.settings.model.name
    recipe = JudgeRecipe(judging_prompt(opened), model_of(opened, name), seed="")
    rows = opened.rows().batches()
    known = asked_before(opened, [row for row in rows if row.wave == number], name, prompt_sha256(recipe.prompt))
    wanted = None if whole else sampled(opened, number)
    first = max((serial_of(row.number) for row in rows if row.judges), default=0) + 1
    batches: list[JudgingBatch] = []
    seen = 0
    for pairs in cut(opened, wave, wanted, known):
        seen += len(pairs)
        batches.append(_batch(opened, number_of(JUDGE, first + len(batches)), pairs, recipe))
    if not seen and not known:
        raise RefusedError(f"wave {number} has no refined pair yet; have it judged when its answers came home")
    return Judging(
        wave=number,
        revision=wave.revision,
        of="all" if whole else "sample",
        model=name,
        prompt_sha256=prompt_sha256(recipe.prompt),
        pairs=seen,
        known=len(known if wanted is None else known & wanted),
        batches=tuple(batches),
        estimate=total(each.estimate for each in batches),
        left=money_left(opened, books_of(opened, "judge"), number),
    )


def write_judging(opened: Opened, judging: Judging) -> Judging:
    """Write the batches of a plan that was just made, and record them: from now on they may be sent.

    Raises RefusedError when a refined pair is another one by now, ConflictError when somebody else took the
    numbers meanwhile.
    """
    prompt = judging_prompt(opened)
    if prompt_sha256(prompt) != judging.prompt_sha256:
        raise RefusedError("the judging prompt changed meanwhile; run it again")
    keep_judging_prompt(opened, prompt)
    recipe = JudgeRecipe(prompt, model_of(opened, judging.model), seed="")
    wave = load_wave(opened.database.store, judging.wave)
    wanted = {pair_id for batch in judging.batches for pair_id in batch.pair_ids}
    for batch, pairs in zip(judging.batches, cut(opened, wave, wanted, ()), strict=True):
        if tuple(pair.pair_id for pair in pairs) != batch.pair_ids:
            raise RefusedError(f"the refined pairs of wave {judging.wave} changed meanwhile; run it again")
        _write(opened, judging, batch, pairs, recipe)
    opened.catch_up()
    return msgspec.structs.replace(judging, written=True)


def _write(
    opened: Opened, judging: Judging, batch: JudgingBatch, pairs: Sequence[ReviewPair], recipe: JudgeRecipe
) -> None:
    runs, now = ranges_of(batch.pair_ids), opened.clock.now()
    asking = recipe._replace(seed=coin_of(batch.number))
    file = written(opened, batch.path, asking.render(batch.number, runs, pairs), now)
    planned = BatchPlanned(
        number=batch.number,
        wave=judging.wave,
        revision=judging.revision,
        title=f"judging {'the sample' if judging.of == 'sample' else 'all pairs'}",
        ranges=runs,
        model=judging.model,
        prompt_sha256=judging.prompt_sha256,
        estimate=batch.estimate,
        at=now,
    )
    record_new(opened, batch.number, (PlanBatch(planned), RecordFile(file)), f"judge --wave {judging.wave}")


def _batch(opened: Opened, number: int, pairs: Sequence[ReviewPair], recipe: JudgeRecipe) -> JudgingBatch:
    return JudgingBatch(
        number=number,
        label=label(number),
        pair_ids=tuple(pair.pair_id for pair in pairs),
        requests=len(recipe.slots(pairs)),
        estimate=recipe.estimate(pairs),
        path=submission_path(opened.policy(), number),
    )
