"""Asks once more for the pairs that a batch did not bring home, in a repair of their own, or gives them up."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from core.batch import commands as c
from core.batch.events import BatchPlanned, BatchWritten
from core.batch.numbers import repair_of, round_of
from core.engine.books import Entry
from core.engine.haul import Haul
from core.engine.places import submission_path
from core.errors import BatchmillError
from core.exchange.requests import render_requests
from core.exchange.verdicts import Verdict
from core.pairs import count, ids, ranges_of
from core.planning.estimate import total

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from core.batch.commands import BatchCommand
    from core.batch.events import Estimate, RequestLine, Unrefined
    from core.batch.state import Batch
    from core.engine.workshop import Workshop
    from core.exchange.extracted import ExtractedPair
    from core.exchange.requests import Recipe
    from core.pairs import PairRange

#: The answer to a pair that was cut off is expected to be so many times as long as thought before, in each round.
MORE_ROOM = 2.0


class Supplies(Protocol):
    """Where the texts for a repair come from: the wave's own input and prompt, as they were planned."""

    def pairs(self, wave: int, pair_ids: Collection[str]) -> dict[str, ExtractedPair]:
        """Return these pairs of a wave by id; raises BatchmillError when its extract is not as it was planned."""
        ...

    def recipe(self, batch: Batch) -> Recipe:
        """Return the recipe that the batch was written by; raises BatchmillError when its prompt is not there."""
        ...


class _Need(NamedTuple):
    """A batch's missing pairs: those to be asked for again, and those to be given up."""

    batch: Batch
    again: tuple[Unrefined, ...]
    hopeless: tuple[Unrefined, ...]


class _Portion(NamedTuple):
    """Pairs of a repair that are packed alike."""

    pair_ids: tuple[str, ...]
    recipe: Recipe


def repair(shop: Workshop, batches: Sequence[Batch]) -> list[Haul]:
    """Plan and write a repair for each of these batches, or give its missing pairs up; one commit for all.

    Given up is what the last round of the policy did not bring home. A repair stands in the ledger with its pairs,
    or not at all: a file without its events is written over.
    """
    needs = [_need(shop, batch) for batch in batches]
    hauls: list[Haul] = []
    for wave in sorted({need.batch.wave for need in needs}):
        hauls += _of_wave(shop, wave, [need for need in needs if need.batch.wave == wave])
    shop.books.write([haul.entry for haul in hauls if haul.entry])
    return hauls


def _need(shop: Workshop, batch: Batch) -> _Need:
    """Sort a batch's missing pairs into those that are asked for again and those that are given up."""
    if round_of(batch.number) >= shop.policy.repair_rounds:
        return _Need(batch, (), batch.missing)
    return _Need(batch, batch.missing, ())


def _of_wave(shop: Workshop, wave: int, needs: list[_Need]) -> list[Haul]:
    """Write the repairs of one wave, whose extract is read once for all of them."""
    wanted = {pair.pair_id for need in needs for pair in need.again}
    try:
        texts = shop.supplies.pairs(wave, wanted) if wanted else {}
    except BatchmillError as error:
        return [Haul(need.batch.number, trouble=error) for need in needs]
    return [_repair(shop, need, texts) for need in needs]


def _repair(shop: Workshop, need: _Need, texts: Mapping[str, ExtractedPair]) -> Haul:
    batch, now = need.batch, shop.now()
    commands: list[BatchCommand] = [c.GiveUp(need.hopeless, now)] if need.hopeless else []
    if not need.again:
        return Haul(batch.number, entry=Entry(batch.number, tuple(commands), "no further repair would help"))
    try:
        planned, written = _write(shop, need, texts)
    except BatchmillError as error:
        return Haul(batch.number, trouble=error)
    commands.append(c.HandOver(planned.number, planned.ranges, now))
    new = Entry(planned.number, (c.PlanBatch(planned), c.RecordFile(written)), f"repairs {batch.name}")
    cause = f"{len(need.again)} of its pairs did not come home"
    return Haul(batch.number, entry=Entry(batch.number, tuple(commands), cause, also=(new,)))


def _write(shop: Workshop, need: _Need, texts: Mapping[str, ExtractedPair]) -> tuple[BatchPlanned, BatchWritten]:
    batch = need.batch
    number = repair_of(batch.number, round_of(batch.number) + 1)
    requests: list[RequestLine] = []
    ranges: list[PairRange] = []
    expected: list[Estimate] = []
    with shop.files.create(submission_path(shop.policy, number)) as pending:
        for portion in _portions(need, shop.supplies.recipe(batch)):
            runs = ranges_of(portion.pair_ids)
            pairs = [texts[pair_id] for pair_id in portion.pair_ids]
            first = len(requests) + 1
            for request, line in render_requests(number, runs, pairs, portion.recipe, first=first):
                pending.sink.write(line)
                requests.append(request)
            ranges += runs
            expected.append(portion.recipe.estimate(pairs))
        stored = pending.commit()
    planned = BatchPlanned(
        number=number,
        wave=batch.wave,
        revision=batch.revision,
        title=batch.title,
        ranges=tuple(ranges),
        model=batch.model,
        prompt_sha256=batch.prompt_sha256,
        estimate=total(expected),
        at=shop.now(),
    )
    return planned, BatchWritten(stored.path, stored.sha256, stored.size, tuple(requests), shop.now())


def _portions(need: _Need, recipe: Recipe) -> list[_Portion]:
    """Sort pairs by what they need: room for those cut off, a request of its own for each that was blocked."""
    by_verdict: dict[str, list[str]] = {"": [], Verdict.CUT_OFF: [], Verdict.BLOCKED: []}
    for pair in need.again:
        by_verdict[pair.verdict if pair.verdict in by_verdict else ""].append(pair.pair_id)
    room = recipe.room * MORE_ROOM ** (round_of(need.batch.number) + 1)
    recipes = {
        "": recipe,
        Verdict.CUT_OFF: recipe._replace(
            room=room, max_pairs=_half_as_many(need.batch, by_verdict[Verdict.CUT_OFF])
        ),
        Verdict.BLOCKED: recipe._replace(max_pairs=1),
    }
    return [_Portion(tuple(ids), recipes[verdict]) for verdict, ids in by_verdict.items() if ids]


def _half_as_many(batch: Batch, cut_off: list[str]) -> int:
    """Return half of the pairs that the largest request had whose answer was cut off, but at least one."""
    lost = set(cut_off)
    sizes = [count(request.ranges) for request in batch.requests if not lost.isdisjoint(ids(request.ranges))]
    return max(1, max(sizes, default=1) // 2)
