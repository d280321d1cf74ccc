"""Lets the daemon tell its attempts as traces, where the environment names a collector."""

from __future__ import annotations

import os
from contextlib import contextmanager
from importlib.metadata import version
from itertools import islice
from typing import TYPE_CHECKING

from core.errors import LedgerError
from core.projections.attempts import ENDS, trace_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from adapters.sql.database import Database
    from adapters.tracing import Traces
    from core.ledger.recorded import Recorded

    Observer = Callable[[Sequence[Recorded]], None]

#: Any of these names a collector.
ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")


@contextmanager
def telling(database: Database, warn: Callable[[str], None]) -> Iterator[Observer]:
    """Give what is shown appended events, and sends a trace for each attempt that they end.

    Nothing is sent where no collector is named, or OTEL_SDK_DISABLED says so; without the libraries that is told.
    """
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true" or not any(map(os.environ.get, ENDPOINTS)):
        yield lambda _: None
        return
    try:
        from adapters.tracing import Traces  # noqa: PLC0415 - an extra, and only for who wants traces
    except ImportError:
        warn("no traces are sent: their libraries are missing; `pip install 'batchmill[tracing]'` brings them")
        yield lambda _: None
        return
    traces = Traces(version("batchmill"), warn)
    try:
        yield Teller(database, traces, warn).observe
    finally:
        traces.close()


class Teller:
    """Reads each attempt that ended out of the ledger, and hands it over."""

    def __init__(self, database: Database, traces: Traces, warn: Callable[[str], None]) -> None:
        """Begin with nothing told."""
        self._database = database
        self._traces = traces
        self._warn = warn
        self._genesis = ""

    def observe(self, events: Sequence[Recorded]) -> None:
        """Tell the attempts that these events end; what was appended stands, whatever becomes of its trace."""
        for recorded in events:
            if isinstance(recorded.event, ENDS):
                try:
                    self._tell(recorded)
                except LedgerError as error:
                    self._warn(f"no trace of {recorded.correlation}: {error}")

    def _tell(self, recorded: Recorded) -> None:
        if not self._genesis:
            self._genesis = next(row.chain for row in islice(self._database.stored.rows(until=1), 1))
        trace = trace_of(self._database.store.read_stream(recorded.stream), recorded.correlation)
        if trace is not None:
            self._traces.send(trace, self._genesis)
