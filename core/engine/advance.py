"""One pulse of the engine: everything that is due now, in the order in which money is saved."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from core.batch.lifecycle import Status
from core.engine.harvest import Harvester, Haul
from core.engine.poll import Poller, retry
from core.engine.read import read_answers
from core.engine.resolve import resolve
from core.engine.steps import Kind, next_step
from core.engine.submit import submit
from core.errors import CredentialsError, ProviderError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from core.batch.state import Batch
    from core.engine.workshop import Workshop

IN_FLIGHT = {Status.SUBMITTED, Status.PROCESSING}


class Pulse(msgspec.Struct, frozen=True):
    """What a pulse left behind: how many batches still need the engine, and when it has something to do next."""

    open: int
    due: datetime | None


class Engine:
    """Drives batches; holds no truth of its own, only when it last asked and what to leave alone for a while."""

    def __init__(
        self, shop: Workshop, *, only: Collection[int] | None = None, warn: Callable[[str], None] = lambda _: None
    ) -> None:
        """Drive everything under way, and submit all batches or `only` some.

        `warn` is told of every trouble that a later pulse tries again.
        """
        self._shop = shop
        self._only = only
        self._warn = warn
        self._poller = Poller()
        self._harvester = Harvester()
        self._polled: datetime | None = None
        self._warned: set[str] = set()
        self._not_before: dict[Kind, datetime] = {}
        self._resting: dict[int, datetime] = {}

    def pulse(self) -> Pulse:
        """Do all that is due, and return what is left.

        Raises CredentialsError when the provider does not accept the key; any other trouble with the provider is
        told to `warn` and tried again later.
        """
        self._shop.books.refresh()
        while not self._shop.stopping():
            if not self._one_round():
                break
        return self._rest()

    def _one_round(self) -> bool:
        """Do one chunk of each kind of work that is due; return whether there may be more at once.

        Answers that are on disk can wait: they are read when no result is left to bring home.
        """
        chunk = self._shop.policy.chunk
        done = [
            self._do(Kind.RESOLVE, resolve, self._due(Kind.RESOLVE)),
            self._do(Kind.POLL, self._poll, self._pollable()),
            self._do(Kind.HARVEST, self._harvester.harvest, self._due(Kind.HARVEST)[:chunk]),
            self._do(Kind.RETRY, retry, self._due(Kind.RETRY)),
            self._do(Kind.SUBMIT, submit, self._submittable()),
        ]
        if not self._due(Kind.HARVEST):
            done.append(self._do(Kind.READ, read_answers, self._due(Kind.READ)[:chunk]))
        return any(done)

    def _do(
        self, kind: Kind, work: Callable[[Workshop, Sequence[Batch]], list[Haul] | None], batches: Sequence[Batch]
    ) -> bool:
        now = self._shop.now()
        if not batches or self._shop.stopping() or self._not_before.get(kind, now) > now:
            return False
        try:
            outcome = work(self._shop, batches)
        except CredentialsError:
            raise
        except ProviderError as error:
            self._warn(str(error))
            self._not_before[kind] = self._later()
            return False
        for haul in outcome or ():
            if haul.trouble:
                # Only this batch rests: its trouble must not keep the others' results from coming home.
                self._warn(f"batch {haul.number}: {haul.trouble}")
                self._resting[haul.number] = self._later()
        return True

    def _later(self) -> datetime:
        return self._shop.now() + timedelta(seconds=self._shop.policy.poll_every)

    def _poll(self, shop: Workshop, batches: Sequence[Batch]) -> None:
        self._polled = shop.now()
        self._poller.poll(shop, batches)
        self._warn_of_deadlines(batches)

    def _warn_of_deadlines(self, batches: Sequence[Batch]) -> None:
        """Warn once of every job that is near its end and has none yet."""
        near = self._shop.now() + timedelta(hours=self._shop.policy.warn_hours)
        for batch in batches:
            if batch.due and batch.due <= near and batch.job_name and batch.job_name not in self._warned:
                self._warned.add(batch.job_name)
                self._warn(
                    f"batch {batch.number}: {batch.job_name} ought to end by {batch.due:%Y-%m-%d %H:%M} UTC"
                )

    def _of_kind(self, kind: Kind) -> list[tuple[Batch, datetime | None]]:
        steps = ((batch, next_step(batch)) for batch in self._shop.books.open_batches())
        found = [(batch, step.due) for batch, step in steps if step.kind is kind]
        if kind is Kind.SUBMIT and self._only is not None:
            return [(batch, due) for batch, due in found if batch.number in self._only]
        return found

    def _due(self, kind: Kind) -> list[Batch]:
        now = self._shop.now()
        return [
            batch
            for batch, due in self._of_kind(kind)
            if (due is None or due <= now) and self._resting.get(batch.number, now) <= now
        ]

    def _pollable(self) -> list[Batch]:
        every = timedelta(seconds=self._shop.policy.poll_every)
        if self._polled is not None and self._shop.now() < self._polled + every:
            return []
        return self._due(Kind.POLL)

    def _submittable(self) -> list[Batch]:
        """Return the next chunk to submit: as many as the jobs at once allow, none while a wait is on.

        A rate limit or an unreachable provider concerns the whole project, so one batch's wait holds all.
        """
        everything = self._shop.books.open_batches()
        now = self._shop.now()
        if any(b.deferrals and b.next_try_at and b.next_try_at > now and not b.intent_open for b in everything):
            return []
        busy = sum(batch.status in IN_FLIGHT or batch.intent_open for batch in everything)
        room = max(0, self._shop.policy.jobs_at_once - busy)
        return self._due(Kind.SUBMIT)[: min(room, self._shop.policy.chunk)]

    def _rest(self) -> Pulse:
        everything = self._shop.books.open_batches()
        now = self._shop.now()
        dues = [due for kind in Kind for _, due in self._of_kind(kind) if due is not None and due > now]
        dues += [moment for moment in (*self._not_before.values(), *self._resting.values()) if moment > now]
        if self._polled is not None and any(batch.status in IN_FLIGHT for batch in everything):
            dues.append(self._polled + timedelta(seconds=self._shop.policy.poll_every))
        return Pulse(open=len(everything), due=min(dues, default=None))
