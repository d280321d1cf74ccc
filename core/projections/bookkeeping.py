"""The pair balance kept like an account book: each event moves pairs from one place to another and loses none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.batch import adopted_events as a
from core.batch import events as e
from core.batch.numbers import REFINE, kind_of
from core.ledger.streams import batch_number
from core.pairs import count
from core.projections.balance import Balance
from core.wave.events import WavePlanned

if TYPE_CHECKING:
    from core.batch.events import BatchEvent
    from core.ledger.recorded import Recorded


class _Account(msgspec.Struct):
    """A batch's pairs as long as they stand together: how many, and where."""

    wave: int
    pairs: int
    place: str
    read: bool = False


#: Where an event takes all pairs of its batch that have no verdicts yet.
_WAYS: dict[type[BatchEvent], str] = {
    e.SubmissionStarted: "in_flight",
    e.SubmissionDeferred: "planned",
    e.SubmissionRefused: "planned",
    e.BatchSubmitted: "in_flight",
    e.BatchFailed: "missing",
    a.JobAdopted: "in_flight",
}


class PairBooks:
    """The balance of every wave, folded from the events alone, without the read model's rows.

    A plan enters its pairs as planned, and from then on pairs are only moved: `difference` is 0 after every single
    event. The rows know the same numbers by counting; where the two disagree, one of them is wrong.
    """

    def __init__(self) -> None:
        """Begin with empty books."""
        self._waves: dict[int, Balance] = {}
        self._accounts: dict[int, _Account] = {}

    def balances(self) -> dict[int, Balance]:
        """Return the balance of every wave, by number."""
        return dict(sorted(self._waves.items()))

    def fold(self, recorded: Recorded) -> None:
        """Take in one event of any stream; only batches that refine move a pair."""
        event, number = recorded.event, batch_number(recorded.stream)
        if number is not None and kind_of(number) != REFINE:
            return
        if isinstance(event, WavePlanned):
            self._plan(event)
        elif isinstance(event, e.BatchPlanned):
            self._accounts[event.number] = _Account(event.wave, count(event.ranges), "planned")
        elif isinstance(event, a.BatchAdopted):
            self._accounts[event.number] = _Account(event.wave, 0, "in_flight")
            self._resize(self._accounts[event.number], count(event.ranges))
        elif number is not None:
            self._move_batch(self._accounts[number], event)

    def _plan(self, event: WavePlanned) -> None:
        """Open the wave's books, or open them anew: a plan is only replaced while nothing of it was sent."""
        staged = sum(source.found for source in event.sources)
        planned = sum(source.planned for source in event.sources)
        self._waves[event.wave] = Balance(staged=staged, excluded=staged - planned, planned=planned)

    def _move_batch(self, account: _Account, event: BatchEvent) -> None:
        match event:
            case e.AnswersRead(refined=refined, unrefined=unrefined):
                self._move(account.wave, refined, account.place, "refined")
                self._move(account.wave, len(unrefined), account.place, "missing")
                account.read = True
            case a.RefinedAdopted(ranges=ranges):
                self._take_refined(account, count(ranges))
            case a.AdoptedFileRead(ranges=ranges):
                self._resize(account, count(ranges))
            case e.PairsHandedOver(ranges=ranges):
                self._move(account.wave, count(ranges), "missing", "planned")
            case e.PairsGivenUp(pairs=pairs):
                self._move(account.wave, len(pairs), "missing", "given_up")
            case e.BatchRetried():
                self._take(account, "planned" if account.place == "missing" else account.place)
            case _:
                self._take(account, _WAYS.get(type(event), account.place))

    def _take_refined(self, account: _Account, pairs: int) -> None:
        """Move pairs home; the first time all others of the batch are known to be missing."""
        if not account.read:
            self._take(account, "missing")
            account.read = True
        self._move(account.wave, pairs, "missing", "refined")

    def _resize(self, account: _Account, pairs: int) -> None:
        """Enter an adopted batch's pairs as staged, or correct their number."""
        before, more = self._waves.get(account.wave, Balance()), pairs - account.pairs
        stand = {account.place: getattr(before, account.place) + more}
        self._waves[account.wave] = msgspec.structs.replace(before, staged=before.staged + more, **stand)
        account.pairs = pairs

    def _take(self, account: _Account, place: str) -> None:
        """Move all pairs of a batch."""
        self._move(account.wave, account.pairs, account.place, place)
        account.place = place

    def _move(self, wave: int, pairs: int, source: str, target: str) -> None:
        if source == target or not pairs:
            return
        before = self._waves[wave]
        moved = {source: getattr(before, source) - pairs, target: getattr(before, target) + pairs}
        self._waves[wave] = msgspec.structs.replace(before, **moved)
