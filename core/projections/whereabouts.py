"""Where each pair of a batch stands, pair by pair: the names behind the numbers of the balance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.batch import adopted_events as a
from core.batch import events as e
from core.batch.adopted_folding import MISSING, NOT_TAKEN
from core.batch.lifecycle import Status
from core.batch.parts import Unrefined
from core.pairs import ids
from core.projections.balance import place_of
from core.projections.fold import project_batch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from core.ledger.recorded import Recorded
    from core.pairs import PairRange
    from core.projections.rows import BatchRow

REFINED = "refined"


class Standing(msgspec.Struct, frozen=True, gc=False):
    """One pair at its place; `batch` is None for a pair that the plan left out.

    `verdict` is None as long as no answer was read for it, and then `reason` says how its batch stands.
    """

    pair_id: str
    wave: int
    batch: int | None
    label: str | None
    verdict: str | None
    reason: str


class Whereabouts:
    """A batch's pairs as its events left them; pairs that a repair has taken over are no longer among them."""

    def __init__(self, events: Iterable[Recorded]) -> None:
        """Fold the events of one batch's stream, in order."""
        self.row: BatchRow | None = None
        self._ranges: tuple[PairRange, ...] = ()
        self._unrefined: dict[str, Unrefined] = {}
        self._handed_over: set[str] = set()
        self._given_up: dict[str, Unrefined] = {}
        self._read = False
        for recorded in events:
            self.row = project_batch(self.row, recorded)
            self._fold(recorded.event)

    def _fold(self, event: object) -> None:
        match event:
            case e.BatchPlanned(ranges=ranges) | a.BatchAdopted(ranges=ranges) | a.AdoptedFileRead(ranges=ranges):
                self._ranges = ranges
            case a.RefinedAdopted(ranges=ranges):
                self._take_refined(set(ids(ranges)))
            case e.AnswersRead(unrefined=unrefined):
                self._unrefined = {pair.pair_id: pair for pair in unrefined}
                self._read = True
            case e.BatchFailed(reason=reason) if self.row is not None and self.row.origin:
                self._unrefined = {each: Unrefined(each, MISSING, reason) for each in ids(self._ranges)}
            case e.PairsHandedOver(ranges=ranges):
                self._handed_over.update(ids(ranges))
            case e.PairsGivenUp(pairs=pairs):
                self._given_up |= {pair.pair_id: pair for pair in pairs}

    def _take_refined(self, came: set[str]) -> None:
        """Take pairs that came home from results on disk; the first time, all others of the batch are missing."""
        if not self._read:
            self._unrefined = {each: Unrefined(each, MISSING, NOT_TAKEN) for each in ids(self._ranges)}
        self._read = True
        self._unrefined = {each: pair for each, pair in self._unrefined.items() if each not in came}

    def at(self, place: str) -> Iterator[Standing]:
        """Yield the pairs that stand at a place of the balance, in the batch's order."""
        row = self.row
        if row is None or row.status == Status.WITHDRAWN.value:
            return
        if not row.read_at and not (row.origin and row.status == Status.FAILED.value):
            if place_of(row) == place:
                said = f"{row.status}: {row.reason}" if row.reason else row.status
                yield from (
                    Standing(each, row.wave, row.number, row.label, None, said) for each in ids(self._ranges)
                )
            return
        for pair_id in ids(self._ranges):
            judged = self._judged(pair_id, place)
            if judged is not None:
                yield Standing(pair_id, row.wave, row.number, row.label, *judged)

    def _judged(self, pair_id: str, place: str) -> tuple[str, str] | None:
        """Return verdict and reason of a pair that stands at the place, None for one that stands elsewhere."""
        unrefined = self._unrefined.get(pair_id)
        if unrefined is None:
            return (REFINED, "") if place == "refined" else None
        given_up = self._given_up.get(pair_id)
        if given_up is not None:
            return (given_up.verdict, given_up.reason) if place == "given_up" else None
        if pair_id in self._handed_over or place != "missing":
            return None
        return unrefined.verdict, unrefined.reason
