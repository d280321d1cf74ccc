"""Which batches of a wave may be sent: its canaries first, the rest once they came home well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.batch.numbers import round_of
from core.wave.canary import canaries, judge

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.engine.workshop import Workshop


class Gate:
    """Judges canaries as they come home; remembers only up to where the ledger was judged."""

    def __init__(self) -> None:
        """Begin with nothing judged."""
        self._judged: dict[int, int] = {}

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


def first_of(shop: Workshop, wave: int) -> tuple[int, ...]:
    """Return the canaries that all others of a wave wait for; none when they need not wait."""
    found = shop.books.waves.get(wave)
    return canaries(found, shop.policy.canary) if found and shop.policy.canary else ()


def is_let_through(shop: Workshop) -> Callable[[int], bool] | None:
    """Return what says of a batch whether it may be sent by now; None when every one may."""
    waiting = {wave: first for wave in shop.books.agenda.unsent_waves() if (first := first_of(shop, wave))}
    if not waiting:
        return None

    def let_through(number: int) -> bool:
        first = waiting.get(shop.books.get(number).wave)
        return first is None or number in first or bool(round_of(number))

    return let_through


def stopped(shop: Workshop) -> int:
    """Return how many batches wait for a wave that only a person can release."""
    agenda = shop.books.agenda
    held = [wave for wave in agenda.unsent_waves() if shop.books.waves.get(wave) and shop.books.waves[wave].held]
    return sum(agenda.unsent(wave) for wave in held if first_of(shop, wave))
