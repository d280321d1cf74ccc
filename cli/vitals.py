"""A daemon's signs of life: what it was last seen to do, for health, metrics and whoever started it."""

from __future__ import annotations

import time
from importlib.metadata import version
from threading import Lock
from typing import TYPE_CHECKING

from adapters.sql.database import SCHEMA
from adapters.sql.glance import glance
from core.engine.metered import OK, REFUSED_KEY
from core.engine.tally import UNDER_WAY, Standing
from core.errors import LedgerError
from core.health import Signs, judge, judge_ticks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from adapters.metrics import Metrics
    from core.health import Check, Health
    from core.ledger.recorded import Recorded
    from core.ports import Clock

#: A look at the database serves all who ask within this many seconds.
FRESH_SECONDS = 1.0


class Vitals:
    """Implements `core.engine.metered.CallListener`; told by the daemon's threads, asked by those of its watchers.

    Whether it is ready is judged by a look from outside: the database is asked anew, on a connection of its own,
    for its schema and for the lease on record. Figures, and whether it lives, come from what it knows, so that a
    database that hangs keeps neither back.
    """

    def __init__(self, clock: Clock, database_url: str, still_seconds: float) -> None:
        """Begin as a daemon that has just come to life; it may be still for `still_seconds`."""
        self._clock = clock
        self._url = database_url
        self._patience = still_seconds
        self._turn = Lock()
        self._last = time.monotonic()
        self._held: Callable[[], bool] = lambda: False
        self._away: Callable[[], bool] = lambda: False
        self._token = ""
        self._key_refused = False
        self._stopping = False
        self._standing = Standing()
        self._looked: tuple[float, str | None, bool, bool] | None = None
        self.metrics: Metrics | None = None

    def measured(self) -> Metrics:
        """Return the figures that are kept from now on."""
        from adapters.metrics import Metrics  # noqa: PLC0415 - only a daemon that is watched needs them

        self.metrics = self.metrics or Metrics(self._clock, version("batchmill"))
        return self.metrics

    def driven_by(self, token: str, held: Callable[[], bool], away: Callable[[], bool]) -> None:
        """Learn which lease is this daemon's, by its holder's token, and what the daemon itself knows.

        `held` says whether it holds the lease as far as it knows, `away` whether it misses its ledger.
        """
        self._token, self._held, self._away = token, held, away

    def waits(self) -> None:
        """Hear that there was nothing a tick could do: the ledger is away, and is tried again later."""
        self._last = time.monotonic()

    def began(self, verb: str) -> None:
        """Hear that a call of the provider begins."""
        del verb
        self._last = time.monotonic()

    def ended(self, verb: str, outcome: str, seconds: float) -> None:
        """Hear what came of a call; what is neither yes nor a refused key says nothing about the key."""
        self._last = time.monotonic()
        if outcome in {OK, REFUSED_KEY}:
            self._key_refused = outcome == REFUSED_KEY
        if self.metrics is not None:
            self.metrics.called(verb, outcome, seconds)

    def appended(self, events: Sequence[Recorded]) -> None:
        """Hear of events that this daemon appended."""
        self._last = time.monotonic()
        if self.metrics is not None:
            self.metrics.appended(recorded.type for recorded in events)

    def ticked(
        self, seconds: float, standing: Callable[[], Standing], position: int, waits_until: datetime | None
    ) -> None:
        """Hear that a tick ended, and until when all submissions wait, if they do.

        The ledger is counted anew only when it is at another `position` than last time.
        """
        self._last = time.monotonic()
        if position != self._standing.position:
            self._standing = standing()
        if self.metrics is not None:
            self.metrics.ticked(seconds, self._clock.now())
            self.metrics.stands(self._standing, waits_until)

    def stops(self) -> None:
        """Hear that the daemon was told to stop."""
        self._stopping = True

    def life(self) -> Check:
        """Return whether the daemon did anything within its patience; asks nobody."""
        return judge_ticks(Signs(self._silent(), self._patience))

    def alive(self) -> bool:
        """Return whether it did, as yes or no."""
        return self.life().ok

    def health(self) -> Health:
        """Return how it is; asks the database, unless that was asked just now or is known to be away."""
        schema, answers, on_record = (None, False, False) if self._away() else self._look()
        return judge(
            Signs(
                silent=self._silent(),
                patience=self._patience,
                ledger=answers,
                schema=schema,
                wanted=SCHEMA,
                lease=on_record and self._held(),
                key_refused=self._key_refused,
                stopping=self._stopping,
            )
        )

    def page(self) -> bytes:
        """Return the figures, and what is needed for work as far as the daemon knows; asks nobody."""
        metrics = self.measured()
        metrics.trouble(lease=self._held(), ledger_away=self._away(), key_refused=self._key_refused)
        return metrics.page()

    def status(self) -> str:
        """Return one line about the ledger, for a service manager."""
        if not self.alive():
            return f"stands still: nothing was done for {self._silent():.0f} s"
        counts = self._standing.batches
        under_way = sum(counts.get(status.value, 0) for status in UNDER_WAY)
        waits = sum(self._standing.holds.values())
        line = (
            f"{under_way} jobs under way, {counts.get('written', 0)} to send, {counts.get('downloaded', 0)} home"
        )
        return f"{line}, {waits} held" if waits else line

    def _silent(self) -> float:
        return max(0.0, time.monotonic() - self._last)

    def _look(self) -> tuple[str | None, bool, bool]:
        """Return the schema, whether the database answers, and whether this daemon's lease is on record."""
        with self._turn:
            if self._looked is None or time.monotonic() - self._looked[0] > FRESH_SECONDS:
                self._looked = (time.monotonic(), *self._glance())
            return self._looked[1:]

    def _glance(self) -> tuple[str | None, bool, bool]:
        try:
            with glance(self._url) as database:
                database.answer()
                schema = database.schema()
                # Of another schema nothing more can be read with certainty.
                drivers = database.drivers() if schema == SCHEMA else []
        except LedgerError:
            return None, False, False
        return schema, True, any(on_record.holder.token == self._token for on_record in drivers)
