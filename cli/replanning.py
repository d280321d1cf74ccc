"""Asks again for the pairs of an adopted wave that did not come home: chosen, priced, packed and written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from adapters.files.extract import read_extract
from cli.adopting import adopted_batches
from cli.batch_file import written
from cli.experience import learned
from cli.planning import model_of
from cli.prompts import keep_version, prompt_of
from cli.screening import screening_settings
from core.adoption.missing_kinds import KINDS, kind_of
from core.batch import commands as c
from core.batch.events import BatchPlanned, BatchWritten
from core.batch.lifecycle import Status
from core.batch.numbers import MOST_ROUNDS, repair_of
from core.batch.parts import Estimate  # noqa: TC001 - msgspec reads the annotations at run time
from core.engine.books import Books, Entry
from core.engine.places import submission_path
from core.errors import BadInputError, NotFoundError, RefusedError
from core.exchange.requests import Recipe, render_requests
from core.ledger.load import load_batch, load_wave
from core.pairs import ranges_of
from core.planning.estimate import total
from core.screening.findings import Severity
from core.screening.screening import Screening
from core.wave.decider import ReplanWave
from core.wave.events import RequestTerms, WaveReplanned

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cli.compose import Opened
    from core.batch.state import Batch
    from core.exchange.extracted import ExtractedPair
    from core.planning.models import Model
    from core.wave.state import Wave

#: What keeps a pair from being asked for again.
NO_TEXT = "its batch file is not at hand"


class Portion(msgspec.Struct, frozen=True):
    """The pairs of one batch that are asked for again, by the repair `number`, and the expected price."""

    batch: int
    number: int
    kind: str
    pair_ids: tuple[str, ...]
    requests: int
    estimate: Estimate


class LeftOut(msgspec.Struct, frozen=True):
    """Pairs that are missing and not asked for again: how many, of which batches, and why."""

    reason: str
    pairs: int
    batches: tuple[int, ...]


class Replan(msgspec.Struct, frozen=True):
    """What would be asked for again: portions by batch, what is left out, and what it costs.

    `unsettled` are batches of which it is not known yet whether the provider has a job, `busy` those that a repair
    is under way for; `written` is how many repairs were put into the ledger.
    """

    wave: int
    only: tuple[str, ...]
    portions: tuple[Portion, ...]
    left_out: tuple[LeftOut, ...]
    busy: tuple[int, ...]
    unsettled: tuple[int, ...]
    model: str
    pairs: int
    estimate: Estimate
    written: int = 0


class _Basis(msgspec.Struct, frozen=True):
    """What the repairs are written by."""

    recipe: Recipe
    prompt_sha256: str
    terms: RequestTerms
    texts: dict[str, ExtractedPair]


def kinds_of(only: str | None) -> tuple[str, ...]:
    """Return the kinds that a person wants; BadInputError for a word that is none."""
    asked = [word.strip() for word in only.split(",")] if only else list(KINDS)
    for word in asked:
        if word not in KINDS:
            raise BadInputError(f"--only {word or only}: there is no such kind; choose of {', '.join(KINDS)}")
    return tuple(kind for kind in KINDS if kind in asked)


def replan(
    opened: Opened, number: int, only: tuple[str, ...], *, dry_run: bool, accept_findings: bool = False
) -> Replan:
    """Plan just the pairs of an adopted wave that did not come home, and write them as repairs of their batches.

    A dry run shows what it would be and records nothing; doing it again adds only what is missing since. Raises
    NotFoundError for a wave that was not adopted, and RefusedError when its extract is not what it was.
    """
    wave = load_wave(opened.database.store, number)
    if wave.adopted is None:
        raise NotFoundError(
            f"wave {number} was not adopted; repairs of a planned wave are made by `batchmill run`"
        )
    batches = adopted_batches(opened, wave)
    busy = _busy(opened, wave)
    missing_kinds = {each.number: kind_of(each) for each in batches.values() if each.number not in busy}
    wanted = {each: kind for each, kind in missing_kinds.items() if kind is not None and kind in only}
    missing = {pair.pair_id for each in wanted for pair in batches[each].missing}
    texts = _texts(opened, wave, missing)
    basis = _basis(opened, wave, texts)
    reasons = _reasons(opened, texts, missing, accept_findings=accept_findings)
    portions: list[Portion] = []
    for each, kind in wanted.items():
        again = tuple(pair.pair_id for pair in batches[each].missing if pair.pair_id not in reasons)
        if again:
            portions.append(_portion(opened, batches[each], kind, again, basis))
    found = Replan(
        wave=number,
        only=only,
        portions=tuple(portions),
        left_out=_left_out(reasons, batches, wanted),
        busy=tuple(sorted(busy)),
        unsettled=tuple(each.number for each in batches.values() if each.status is Status.ADOPTED),
        model=basis.recipe.model.name,
        pairs=sum(len(each.pair_ids) for each in portions),
        estimate=total(each.estimate for each in portions),
    )
    if dry_run or not portions:
        return found
    return msgspec.structs.replace(found, written=_write(opened, wave, found, basis))


def _busy(opened: Opened, wave: Wave) -> set[int]:
    """Return the batches that a repair is under way for: another would take the number that it may need."""
    opened.catch_up()
    rows = [row for row in opened.database.read_model.batches() if row.wave == wave.wave and row.refines]
    return {row.repairs for row in rows if row.repairs and not (row.read_at and not row.missing_now)}


def _basis(opened: Opened, wave: Wave, texts: dict[str, ExtractedPair]) -> _Basis:
    prompt, digest = prompt_of(opened)
    model = model_of(opened, opened.settings.model.name)
    lesson = learned(opened, wave, prompt_sha256=digest, model=model.name, anew=True)
    most = opened.settings.planning.max_pairs_per_request
    recipe = Recipe(prompt, model, most, lesson.room)
    return _Basis(recipe, digest, _terms(model, most, lesson.room, lesson.basis), texts)


def _terms(model: Model, most: int | None, room: float, basis: str) -> RequestTerms:
    return RequestTerms(
        requests=None,
        max_pairs=most,
        forced=False,
        room=room,
        basis=basis,
        input_limit=model.input_limit,
        output_limit=model.output_limit,
        thinking_budget=model.thinking_budget,
        margin_percent=model.margin_percent,
    )


def _texts(opened: Opened, wave: Wave, wanted: set[str]) -> dict[str, ExtractedPair]:
    """Return what the extract has of these pairs: those of a batch whose file is not at hand are not there."""
    extract = wave.extract
    if extract is None or not wanted:
        return {}
    pairs = read_extract(opened.root / extract.path, extract.sha256)
    return {pair.pair_id: pair for pair in pairs if pair.pair_id in wanted and pair.question and pair.answer}


def _reasons(
    opened: Opened, texts: Mapping[str, ExtractedPair], missing: Iterable[str], *, accept_findings: bool
) -> dict[str, str]:
    """Return why pairs are not asked for again, by pair: no text, or a content rule keeps them out."""
    reasons = {pair_id: NO_TEXT for pair_id in missing if pair_id not in texts}
    screening = Screening(screening_settings(opened))
    stopping = {Severity.EXCLUDE} if accept_findings else {Severity.EXCLUDE, Severity.HOLD}
    for place, (pair_id, pair) in enumerate(texts.items(), start=1):
        stopped = [
            finding
            for finding in screening.examine(pair.source, place, pair.question, pair.answer)
            if finding.severity in stopping
        ]
        if stopped:
            reasons[pair_id] = f"the content rule {stopped[0].rule}"
    return reasons


def _left_out(
    reasons: Mapping[str, str], batches: Mapping[int, Batch], wanted: Iterable[int]
) -> tuple[LeftOut, ...]:
    owners = {pair.pair_id: each for each in wanted for pair in batches[each].missing}
    by_reason: dict[str, list[int]] = {}
    for pair_id, reason in reasons.items():
        by_reason.setdefault(reason, []).append(owners[pair_id])
    return tuple(
        LeftOut(reason, len(numbers), tuple(sorted(set(numbers)))) for reason, numbers in sorted(by_reason.items())
    )


def _portion(opened: Opened, batch: Batch, kind: str, pair_ids: tuple[str, ...], basis: _Basis) -> Portion:
    pairs = [basis.texts[pair_id] for pair_id in pair_ids]
    return Portion(
        batch=batch.number,
        number=_next_repair(opened, batch.number),
        kind=kind,
        pair_ids=pair_ids,
        requests=len(basis.recipe.slots(pairs)),
        estimate=basis.recipe.estimate(pairs),
    )


def _next_repair(opened: Opened, number: int) -> int:
    """Return the first repair of a batch that there is not yet."""
    for round_ in range(1, MOST_ROUNDS):
        repair = repair_of(number, round_)
        if load_batch(opened.database.store, repair).status is Status.UNPLANNED:
            return repair
    raise RefusedError(f"batch {number} was asked for {MOST_ROUNDS} times; look at why its pairs do not come home")


def _write(opened: Opened, wave: Wave, found: Replan, basis: _Basis) -> int:
    """Record the terms, then write each repair's file and record it together with the pairs that it takes over.

    What is cut short goes on when it is planned again: a batch whose pairs were taken over misses them no more.
    """
    keep_version(opened, basis.prompt_sha256)
    now = opened.clock.now()
    books = Books(opened.database.store, opened.context("replan").actor)
    cause = f"replan --wave {wave.wave} --only {','.join(found.only)}"
    replanned = WaveReplanned(
        wave=wave.wave,
        only=found.only,
        batches=tuple(each.number for each in found.portions),
        pairs=found.pairs,
        packing=basis.terms,
        model=basis.recipe.model.name,
        prompt_path=opened.settings.model.prompt_file,
        prompt_sha256=basis.prompt_sha256,
        prices_dated=basis.recipe.model.prices_dated,
        estimate=found.estimate,
        at=now,
    )
    books.write_wave(wave.wave, ReplanWave(replanned), cause)
    for portion in found.portions:
        planned, written = _repair(opened, wave, portion, basis)
        new = Entry(
            portion.number, (c.PlanBatch(planned), c.RecordFile(written)), f"repairs batch {portion.batch}"
        )
        books.write([Entry(portion.batch, (c.HandOver(portion.number, planned.ranges, now),), cause, also=(new,))])
    opened.catch_up()
    return len(found.portions)


def _repair(opened: Opened, wave: Wave, portion: Portion, basis: _Basis) -> tuple[BatchPlanned, BatchWritten]:
    runs = ranges_of(portion.pair_ids)
    pairs = [basis.texts[pair_id] for pair_id in portion.pair_ids]
    now = opened.clock.now()
    path = submission_path(opened.policy(), portion.number)
    file = written(opened, path, render_requests(portion.number, runs, pairs, basis.recipe), now)
    planned = BatchPlanned(
        number=portion.number,
        wave=wave.wave,
        revision=wave.revision,
        title=f"{portion.kind} of batch {portion.batch}",
        ranges=runs,
        model=basis.recipe.model.name,
        prompt_sha256=basis.prompt_sha256,
        estimate=portion.estimate,
        at=now,
    )
    return planned, file
