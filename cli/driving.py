"""The daemon and the foreground submission: one engine under one lease, told when to stop."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from adapters.process import this_process
from adapters.scheduler import Loop
from cli.compose import SystemChance
from cli.keeping import Keeper, Outage
from cli.supplies import WorkspaceSupplies
from core.engine.advance import Engine, Pulse
from core.engine.books import Books
from core.engine.gate import is_barred
from core.engine.metered import Metered
from core.engine.steps import Kind, next_step
from core.engine.workshop import Workshop
from core.errors import LedgerError, RefusedError, StorageError, UnreadableEventError
from core.planning.models import models_with

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from contextlib import AbstractContextManager

    from cli.attending import Attention
    from cli.compose import Opened
    from cli.vitals import Vitals
    from core.batch.state import Batch
    from core.ledger.recorded import Recorded
    from core.ports import Share
    from core.provider import BatchProvider

#: SIGTERM is honoured within five seconds; what a call under way does after that, the next start finds out.
GRACE_SECONDS = 4.0
#: Documents are rendered whole, so not more often than this while events keep coming, and for no more than a
#: twentieth of the time.
PUBLISH_SECONDS = 2.0
PUBLISH_SHARE = 20
#: After a disk did not take them.
REPUBLISH_SECONDS = 30.0


class Drive:
    """One run of the engine over a workspace."""

    def __init__(  # noqa: PLR0913 - each is a choice of the command that drives
        self,
        opened: Opened,
        kind: str,
        *,
        only: Collection[int] | None = None,
        shared: bool = False,
        attention: Attention | None = None,
        guest: bool = False,
        vitals: Vitals | None = None,
        observe: Callable[[Sequence[Recorded]], None],
        warn: Callable[[str], None],
    ) -> None:
        """Prepare an engine that signs as `kind` (daemon, submit); nothing is asked of anybody yet.

        With `shared` it divides the batches with other daemons, and its signature names its process. The first of
        them, or the only one, pays `attention` to the inbox. A `guest` of a process that does other things too
        leaves signals to it, and never ends it. `vitals` hear what it does.
        """
        self._opened = opened
        self._warn = warn
        self._shared = shared
        self._attention = attention
        self._guest = guest
        self._vitals = vitals
        self._is_first = not shared
        self._holder = this_process(kind, opened.clock.now())
        seconds = opened.settings.driving.lease_seconds
        self._keeper = Keeper(opened.database.lease, opened.clock, self._holder, seconds=seconds, shared=shared)
        self._outage = Outage(warn)
        if vitals is not None:
            vitals.driven_by(self._holder.token, self._keeper.holds, lambda: self._outage.on)
        self._busy = False
        self.loop = Loop(opened.settings.driving.tick_every)
        self.books = Books(
            opened.database.store,
            self._actor(),
            observe,
            lambda refusal: warn(str(refusal)),
            fence=self._keeper.fence,
            models=models_with(opened.settings.models),
        )
        self._engine = Engine(
            Workshop(
                books=self.books,
                provider=self._provider(),
                files=opened.files,
                clock=opened.clock,
                chance=SystemChance(),
                supplies=WorkspaceSupplies(opened),
                policy=opened.policy(),
                stopping=lambda: self.loop.stopping,
                may_spend=self._keeper.holds,
            ),
            only=only,
            warn=warn,
            share=self._divide if shared else None,
        )
        self._published = 0
        self._publish_from = 0.0

    def run(
        self,
        done: Callable[[Pulse], bool],
        *,
        begun: Callable[[], AbstractContextManager[None]] = nullcontext,
        ending: Callable[[], None] = lambda: None,
    ) -> None:
        """Drive until `done` says so, a signal asks to stop, or something cannot go on.

        `begun` is entered once nobody else can drive this ledger, and left when the loop has ended; `ending` is
        called, from the signal's handler, when a signal asks to stop.

        Raises LeaseHeldError when another process drives this ledger, LeaseLostError when another took it over
        while this one stood still, and what the engine raises. A ledger that is away for a while is waited for.
        A guest is told by RefusedError that a call was still under way when it was stopped.
        """
        self._keeper.take()
        try:
            with begun(), self._stopped_by_signals(ending), self._attended():
                self._sweep()
                ended = self.loop.run(
                    lambda: self._with_patience(lambda: not done(self._tick())),
                    beat=self._beat,
                    beat_seconds=self._keeper.beat_seconds,
                    grace_seconds=GRACE_SECONDS,
                )
            if ended:
                self._finish(self._opened.catch_up)
        except Exception:
            self._publish_at_last()
            raise
        finally:
            self._finish(self._keeper.give_back)
        if not ended:
            # A call hangs in its thread, and leaving the interpreter politely would wait for it. Its intent is in
            # the ledger; the next start looks its job up by name.
            said = "stopped while a call to the provider was under way; the next start finds out what became of it"
            if self._guest:
                raise RefusedError(said)
            self._warn(said)
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(0 if self._holder.kind == "daemon" else 1)

    def _provider(self) -> BatchProvider:
        provider = self._opened.provider()
        return provider if self._vitals is None else Metered(provider, self._vitals, time.monotonic)

    def _actor(self) -> str:
        if self._holder.kind != "daemon":
            return self._opened.context(self._holder.kind).actor
        return f"daemon@{self._holder.host}" + (f"/{self._holder.pid}" if self._shared else "")

    def _divide(self, numbers: Collection[int]) -> Share:
        fence = self._keeper.fence()
        assert fence is not None, "the loop runs under the lease"  # noqa: S101 - for the type checker
        share = self._opened.database.claims.divide(fence, numbers)
        self._is_first = share.place == 0
        return share

    def _sweep(self) -> None:
        """Remove parts of results that belong to a process that died: to any, where nobody else writes results."""
        if not self._shared or self._divide(()).workers == 1:
            self._opened.files.sweep(self._opened.settings.folders.results)

    def _with_patience(self, tick: Callable[[], bool]) -> bool:
        """Tick, and go on later when the ledger is away; an event that cannot be read will not become readable."""
        if self._outage.on and self._vitals is not None:
            self._vitals.waits()
        if self._outage.resting:
            return True
        try:
            if self._outage.on:
                # Between two ticks nothing is under way, so a lease that was lost in a long outage is taken anew.
                self._keeper.take()
            self._busy = True
            more = tick()
        except UnreadableEventError:
            raise
        except LedgerError as error:
            self._outage.failed(error)
            return True
        finally:
            self._busy = False
        self._outage.over()
        return more

    def _beat(self) -> None:
        """Renew the lease; when the ledger is away, that is left to the tick that finds it again."""
        if self._outage.on and not self._busy:
            return
        try:
            self._keeper.beat()
        except LedgerError as error:
            self._outage.failed(error)

    def _finish(self, work: Callable[[], None]) -> None:
        """Do what can as well be left undone: views are written later, and a lease runs out by itself."""
        try:
            work()
        except LedgerError as error:
            self._warn(str(error))

    def _publish_at_last(self) -> None:
        """Write what is known before an error goes out, unless a call hangs; that error is the one to tell."""
        if self._busy:
            return
        try:
            self._finish(self._opened.catch_up)
        except StorageError as error:
            self._warn(str(error))

    def _tick(self) -> Pulse:
        begun = time.monotonic()
        pulse = self._engine.pulse()
        self._publish()
        if self._attention is not None and self._is_first:
            self._attention.attend(self._actor(), self._keeper.fence())
        if self._vitals is not None:
            seconds = time.monotonic() - begun
            self._vitals.ticked(seconds, self.books.standing, self.books.position, pulse.waits_until)
        return pulse

    def _publish(self) -> None:
        began = time.monotonic()
        if self.books.position != self._published and began > self._publish_from:
            position, pause = self.books.position, PUBLISH_SECONDS
            try:
                self._opened.catch_up()
                self._published = position
            except StorageError as error:
                # Only views of the ledger: they are written later, and results must come home meanwhile.
                self._warn(str(error))
                pause = REPUBLISH_SECONDS
            self._publish_from = began + max(pause, PUBLISH_SHARE * (time.monotonic() - began))

    def stop(self, ending: Callable[[], None] = lambda: None) -> None:
        """Let the running tick be the last, and call `ending`; for signals, and for other threads."""
        self.loop.stop()
        ending()
        if self._vitals is not None:
            self._vitals.stops()
        if self._attention is not None:
            # Now, so that it has ended when a call that hangs has used up the time there is.
            self._attention.close()

    @contextmanager
    def _attended(self) -> Iterator[None]:
        try:
            yield
        finally:
            if self._attention is not None:
                self._attention.stop()

    @contextmanager
    def _stopped_by_signals(self, ending: Callable[[], None]) -> Iterator[None]:
        if self._guest:
            yield
            return
        before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
        for number in before:
            signal.signal(number, lambda *_: self.stop(ending))
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def unsent(books: Books, numbers: Collection[int]) -> list[int]:
    """Return which of these batches still have their submission before them, as the ledger says.

    One whose wave may not be sent any more has not: a person took the approval back meanwhile.
    """
    return [number for number in numbers if _is_unsent(books, books.get(number))]


def _is_unsent(books: Books, batch: Batch) -> bool:
    kind = next_step(batch).kind
    return kind is Kind.RESOLVE or (kind is Kind.SUBMIT and not is_barred(books, batch))
