"""Which batches of a wave may be sent: none before it is approved, then its canaries, then the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from core.batch.numbers import NO_WAVE
from core.errors import RefusedError
from core.wave.canary import canaries, judge
from core.wave.clearance import hindrance
from core.wave.course import StartWave
from core.wave.lifecycle import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from core.batch.state import Batch
    from core.engine.books import Books
    from core.engine.workshop import Workshop

#: Nothing goes then, not even a repair.
SHUT = {Status.REJECTED, Status.UNPLANNED}


class Bar(NamedTuple):
    """What keeps batches of a wave from being sent.

    `barred` are their numbers, None for every batch of the wave; `person` says that only a person can lift it.
    """

    barred: Collection[int] | None
    person: bool


class Gate:
    """Judges canaries as they come home; remembers only up to where the ledger was judged, and what it told."""

    def __init__(self) -> None:
        """Begin with nothing judged."""
        self._judged: dict[int, int] = {}
        self._told: dict[int, str] = {}

    def judge(self, shop: Workshop) -> None:
        """Release or hold the waves that have batches to send and whose canaries are home, or will not come."""
        for number in shop.books.agenda.unsent_waves():
            first = first_of(shop, number)
            if not first or self._judged.get(number) == shop.books.position:
                continue
            batches = [shop.books.get(batch) for batch in first]
            verdict = judge(batches, least=shop.policy.canary_refined, at=shop.now())
            if verdict is not None:
                shop.books.write_wave(number, verdict, "its canaries were judged")
            self._judged[number] = shop.books.position

    def tell(self, shop: Workshop, warn: Callable[[str], None], only: Collection[int] | None) -> None:
        """Say once of each wave that has batches to send (of `only` these) what it waits for, if it does."""
        waits: dict[int, str] = {}
        for wave in shop.books.agenda.unsent_waves():
            unsent = shop.books.agenda.unsent(wave)
            reason = hindered(shop.books, wave)
            bar = _bar(shop, wave)
            if reason and bar and any(_keeps(bar, each) for each in unsent if only is None or each in only):
                waits[wave] = reason
                if self._told.get(wave) != reason:
                    warn(reason)
        self._told = waits


def hindered(books: Books, wave: int) -> str:
    """Return why nothing of a wave's plan may be sent now, "" when it may: it is not approved, or has to wait.

    An errand is of no wave, and was approved by itself before it was written.
    """
    if wave == NO_WAVE:
        return ""
    found = books.wave(wave)
    before = found.depends_on
    unaccepted = before if before is not None and not _accepted(books, before) else None
    return hindrance(wave, found.status, unaccepted=unaccepted)


def is_barred(books: Books, batch: Batch) -> bool:
    """Whether a batch may not be sent since its wave may not; repairs of what was sent go on, unless rejected."""
    wave = books.wave(batch.wave)
    barred = wave.status in SHUT or batch.number in wave.to_send
    return barred and bool(hindered(books, batch.wave))


def begun(shop: Workshop, batches: Sequence[Batch]) -> list[Batch]:
    """Return those of batches about to be sent whose waves have started, once that is on record for all of them.

    A wave that somebody planned again meanwhile is not started, and its batches are left out.
    """
    left_out: set[int] = set()
    for number in sorted({batch.wave for batch in batches}):
        wave = shop.books.wave(number)
        planned = any(batch.wave == number and batch.number in wave.to_send for batch in batches)
        if planned and (wave.status is Status.APPROVED or wave.found):
            try:
                shop.books.write_wave(number, StartWave(shop.now()), "its first batch is sent")
            except RefusedError:
                left_out.add(number)
    return [batch for batch in batches if batch.wave not in left_out]


def first_of(shop: Workshop, wave: int) -> tuple[int, ...]:
    """Return the canaries that all others of a wave wait for; none when they need not wait."""
    return canaries(shop.books.wave(wave), shop.policy.canary) if shop.policy.canary else ()


def is_let_through(shop: Workshop) -> Callable[[int], bool] | None:
    """Return what says of a batch whether it may be sent by now; None when every one may."""
    bars = {wave: bar for wave in shop.books.agenda.unsent_waves() if (bar := _bar(shop, wave))}
    if not bars:
        return None

    def let_through(number: int) -> bool:
        bar = bars.get(shop.books.get(number).wave)
        return bar is None or not _keeps(bar, number)

    return let_through


def stopped(shop: Workshop) -> int:
    """Return how many batches wait for a wave that only a person can let go on."""
    agenda = shop.books.agenda
    bars = {wave: bar for wave in agenda.unsent_waves() if (bar := _bar(shop, wave)) and bar.person}
    return sum(_keeps(bar, number) for wave, bar in bars.items() for number in agenda.unsent(wave))


def _bar(shop: Workshop, number: int) -> Bar | None:
    wave = shop.books.wave(number)
    if hindered(shop.books, number):
        return Bar(None if wave.status in SHUT else frozenset(wave.to_send), person=True)
    first = first_of(shop, number)
    return Bar(frozenset(wave.to_send).difference(first), person=bool(wave.held)) if first else None


def _keeps(bar: Bar, number: int) -> bool:
    return bar.barred is None or number in bar.barred


def _accepted(books: Books, wave: int) -> bool:
    return books.wave(wave).accepted
