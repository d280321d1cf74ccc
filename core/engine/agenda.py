"""What every open batch needs next, sorted as it changes: a pulse costs what is due, not what is open."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import msgspec

from core.engine.steps import Kind

if TYPE_CHECKING:
    from collections.abc import Collection, Container
    from datetime import datetime

    from core.batch.state import Batch
    from core.engine.steps import Step


class AtProvider(msgspec.Struct, frozen=True):
    """A batch that has a job, or may have one: its model and the input tokens that the provider counts."""

    model: str
    tokens: int


class Agenda:
    """The steps of all open batches by kind: those ready, and those that wait for a moment."""

    def __init__(self) -> None:
        """Begin with nothing to do."""
        self._steps: dict[int, Step] = {}
        self._ready: dict[Kind, set[int]] = {kind: set() for kind in Kind}
        self._waiting: dict[Kind, list[tuple[datetime, int]]] = {kind: [] for kind in Kind}
        self._counts: Counter[Kind] = Counter()
        self._out: dict[int, AtProvider] = {}
        self._tokens: Counter[str] = Counter()
        self._waves: dict[int, int] = {}
        self._unsent: defaultdict[int, set[int]] = defaultdict(set)

    def put(self, batch: Batch, step: Step) -> None:
        """Note what a batch needs now, whatever it needed before."""
        number = batch.number
        self._forget(number)
        if step.kind is not Kind.NOTHING:
            self._steps[number] = step
            self._counts[step.kind] += 1
            if step.due is None:
                self._ready[step.kind].add(number)
            else:
                heapq.heappush(self._waiting[step.kind], (step.due, number))
        if step.kind is Kind.SUBMIT:
            self._waves[number] = batch.wave
            self._unsent[batch.wave].add(number)
        if step.kind in {Kind.RESOLVE, Kind.CANCEL, Kind.POLL} or batch.intent_open:
            self._out[number] = AtProvider(batch.model, batch.input_tokens)
            self._tokens[batch.model] += batch.input_tokens

    def _forget(self, number: int) -> None:
        step = self._steps.pop(number, None)
        if step is not None:
            self._counts[step.kind] -= 1
            # A note among those that wait is left there, and known to be stale by its step.
            self._ready[step.kind].discard(number)
        if (wave := self._waves.pop(number, None)) is not None:
            self._unsent[wave].discard(number)
        if (out := self._out.pop(number, None)) is not None:
            self._tokens[out.model] -= out.tokens

    def due(
        self, kind: Kind, now: datetime, *, most: int | None = None, among: Container[int] | None = None
    ) -> list[int]:
        """Return the batches whose step of this kind is due, by number: `most` of them, of those `among`."""
        waiting, ready = self._waiting[kind], self._ready[kind]
        while waiting and waiting[0][0] <= now:
            moment, number = heapq.heappop(waiting)
            if self._stands(kind, moment, number):
                ready.add(number)
        numbers = ready if among is None else [number for number in ready if number in among]
        return sorted(numbers) if most is None else heapq.nsmallest(most, numbers)

    def next_due(self, kind: Kind) -> datetime | None:
        """Return the moment at which the next waiting step of this kind is due, None when none waits."""
        waiting = self._waiting[kind]
        while waiting and not self._stands(kind, *waiting[0]):
            heapq.heappop(waiting)
        return waiting[0][0] if waiting else None

    def last_due(self, kind: Kind) -> datetime | None:
        """Return the moment at which the last waiting step of this kind is due, None when none waits."""
        moments = (moment for moment, number in self._waiting[kind] if self._stands(kind, moment, number))
        return max(moments, default=None)

    def count(self, kind: Kind) -> int:
        """Return how many batches need this kind of step, now or later."""
        return self._counts[kind]

    def unsent_waves(self) -> list[int]:
        """Return the waves that have batches to send."""
        return sorted(wave for wave, numbers in self._unsent.items() if numbers)

    def unsent(self, wave: int) -> Collection[int]:
        """Return the batches of a wave that are to be sent."""
        return self._unsent.get(wave, ())

    def at_provider(self) -> int:
        """Return how many batches have a job under way, or may have one."""
        return len(self._out)

    def tokens(self, model: str) -> int:
        """Return the input tokens of the jobs of a model that are under way, or may be."""
        return self._tokens[model]

    def _stands(self, kind: Kind, moment: datetime, number: int) -> bool:
        step = self._steps.get(number)
        return step is not None and step.kind is kind and step.due == moment and number not in self._ready[kind]
