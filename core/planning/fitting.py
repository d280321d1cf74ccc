"""Cuts a wave's batches into requests, and refuses those whose answers are expected to pass the model's limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from core.errors import RefusedError
from core.pairs import ids
from core.planning.naming import counted
from core.planning.packing import Packing, Slot, pack
from core.planning.ranges import take
from core.wave.events import Decision

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.pairs import PairRange
    from core.planning.inventory import PairSizes


class Fitted(NamedTuple):
    """The requests of every batch, by its number, and what was decided about them.

    `forced` says that some were taken although more is expected of them than the limits leave room for.
    """

    slots: dict[int, list[Slot]]
    decisions: list[Decision]
    forced: bool


def fit(
    wave: int,
    sizes: dict[int, PairSizes],
    packing: Packing,
    *,
    ranges: Mapping[int, Sequence[PairRange]],
    force: bool,
) -> Fitted:
    """Pack the batches, given by their number: their pairs' sizes, and the ranges that these pairs are.

    Raises RefusedError with the whole arithmetic when a pair cannot come home whole even alone, or when a number
    of requests was asked for that is too few, unless `force` is said: then the decisions tell what is expected to
    be lost. Raises BadInputError as `pack` does.
    """
    slots = {number: pack(*characters, packing) for number, characters in sizes.items()}
    decisions = [_alone(number, cut, packing) for number, cut in slots.items() if _lonely(cut)]
    hopeless = _hopeless(wave, slots, packing, ranges=ranges, force=force)
    decisions += hopeless
    overfull = {number: cut for number, cut in slots.items() if any(map(_overfull, cut))}
    if not overfull:
        return Fitted(slots, decisions, forced=bool(hopeless))
    asked = _asked(packing)
    reckoning = f"{_reckoning(overfull, packing)}; {_auto(sizes, slots, overfull, packing)}"
    if not force:
        raise RefusedError(
            f"wave {wave} cannot be planned with --requests {asked}: {reckoning}; "
            "plan with --requests auto, or go on all the same with --force"
        )
    action = f"{asked} forced, too few for {len(overfull)} of {len(slots)} batches"
    return Fitted(slots, [*decisions, Decision("requests", action, reckoning)], forced=True)


def _hopeless(
    wave: int,
    slots: dict[int, list[Slot]],
    packing: Packing,
    *,
    ranges: Mapping[int, Sequence[PairRange]],
    force: bool,
) -> list[Decision]:
    """Refuse single pairs that pass the model's very limits, not the margin alone, or return how they are sent."""
    model = packing.model
    found = [
        (number, slot)
        for number, cut in slots.items()
        for slot in cut
        if slot.stop - slot.start == 1
        and (slot.output_tokens > model.output_limit or slot.input_tokens > model.input_limit)
    ]
    if not found:
        return []
    reckoning = _beyond(found, ranges, packing)
    if not force:
        raise RefusedError(
            f"wave {wave} cannot be planned: {reckoning}; shorten such pairs or take them out of the file, "
            "choose a model that gives more (or mend its limits in the settings), or send them all the same "
            "with --force"
        )
    return [Decision("requests", f"{counted(len(found), 'pair')} forced, too long for any request", reckoning)]


def _beyond(hopeless: list[tuple[int, Slot]], ranges: Mapping[int, Sequence[PairRange]], packing: Packing) -> str:
    """Return the arithmetic of the first of these pairs, and how many there are."""
    named = [
        (pair, slot) for number, slot in hopeless for pair in ids(take(ranges[number], slot.start, slot.stop))
    ]
    pair, slot = min(named, key=lambda each: each[0])
    model = packing.model
    if slot.output_tokens > model.output_limit:
        tokens, limit, why = (
            slot.output_tokens,
            model.output_limit,
            "an answer of {} is expected, and {} stops at {}",
        )
    else:
        tokens, limit, why = slot.input_tokens, model.input_limit, "with the prompt it has {}, and {} takes {}"
    said = why.format(f"{tokens:,} tokens", model.name, f"{limit:,}")
    return f"{counted(len(hopeless), 'pair')} too long for any request, the first is {pair}: {said}"


def _lonely(slots: Sequence[Slot]) -> int:
    return sum(slot.oversize and slot.stop - slot.start == 1 for slot in slots)


def _overfull(slot: Slot) -> bool:
    return slot.oversize and slot.stop - slot.start > 1


def _asked(packing: Packing) -> str:
    return "single" if packing.requests == 1 else f"{packing.requests}"


def _alone(number: int, slots: Sequence[Slot], packing: Packing) -> Decision:
    alone = _lonely(slots)
    reason = f"the answer to {alone} of its pairs may exceed the output limit of {packing.model.name}"
    return Decision(f"batch {number}", f"{counted(alone, 'pair')} sent alone in a request", reason)


def _reckoning(overfull: dict[int, list[Slot]], packing: Packing) -> str:
    """Return the arithmetic of the fullest request, and how many other batches are like it."""
    worst, number = max(
        (max(slots, key=lambda slot: slot.output_tokens), number) for number, slots in overfull.items()
    )
    pairs, model = worst.stop - worst.start, packing.model
    budget = model.thinking_budget
    answers = worst.output_tokens - budget
    thinking = f" + {budget:,} of thinking = {worst.output_tokens:,}" if budget else ""
    others = f" (and so do those of {len(overfull) - 1} others)" if len(overfull) > 1 else ""
    passed = "limit" if worst.output_tokens > model.output_limit else "margin below the limit"
    said = (
        f"the answers to one request of batch {number} pass the {passed}{others}: {pairs} pairs x "
        f"{answers / pairs:,.1f} expected tokens = {answers:,}{thinking}, where {model.name} stops at "
        f"{model.output_limit:,} and a request is filled to {packing.output_room + budget:,} "
        f"({model.margin_percent} %)"
    )
    if answers <= packing.output_room:
        said = (
            f"one request of batch {number} is too long{others}: {pairs} pairs and the prompt are "
            f"{worst.input_tokens:,} tokens, where {model.name} takes {model.input_limit:,} and a request is "
            f"filled to {packing.input_room:,} ({model.margin_percent} %)"
        )
    home = (model.output_limit - budget) / answers
    return f"{said}; {_home(home)}"


def _home(share: float) -> str:
    if share < 1:
        return f"about {100 * share:.0f} % of it would come home, and the rest be cut off"
    return "all of it would come home if no answer is longer than expected"


def _auto(
    sizes: dict[int, PairSizes], slots: dict[int, list[Slot]], overfull: dict[int, list[Slot]], packing: Packing
) -> str:
    """Return how many requests the batches take by themselves."""
    free = msgspec.structs.replace(packing, requests=None)
    auto = sum(len(pack(*sizes[number], free)) for number in overfull)
    asked = sum(len(slots[number]) for number in overfull)
    batches = "this batch" if len(overfull) == 1 else f"these {len(overfull)} batches"
    return f"auto makes {counted(auto, 'request')} of {batches}, not {asked}"
