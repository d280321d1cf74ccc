"""One pulse of the engine: everything that is due now, in the order in which money is saved."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from core.batch.numbers import label
from core.engine.cancel import cancel
from core.engine.gate import Gate, stopped
from core.engine.harvest import Harvester
from core.engine.pace import admitted, held_until, next_room
from core.engine.poll import Poller, retry
from core.engine.read import read_answers
from core.engine.repair import repair
from core.engine.resolve import resolve
from core.engine.rounds import Rounds
from core.engine.steps import Kind
from core.engine.submit import submit
from core.engine.watch import Watch
from core.errors import CredentialsError, ProviderError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from core.batch.state import Batch
    from core.engine.haul import Haul
    from core.engine.workshop import Workshop
    from core.errors import BatchmillError
    from core.ports import Share

#: What costs money, and waits while the provider may be another one than that of the jobs under way.
SPENDING = {Kind.RETRY, Kind.SUBMIT}
#: What shows by being done, without an error, that the provider accepts the key.
ASKING = {Kind.RESOLVE, Kind.POLL}
#: Seconds; a key that stays refused is tried again no more seldom than this.
LOCKED_OUT_MOST = 900.0


class Pulse(msgspec.Struct, frozen=True):
    """What a pulse left behind: how many batches still need the engine, and when it has something to do next.

    Those that wait for a wave which only a person can release do not count as open. `waits_until` is when the wait
    of all submissions is over, None when there is none.
    """

    open: int
    due: datetime | None
    waits_until: datetime | None = None


class Engine:
    """Drives batches; holds no truth of its own, only when it last asked and what to leave alone for a while."""

    def __init__(
        self,
        shop: Workshop,
        *,
        only: Collection[int] | None = None,
        warn: Callable[[str], None] = lambda _: None,
        share: Callable[[Collection[int]], Share] | None = None,
    ) -> None:
        """Drive everything under way, and submit all batches or `only` some.

        `warn` is told of every trouble that a later pulse tries again. With `share`, the open batches are divided
        with other workers, and those of this one's part alone are driven.
        """
        self._shop = shop
        self._only = only
        self._warn = warn
        self._divide = share
        self._share: Share | None = None
        self._watch = Watch(shop.policy, warn)
        self._poller = Poller()
        self._harvester = Harvester()
        self._gate = Gate()
        self._polled: datetime | None = None
        self._not_before: dict[Kind, datetime] = {}
        self._resting: dict[int, datetime] = {}
        self._accepted = False
        self._locked_out: Counter[Kind] = Counter()
        self._told_strangers = 0
        self._rounds = Rounds(warn)

    def pulse(self) -> Pulse:
        """Do all that is due, and return what is left.

        Raises CredentialsError when the provider does not accept the key and has not done so since this engine
        began; any other trouble with the provider is told to `warn` and tried again later.
        """
        self._look_at_clock()
        self._shop.books.refresh()
        if self._divide is not None:
            self._share = self._divide(self._shop.books.open_numbers())
            # What was taken over may have moved on while another worker had it.
            self._shop.books.refresh()
        self._reconcile()
        while not self._shop.stopping():
            self._gate.judge(self._shop)
            if not self._one_round():
                break
        self._gate.tell(self._shop, self._warn, self._only)
        self._watch.seen(self._shop.now())
        return self._rest()

    def _reconcile(self) -> None:
        """Reconcile with the provider when it is time; of workers that share a ledger the first one does."""
        if self._share is not None and self._share.place:
            return
        try:
            if self._rounds.go(self._shop):
                self._accepted = True
        except CredentialsError as error:
            if not self._accepted:
                raise
            self._warn(str(error))

    def _look_at_clock(self) -> None:
        """Forget all waits that a clock set back would make last."""
        if self._watch.jumped_back(self._shop.now()):
            self._polled = None
            self._not_before.clear()
            self._resting.clear()

    def _one_round(self) -> bool:
        """Do one chunk of each kind of work that is due; return whether there may be more at once.

        Answers that are on disk can wait: they are read when no result is left to bring home.
        """
        done = [
            self._do(Kind.RESOLVE, resolve, self._due(Kind.RESOLVE)),
            self._do(Kind.CANCEL, cancel, self._chunk(Kind.CANCEL)),
            self._do(Kind.POLL, self._poll, self._pollable()),
            self._do(Kind.HARVEST, self._harvester.harvest, self._chunk(Kind.HARVEST)),
            self._do(Kind.RETRY, retry, self._due(Kind.RETRY)),
            self._do(Kind.SUBMIT, submit, self._submittable()),
        ]
        if not self._chunk(Kind.HARVEST):
            done.append(self._do(Kind.READ, read_answers, self._chunk(Kind.READ)))
            done.append(self._do(Kind.REPAIR, repair, self._chunk(Kind.REPAIR)))
        return any(done)

    def _do(
        self, kind: Kind, work: Callable[[Workshop, Sequence[Batch]], list[Haul] | None], batches: Sequence[Batch]
    ) -> bool:
        now = self._shop.now()
        if not batches or self._shop.stopping() or self._not_before.get(kind, now) > now:
            return False
        if kind in SPENDING and (self._estranged() or self._rounds.outstanding(self._shop, self._share)):
            return False
        try:
            outcome = work(self._shop, batches)
        except ProviderError as error:
            if isinstance(error, CredentialsError) and not self._accepted:
                raise
            self._warn(str(error))
            self._not_before[kind] = self._later(kind, [error])
            return False
        self._note(kind, outcome or [])
        return True

    def _note(self, kind: Kind, hauls: Sequence[Haul]) -> None:
        """Let batches in trouble rest, and take what went well for a sign that the key is accepted."""
        later = self._later(kind, [haul.trouble for haul in hauls])
        if kind in ASKING or any(haul.trouble is None for haul in hauls):
            self._accepted = True
        for haul in hauls:
            if haul.trouble:
                # Only this batch rests: its trouble must not keep the others' results from coming home.
                self._warn(f"batch {label(haul.number)}: {haul.trouble}")
                self._resting[haul.number] = later

    def _later(self, kind: Kind, troubles: Sequence[BatchmillError | None]) -> datetime:
        """Return when to try again: after a poll's time, twice as long each time the key is refused again."""
        if any(isinstance(trouble, CredentialsError) for trouble in troubles):
            self._locked_out[kind] += 1
        else:
            self._locked_out.pop(kind, None)
        every = self._shop.policy.poll_every
        grown = every * 2.0 ** min(max(self._locked_out[kind] - 1, 0), 30)
        return self._shop.now() + timedelta(seconds=max(every, min(grown, LOCKED_OUT_MOST)))

    def _estranged(self) -> bool:
        """Whether jobs are under way of which the provider knew none when it was last asked."""
        return bool(self._poller.strangers and self._due(Kind.POLL))

    def _tell_of_strangers(self) -> None:
        """Warn when the provider knows none of the jobs under way, once for as long as their number stands."""
        number, told = self._poller.strangers, self._told_strangers
        self._told_strangers = number
        if number and number != told:
            self._warn(
                f"none of the {number} jobs under way is known to the provider; is this another key, project or "
                "address? They are looked for again, and nothing is sent meanwhile"
            )

    def _poll(self, shop: Workshop, batches: Sequence[Batch]) -> None:
        self._polled = shop.now()
        try:
            self._poller.poll(shop, batches, patient=self._watch.patient(shop.now()))
            self._tell_of_strangers()
        finally:
            # A poll that fails is no reason to be silent about jobs that are near their end.
            self._watch.warn_of_deadlines(self._due(Kind.POLL), shop.now())

    def _chunk(self, kind: Kind) -> list[Batch]:
        return self._due(kind, most=self._shop.policy.chunk)

    def _due(self, kind: Kind, *, most: int | None = None) -> list[Batch]:
        """Return the batches whose next step is of this kind and due: ours, and those that do not rest."""
        books, now = self._shop.books, self._shop.now()
        if self._resting:
            self._resting = {number: until for number, until in self._resting.items() if until > now}
        wanted = None if most is None else most + len(self._resting)
        numbers = books.agenda.due(kind, now, most=wanted, among=self._share.mine if self._share else None)
        return [books.get(number) for number in numbers if number not in self._resting][:most]

    def _pollable(self) -> list[Batch]:
        every = timedelta(seconds=self._shop.policy.poll_every)
        if self._polled is not None and self._shop.now() < self._polled + every:
            return []
        return self._due(Kind.POLL)

    def _submittable(self) -> list[Batch]:
        return admitted(self._shop, self._share, self._only)

    def _rest(self) -> Pulse:
        books, now = self._shop.books, self._shop.now()
        dues = [books.agenda.next_due(kind) for kind in Kind if kind is not Kind.SUBMIT]
        waits_until = held_until(self._shop)
        dues += [waits_until, next_room(self._shop), self._rounds.next(self._shop)]
        dues += [*self._not_before.values(), *self._resting.values()]
        if self._polled is not None and books.agenda.count(Kind.POLL):
            dues.append(self._polled + timedelta(seconds=self._shop.policy.poll_every))
        later = [moment for moment in dues if moment is not None and moment > now]
        return Pulse(books.open_count - stopped(self._shop), min(later, default=None), waits_until)
