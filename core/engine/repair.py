"""Asks once more for the pairs that a batch did not bring home, in a repair of their own, or gives them up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from core.batch import commands as c
from core.batch.events import BatchPlanned, BatchWritten
from core.batch.numbers import ERRAND, REFINE, repair_of, round_of
from core.engine.books import Entry
from core.engine.haul import Haul
from core.engine.places import submission_path
from core.errors import BatchmillError
from core.exchange.verdicts import Verdict
from core.pairs import count, ids, ranges_of
from core.planning.estimate import total

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from core.batch.commands import BatchCommand
    from core.batch.parts import Estimate, RequestLine, Unrefined
    from core.batch.state import Batch
    from core.engine.workshop import Workshop
    from core.exchange.asking import Asking
    from core.pairs import PairRange

#: A pair that was cut off is packed with room for an answer so many times as long as before, in each round.
MORE_ROOM = 2.0
#: What the reason of a pair says that was cut off because the model may not write more, and not on the way home.
AT_LIMIT = "at the output limit"


class Supplies(Protocol):
    """Where the texts for a repair come from: the wave's own input and prompt, as they were planned.

    What is known of a pair is what the recipe of a batch of that kind asks about.
    """

    def pairs(self, wave: int, kind: str, pair_ids: Collection[str]) -> dict[str, Any]:
        """Return these pairs of a wave by id, as batches of a kind (refine, judge) ask about them.

        Raises BatchmillError when the wave's extract is not as it was planned, or a refined text is gone.
        """
        ...

    def recipe(self, batch: Batch) -> Asking[Any]:
        """Return what the batch was written by; raises BatchmillError when its prompt is not there."""
        ...


class _Need(NamedTuple):
    """A batch's missing pairs: those to be asked for again, and those to be given up.

    `company` says by pair how many pairs the request carried that it was lost with.
    """

    batch: Batch
    company: Mapping[str, int]
    again: tuple[Unrefined, ...]
    hopeless: tuple[Unrefined, ...]


class _Portion(NamedTuple):
    """Pairs of a repair that are packed alike."""

    pair_ids: tuple[str, ...]
    recipe: Asking[Any]


def repair(shop: Workshop, batches: Sequence[Batch]) -> list[Haul]:
    """Plan and write a repair for each of these batches, or give its missing pairs up; one commit for all.

    Given up is what the last round of the policy did not bring home. A repair stands in the ledger with its pairs,
    or not at all: a file without its events is written over.
    """
    needs = [_need(shop, batch) for batch in batches]
    hauls: list[Haul] = []
    for wave, kind in sorted({(need.batch.wave, need.batch.kind) for need in needs}):
        alike = [need for need in needs if (need.batch.wave, need.batch.kind) == (wave, kind)]
        hauls += _of_wave(shop, wave, kind, alike)
    shop.books.write([haul.entry for haul in hauls if haul.entry])
    return hauls


def _need(shop: Workshop, batch: Batch) -> _Need:
    """Sort a batch's missing pairs into those that are asked for again and those that are given up."""
    if round_of(batch.number) >= _rounds(shop, batch):
        return _Need(batch, {}, (), batch.missing)
    company = _company(batch)
    again: list[Unrefined] = []
    hopeless: list[Unrefined] = []
    for pair in batch.missing:
        (hopeless if _too_long(pair, company) else again).append(pair)
    return _Need(batch, company, tuple(again), tuple(hopeless))


def _rounds(shop: Workshop, batch: Batch) -> int:
    """Return how many rounds a batch's pairs get: in an adopted wave the first one repairs no job of ours.

    An errand is not repaired: what its client wants with a request that was not answered is for them to say.
    """
    if batch.kind == ERRAND:
        return 0
    adopted = batch.kind == REFINE and shop.books.wave(batch.wave).adopted is not None
    return shop.policy.repair_rounds + adopted


def _company(batch: Batch) -> dict[str, int]:
    """Return by missing pair how many pairs the request carried that it was lost with, itself included."""
    lost = {pair.pair_id for pair in batch.missing}
    return {
        pair_id: count(request.ranges)
        for request in batch.requests
        for pair_id in ids(request.ranges)
        if pair_id in lost
    }


def _too_long(pair: Unrefined, company: Mapping[str, int]) -> bool:
    """Tell whether a pair had all of the model's output to itself and was cut off: it would be so again."""
    return pair.verdict == Verdict.CUT_OFF and AT_LIMIT in pair.reason and company.get(pair.pair_id) == 1


def _of_wave(shop: Workshop, wave: int, kind: str, needs: list[_Need]) -> list[Haul]:
    """Write the repairs of one kind in one wave, whose extract is read once for all of them."""
    wanted = {pair.pair_id for need in needs for pair in need.again}
    try:
        texts = shop.supplies.pairs(wave, kind, wanted) if wanted else {}
    except BatchmillError as error:
        return [Haul(need.batch.number, trouble=error) for need in needs]
    return [_repair(shop, need, texts) for need in needs]


def _repair(shop: Workshop, need: _Need, texts: Mapping[str, Any]) -> Haul:
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


def _write(shop: Workshop, need: _Need, texts: Mapping[str, Any]) -> tuple[BatchPlanned, BatchWritten]:
    batch = need.batch
    number = repair_of(batch.number, round_of(batch.number) + 1)
    requests: list[RequestLine] = []
    ranges: list[PairRange] = []
    expected: list[Estimate] = []
    with shop.files.create(submission_path(shop.policy, number)) as pending:
        for portion in _portions(shop, need, shop.supplies.recipe(batch)):
            runs = ranges_of(portion.pair_ids)
            pairs = [texts[pair_id] for pair_id in portion.pair_ids]
            first = len(requests) + 1
            for request, line in portion.recipe.render(number, runs, pairs, first=first):
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


def _portions(shop: Workshop, need: _Need, recipe: Asking[Any]) -> list[_Portion]:
    """Sort pairs by what they need: room for those cut off, and for each as small a company as `_at_most` says."""
    alike: dict[tuple[bool, int], list[str]] = {}
    last = round_of(need.batch.number) + 1 >= _rounds(shop, need.batch)
    for pair in need.again:
        most = 1 if last else _at_most(pair, need.company)
        alike.setdefault((pair.verdict == Verdict.CUT_OFF, most), []).append(pair.pair_id)
    spare = MORE_ROOM ** (round_of(need.batch.number) + 1)
    return [
        _Portion(tuple(pair_ids), recipe.once_more(max_pairs=most, spare=spare if cut_off else 1.0))
        for (cut_off, most), pair_ids in sorted(alike.items())
    ]


def _at_most(pair: Unrefined, company: Mapping[str, int]) -> int:
    """Return how many pairs the next request of a pair may carry.

    Half as many as the one that it was lost with: whichever pair spoils a request, in each round it takes fewer
    with it. A pair that was blocked stands alone at once, since it would be blocked again.
    """
    if pair.verdict == Verdict.BLOCKED:
        return 1
    return max(1, company.get(pair.pair_id, 1) // 2)
