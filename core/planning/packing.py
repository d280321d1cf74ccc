"""How many pairs a request may carry: as many as the expected answers leave room for under the model's limits."""

from __future__ import annotations

from itertools import accumulate, pairwise
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from core.planning.estimate import pair_tokens, request_tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.planning.models import Model

#: The share of a limit that expectations may fill, because an expectation is not a promise.
MARGIN_PERCENT = 75


class Packing(msgspec.Struct, frozen=True):
    """What requests are packed by; `max_pairs` caps a request's pairs (None: only the model's limits do).

    Answers are expected to be `room` times as long as the texts alone lead to expect.
    """

    model: Model
    prompt_characters: int
    max_pairs: int | None = None
    room: float = 1.0


class Slot(NamedTuple):
    """One request: pairs `start` to `stop` (exclusive) of its batch, and the tokens expected in and out.

    `oversize` says that its one pair is expected to need more than the model's limits leave room for.
    """

    start: int
    stop: int
    input_tokens: int
    output_tokens: int
    oversize: bool


class _Load:
    """Running sums of the expected tokens, so that a slot's load is a subtraction."""

    def __init__(self, questions: Sequence[int], answers: Sequence[int], packing: Packing) -> None:
        tokens = [pair_tokens(*sizes) for sizes in zip(questions, answers, strict=True)]
        self._in = list(accumulate((pair.input for pair in tokens), initial=0))
        self._out = list(accumulate((ceil(pair.output * packing.room) for pair in tokens), initial=0))
        self._prompt = request_tokens(packing.prompt_characters)
        self._thinking = packing.model.thinking_budget
        self._input_room = packing.model.input_limit * MARGIN_PERCENT // 100
        self._output_room = (packing.model.output_limit - self._thinking) * MARGIN_PERCENT // 100
        self._most = packing.max_pairs or len(tokens)

    def slot(self, start: int, stop: int) -> Slot:
        """Return the slot; `oversize` when it does not fit."""
        inputs = self._prompt + self._in[stop] - self._in[start]
        outputs = self._out[stop] - self._out[start]
        fits = inputs <= self._input_room and outputs <= self._output_room and stop - start <= self._most
        return Slot(start, stop, inputs, outputs + self._thinking, not fits)


def pack(questions: Sequence[int], answers: Sequence[int], packing: Packing) -> list[Slot]:
    """Cut a batch's pairs, given by their characters, into requests: in order, few, and evenly filled.

    A pair that alone exceeds the limits gets a request of its own. The same sizes always give the same cut.
    """
    load = _Load(questions, answers, packing)
    slots: list[Slot] = []
    begin = 0
    for index in range(len(questions)):
        alone = load.slot(index, index + 1)
        if alone.oversize:
            slots += [*_evenly(load, begin, index), alone]
            begin = index + 1
    return slots + _evenly(load, begin, len(questions))


def _evenly(load: _Load, begin: int, end: int) -> list[Slot]:
    """Return the smallest number of equal cuts in which every slot fits; single pairs always do here."""
    total = end - begin
    for parts in range(1, total + 1):
        edges = [begin + total * part // parts for part in range(parts + 1)]
        slots = []
        for start, stop in pairwise(edges):
            slot = load.slot(start, stop)
            if slot.oversize:
                break
            slots.append(slot)
        else:
            return slots
    return []
