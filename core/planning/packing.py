"""How many pairs a request may carry: as many as the expected answers leave room for under the model's limits."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate, pairwise
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from core.errors import BadInputError
from core.planning.estimate import expected_tokens, request_tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.planning.models import Model

#: How finely the even cut is looked for: in so many halvings of the limits.
_HALVINGS = 12


class Packing(msgspec.Struct, frozen=True):
    """What requests are packed by; `max_pairs` caps a request's pairs (None: only the model's limits do).

    Answers are expected to be `room` times as long as the texts alone lead to expect. With `requests` every batch
    is cut into so many, or more where `max_pairs` asks for it, whatever the limits (None: as few as fit).
    """

    model: Model
    prompt_characters: int
    max_pairs: int | None = None
    room: float = 1.0
    requests: int | None = None

    @property
    def output_room(self) -> int:
        """The tokens that the answers of one request may be expected to have, thinking left out."""
        return (self.model.output_limit - self.model.thinking_budget) * self.model.margin_percent // 100

    @property
    def input_room(self) -> int:
        """The tokens that one request may be expected to have, prompt and all."""
        return self.model.input_limit * self.model.margin_percent // 100


class Slot(NamedTuple):
    """One request: pairs `start` to `stop` (exclusive) of its batch, and the tokens expected in and out.

    `oversize` says that it is expected to need more than the model's limits leave room for.
    """

    start: int
    stop: int
    input_tokens: int
    output_tokens: int
    oversize: bool


class _Room(NamedTuple):
    """What the pairs of one slot may come to: tokens in and out, and their number."""

    input: int
    output: int
    pairs: int


class _Load:
    """Running sums of the expected tokens, so that a slot's load is a subtraction."""

    def __init__(self, questions: Sequence[int], answers: Sequence[int], packing: Packing) -> None:
        inputs, outputs = expected_tokens(questions, answers)
        scaled = outputs if packing.room == 1 else [ceil(tokens * packing.room) for tokens in outputs]
        self.pairs = len(inputs)
        self._in = list(accumulate(inputs, initial=0))
        self._out = list(accumulate(scaled, initial=0))
        self._prompt = request_tokens(packing.prompt_characters)
        self._thinking = packing.model.thinking_budget
        room = packing.input_room - self._prompt
        if room < 1:
            raise BadInputError(
                f"the prompt of {self._prompt:,} tokens leaves no room for pairs within the input limit of "
                f"{packing.model.name}: of {packing.model.input_limit:,} tokens a request is filled to "
                f"{packing.input_room:,} ({packing.model.margin_percent} %); shorten it, or choose another model"
            )
        self.room = _Room(room, packing.output_room, packing.max_pairs or max(1, self.pairs))

    def slot(self, start: int, stop: int) -> Slot:
        """Return the slot; `oversize` when it does not fit."""
        inputs = self._in[stop] - self._in[start]
        outputs = self._out[stop] - self._out[start]
        fits = inputs <= self.room.input and outputs <= self.room.output and stop - start <= self.room.pairs
        return Slot(start, stop, self._prompt + inputs, outputs + self._thinking, not fits)

    def slots(self, edges: Sequence[int]) -> list[Slot]:
        """Return the slots between neighbouring edges."""
        return [self.slot(start, stop) for start, stop in pairwise(edges)]

    def filled(self, begin: int, end: int, room: _Room, most: int) -> list[int]:
        """Return the edges of slots that are filled to `room` one after the other, at most `most` of them."""
        edges = [begin]
        while edges[-1] < end and len(edges) <= most:
            start = edges[-1]
            stop = min(
                bisect_right(self._in, self._in[start] + room.input, start, end + 1) - 1,
                bisect_right(self._out, self._out[start] + room.output, start, end + 1) - 1,
                start + room.pairs,
                end,
            )
            if stop == start:
                break
            edges.append(stop)
        return edges


def asked_requests(asked: str | int) -> int | None:
    """Return how many requests a batch shall have, None for as few as fit; ValueError for other words."""
    if asked in ("auto", "single"):
        return 1 if asked == "single" else None
    if not str(asked).isdecimal() or int(asked) < 1:
        raise ValueError(f"must be auto, single or a number of requests from 1, not {asked}")
    return int(asked)


def checked_requests(asked: str | int) -> str | int:
    """Return what was asked for as it is; ValueError as `asked_requests` raises it."""
    asked_requests(asked)
    return asked


def pack(questions: Sequence[int], answers: Sequence[int], packing: Packing) -> list[Slot]:
    """Cut a batch's pairs, given by their characters, into requests: in order, few, and evenly filled.

    A pair that alone exceeds the limits gets a request of its own, unless the number of requests is given. The
    same sizes always give the same cut. Raises BadInputError for a prompt that leaves no room for a pair.
    """
    load = _Load(questions, answers, packing)
    if packing.requests is not None:
        parts = min(max(packing.requests, -(-load.pairs // load.room.pairs)), load.pairs)
        return load.slots(_equal(0, load.pairs, parts)) if parts else []
    slots: list[Slot] = []
    begin = 0
    while begin < load.pairs:
        edges = load.filled(begin, load.pairs, load.room, load.pairs)
        slots += _evenly(load, edges)
        begin = edges[-1]
        if begin < load.pairs:
            slots.append(load.slot(begin, begin + 1))
            begin += 1
    return slots


def _evenly(load: _Load, edges: list[int]) -> list[Slot]:
    """Return as many slots as there are between `edges`, which are as few as can be, but evenly filled.

    Equal numbers of pairs where they fit; otherwise the smallest share of the limits into which that many do.
    """
    begin, end, parts = edges[0], edges[-1], len(edges) - 1
    if parts == 0:
        return []
    equal = load.slots(_equal(begin, end, parts))
    if not any(slot.oversize for slot in equal):
        return equal
    low, high = 0, 2**_HALVINGS
    while high - low > 1:
        share = (low + high) // 2
        room = _Room(*(max(1, limit * share >> _HALVINGS) for limit in load.room))
        found = load.filled(begin, end, room, parts)
        if found[-1] == end:
            high, edges = share, found
        else:
            low = share
    return load.slots(edges)


def _equal(begin: int, end: int, parts: int) -> list[int]:
    return [begin + (end - begin) * part // parts for part in range(parts + 1)]
