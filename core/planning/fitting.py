"""Cuts a wave's batches into requests, and refuses those whose answers are expected to pass the model's limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from core.errors import RefusedError
from core.planning.naming import counted
from core.planning.packing import Packing, Slot, pack
from core.wave.events import Decision

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.planning.inventory import PairSizes


class Fitted(NamedTuple):
    """The requests of every batch, by its number, and what was decided about them.

    `forced` says that some were taken although more is expected of them than the limits leave room for.
    """

    slots: dict[int, list[Slot]]
    decisions: list[Decision]
    forced: bool


def fit(wave: int, sizes: dict[int, PairSizes], packing: Packing, *, force: bool) -> Fitted:
    """Pack the batches, given by their number and their pairs' sizes.

    Raises RefusedError with the whole arithmetic when a number of requests was asked for that is too few, unless
    `force` is said: then the decisions tell what is expected to be lost.
    """
    slots = {number: pack(*characters, packing) for number, characters in sizes.items()}
    decisions = [_alone(number, cut, packing) for number, cut in slots.items() if _lonely(cut)]
    overfull = {number: cut for number, cut in slots.items() if any(map(_overfull, cut))}
    if not overfull:
        return Fitted(slots, decisions, forced=False)
    asked = _asked(packing)
    reckoning = f"{_reckoning(overfull, packing)}; {_auto(sizes, slots, overfull, packing)}"
    if not force:
        raise RefusedError(
            f"wave {wave} cannot be planned with --requests {asked}: {reckoning}; "
            "plan with --requests auto, or go on all the same with --force"
        )
    action = f"{asked} forced, too few for {len(overfull)} of {len(slots)} batches"
    return Fitted(slots, [*decisions, Decision("requests", action, reckoning)], forced=True)


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
    said = (
        f"the answers to one request of batch {number} pass the limit{others}: {pairs} pairs x "
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
