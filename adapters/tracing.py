"""Traces over OpenTelemetry; the only place that knows its libraries, which are an optional extra.

Spans are not timed as they happen but made of the ledger's events, with their times and ids. So the SDK's spans
are built whole and given to a processor, which sends them in a thread of its own; the OTEL_… variables say where.
"""

from __future__ import annotations

import logging
import os
from threading import Thread
from typing import TYPE_CHECKING

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from core.projections.attempts import AttemptTrace, Span

#: What is still to be sent may take so many seconds at the end.
CLOSING_SECONDS = 2.0


class Traces:
    """Sends attempts as traces; what cannot be delivered is dropped, and told once."""

    def __init__(self, version: str, warn: Callable[[str], None], exporter: SpanExporter | None = None) -> None:
        """Send to `exporter`, by default to where the OTEL_EXPORTER_OTLP_… variables say."""
        _tell_once(warn)
        name = os.environ.get("OTEL_SERVICE_NAME") or "batchmill"
        self._resource = Resource.create({"service.name": name, "service.version": version})
        self._scope = InstrumentationScope("batchmill", version)
        self._processor = BatchSpanProcessor(exporter or OTLPSpanExporter())

    def send(self, trace: AttemptTrace, genesis: str) -> None:
        """Hand a trace over for sending, its steps under the whole; returns at once."""
        trace_id = trace.trace_id(genesis)

        def context(span: Span) -> SpanContext:
            return SpanContext(
                int.from_bytes(trace_id),
                int.from_bytes(trace.span_id(genesis, span)),
                is_remote=False,
                trace_flags=TraceFlags(TraceFlags.SAMPLED),
            )

        whole = context(trace.whole)
        for span in (*trace.steps, trace.whole):
            parent = None if span is trace.whole else whole
            self._processor.on_end(self._made(span, context(span), parent))

    def close(self) -> None:
        """Send what is left, for a moment; a collector that hangs does not keep the daemon from ending."""
        closing = Thread(target=self._processor.shutdown, name="traces", daemon=True)
        closing.start()
        closing.join(CLOSING_SECONDS)

    def _made(self, span: Span, context: SpanContext, parent: SpanContext | None) -> ReadableSpan:
        return ReadableSpan(
            name=span.name,
            context=context,
            parent=parent,
            resource=self._resource,
            attributes=dict(span.facts),
            events=[Event(note.name, dict(note.facts), _nanoseconds(note.at)) for note in span.notes],
            kind=SpanKind.INTERNAL,
            status=Status(StatusCode.ERROR, span.error) if span.error else Status(StatusCode.OK),
            start_time=_nanoseconds(span.began),
            end_time=_nanoseconds(span.ended),
            instrumentation_scope=self._scope,
        )


class _Once(logging.Handler):
    """Passes on that something went wrong, once."""

    def __init__(self, warn: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._warn = warn
        self._told = False

    def emit(self, record: logging.LogRecord) -> None:
        """Tell the first trouble, in one sentence."""
        if not self._told:
            self._told = True
            self._warn(
                f"traces are not delivered ({record.getMessage()}); the work goes on without, look at the "
                "OTEL_EXPORTER_OTLP_… variables and the collector"
            )


def _tell_once(warn: Callable[[str], None]) -> None:
    log = logging.getLogger("opentelemetry")
    log.propagate = False
    log.handlers[:] = [_Once(warn)]


def _nanoseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000) * 1_000
