"""The daemon and the foreground submission: one engine under one lease, told when to stop."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from adapters.process import this_process
from adapters.scheduler import Loop
from cli.compose import SystemChance
from core.engine.advance import Engine, Pulse
from core.engine.books import Books
from core.engine.steps import Kind, next_step
from core.engine.workshop import Workshop
from core.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from cli.compose import Opened
    from core.ledger.recorded import Recorded

#: The lease outlives a machine that stalls for a minute; it is renewed four times in that while.
LEASE_SECONDS = 60.0
BEAT_SECONDS = 15.0
#: SIGTERM is honoured within five seconds; what a call under way does after that, the next start finds out.
GRACE_SECONDS = 4.0
#: Documents are rendered whole, so not more often than this while events keep coming.
PUBLISH_SECONDS = 2.0

UNSENT = {Kind.SUBMIT, Kind.RESOLVE}


class Drive:
    """One run of the engine over a workspace."""

    def __init__(
        self,
        opened: Opened,
        kind: str,
        *,
        only: Collection[int] | None = None,
        observe: Callable[[Sequence[Recorded]], None],
        warn: Callable[[str], None],
    ) -> None:
        """Prepare an engine that signs as `kind` (daemon, submit); nothing is asked of anybody yet."""
        self._opened = opened
        self._warn = warn
        self._holder = this_process(kind, opened.clock.now())
        self.loop = Loop(opened.settings.driving.tick_every)
        actor = f"daemon@{self._holder.host}" if kind == "daemon" else opened.context(kind).actor
        self.books = Books(opened.database.store, actor, observe, lambda refusal: warn(str(refusal)))
        self._engine = Engine(
            Workshop(
                books=self.books,
                provider=opened.provider(),
                files=opened.files,
                clock=opened.clock,
                chance=SystemChance(),
                policy=opened.policy(),
                stopping=lambda: self.loop.stopping,
            ),
            only=only,
            warn=warn,
        )
        self._published = 0.0

    def run(self, done: Callable[[Pulse], bool], *, begun: Callable[[], object] = lambda: None) -> None:
        """Drive until `done` says so, a signal asks to stop, or something cannot go on.

        `begun` is called once nobody else can drive this ledger.

        Raises LeaseHeldError when another process drives this ledger, and what the engine raises.
        """
        lease = self._opened.database.lease
        lease.acquire(self._holder, seconds=LEASE_SECONDS)
        try:
            begun()
            # Only who holds the lease writes results, so parts that lie there belong to a process that died.
            self._opened.files.sweep(self._opened.settings.folders.results)
            with self._stopped_by_signals():
                ended = self.loop.run(
                    lambda: not done(self._tick()),
                    beat=lambda: lease.acquire(self._holder, seconds=LEASE_SECONDS),
                    beat_seconds=BEAT_SECONDS,
                    grace_seconds=GRACE_SECONDS,
                )
            if ended:
                self._opened.catch_up()
        finally:
            lease.release(self._holder)
        if not ended:
            # A call hangs in its thread, and leaving the interpreter politely would wait for it. Its intent is in
            # the ledger; the next start looks its job up by name.
            self._warn(
                "stopped while a call to the provider was under way; the next start finds out what became of it"
            )
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(0 if self._holder.kind == "daemon" else 1)

    def _tick(self) -> Pulse:
        position = self.books.position
        pulse = self._engine.pulse()
        if self.books.position != position and time.monotonic() - self._published > PUBLISH_SECONDS:
            try:
                self._opened.catch_up()
            except StorageError as error:
                # Only views of the ledger: they are written later, and results must come home meanwhile.
                self._warn(str(error))
            self._published = time.monotonic()
        return pulse

    @contextmanager
    def _stopped_by_signals(self) -> Iterator[None]:
        before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
        for number in before:
            signal.signal(number, lambda *_: self.loop.stop())
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def unsent(books: Books, numbers: Collection[int]) -> list[int]:
    """Return which of these batches still have their submission before them, as the ledger says."""
    return [number for number in numbers if next_step(books.get(number)).kind in UNSENT]
