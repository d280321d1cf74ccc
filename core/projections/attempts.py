"""An attempt of a batch as a trace: which step took from when to when, as the events of its stream tell.

Everything follows from the ledger, so a trace is the same whichever process, before or after a restart, tells it.
Its identity is made of the ledger's first hash and the correlation id that all events of the attempt share.
"""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotations at run time
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from core.batch import events as e

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from core.batch.events import BatchEvent
    from core.ledger.recorded import Recorded

#: Events that end an attempt.
ENDS = e.AnswersRead | e.BatchFailed

Fact = str | int | float | bool


class Note(msgspec.Struct, frozen=True):
    """Something that happened within a span: the event's stored name, and when."""

    name: str
    at: datetime
    facts: dict[str, Fact] = {}


class Span(msgspec.Struct, frozen=True):
    """A step from its beginning to its end, or the whole attempt; `error` is why it failed, "" if it did not."""

    name: str
    began: datetime
    ended: datetime
    facts: dict[str, Fact] = {}
    notes: tuple[Note, ...] = ()
    error: str = ""


class AttemptTrace(msgspec.Struct, frozen=True):
    """A whole attempt and its steps: upload, create, poll, download, read, as far as it got."""

    correlation: str
    whole: Span
    steps: tuple[Span, ...]

    def trace_id(self, genesis: str) -> bytes:
        """Return the trace's 16 bytes in the ledger whose first event has the hash `genesis`."""
        return sha256(f"{genesis} {self.correlation}".encode()).digest()[:16]

    def span_id(self, genesis: str, span: Span) -> bytes:
        """Return a span's 8 bytes there."""
        return sha256(f"{genesis} {self.correlation} {span.name}".encode()).digest()[:8]


def trace_of(stream: Iterable[Recorded], correlation: str) -> AttemptTrace | None:
    """Return the attempt that shares a correlation id, up to its end; None if none was begun, or it goes on."""
    events: list[Recorded] = []
    for recorded in stream:
        if recorded.correlation == correlation:
            events.append(recorded)
            if isinstance(recorded.event, ENDS):
                break
    begun = [each for each in events if isinstance(each.event, e.SubmissionStarted)]
    if not begun or not isinstance(events[-1].event, ENDS):
        return None
    began, last = begun[0].event.at, events[-1].event
    steps = _steps([each.event for each in events])
    marks = tuple(Note(each.type, each.event.at, _facts(each.event)) for each in events)
    whole = Span(
        name="attempt",
        began=began,
        ended=last.at,
        facts={
            "batchmill.stream": events[0].stream,
            "batchmill.correlation": correlation,
            "batchmill.attempt": begun[0].event.attempt,
            "batchmill.display_name": begun[-1].event.display_name,
            "batchmill.positions": f"{events[0].position}-{events[-1].position}",
        },
        notes=marks,
        error=last.reason if isinstance(last, e.BatchFailed) else "",
    )
    return AttemptTrace(correlation, whole, steps)


def _steps(events: Sequence[BatchEvent]) -> tuple[Span, ...]:
    steps: list[Span] = []
    started: datetime | None = None
    since: datetime | None = None
    for event in events:
        match event:
            case e.SubmissionStarted(at=at):
                started = since = at
            case e.FileUploaded(at=at) if since is not None:
                steps.append(Span("upload", since, at, {"batchmill.file": event.file_name}))
                since = at
            case e.SubmissionDeferred() | e.SubmissionUnclear() | e.SubmissionRefused():
                continue
            case e.BatchSubmitted(at=at) if started is not None:
                steps.append(
                    Span(
                        "create",
                        since or started,
                        at,
                        {"batchmill.job": event.job_name, "batchmill.how": event.how},
                    )
                )
                since = at
            case e.BatchSucceeded(at=at) if since is not None:
                counts: dict[str, Fact] = {
                    "batchmill.requests": event.succeeded_requests,
                    "batchmill.failed_requests": event.failed_requests,
                }
                steps.append(Span("poll", since, at, counts))
                since = at
            case e.BatchDownloaded(at=at, size=size) if since is not None:
                steps.append(Span("download", since, at, {"batchmill.bytes": size}))
                since = at
            case e.AnswersRead(at=at, refined=refined) if since is not None:
                facts: dict[str, Fact] = {
                    "batchmill.refined": refined,
                    "batchmill.unrefined": len(event.unrefined),
                    "batchmill.input_tokens": event.input_tokens,
                    "batchmill.output_tokens": event.output_tokens,
                }
                steps.append(Span("read", since, at, facts))
            case e.BatchFailed(at=at, reason=reason) if since is not None:
                steps.append(Span("poll", since, at, {"batchmill.cause": event.cause}, error=reason))
            case _:
                continue
    return tuple(steps)


def _facts(event: BatchEvent) -> dict[str, Fact]:
    """Return the short texts and counts that an event has of its own."""
    kept = ("reason", "job_name", "how", "tries", "looks", "attempt", "cause")
    return {f"batchmill.{name}": getattr(event, name) for name in kept if hasattr(event, name)}
