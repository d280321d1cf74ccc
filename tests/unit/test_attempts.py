"""An attempt as a trace: its steps, its identity, and that a restart changes neither."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from adapters.tracing import Traces
from core.batch.events import SubmissionDeferred
from core.errors import RateLimitedError
from core.projections.attempts import trace_of
from tests.mill import PENDING, RUNNING

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.sdk.trace import ReadableSpan

    from core.projections.attempts import AttemptTrace
    from tests.mill import Mill

GENESIS = "0f" * 32
STEPS = ["upload", "create", "poll", "download", "read"]


def trace(mill: Mill, correlation: str = "batch-205/a1") -> AttemptTrace | None:
    return trace_of(mill.store.read_stream("batch-205"), correlation)


def sent(found: AttemptTrace) -> dict[str, ReadableSpan]:
    """Send a trace to an exporter in memory, and return its spans by name."""
    exporter = InMemorySpanExporter()
    warnings: list[str] = []
    traces = Traces("1.2.3", warnings.append, exporter)
    traces.send(found, GENESIS)
    traces.close()
    assert warnings == []
    return {span.name: span for span in exporter.get_finished_spans()}


def test_an_attempt_is_told_once_it_has_ended(mill: Mill) -> None:
    mill.stage(205)
    mill.engine().pulse()
    assert trace(mill) is None
    mill.drive()
    found = trace(mill)
    assert found is not None
    assert [step.name for step in found.steps] == STEPS


def test_its_steps_follow_each_other_and_waiting_for_the_job_is_one_of_them(mill: Mill) -> None:
    mill.stage(205)
    began = mill.clock.now()
    mill.drive()
    found = trace(mill)
    assert found is not None
    assert (found.whole.began, found.whole.ended) == (began, found.steps[-1].ended)
    assert all(one.ended == other.began for one, other in zip(found.steps, found.steps[1:], strict=False))
    polled = found.steps[2]
    assert (polled.ended - polled.began).total_seconds() >= PENDING + RUNNING


def test_a_restart_in_the_middle_leaves_one_trace(mill: Mill) -> None:
    mill.stage(205)
    mill.engine().pulse()
    mill.clock.advance(PENDING + RUNNING)
    mill.drive(mill.engine())
    found = trace(mill)
    assert found is not None
    spans = sent(found)
    assert sorted(spans) == sorted([*STEPS, "attempt"])
    assert len({span.context.trace_id for span in spans.values() if span.context}) == 1


def test_what_is_sent_has_the_events_times_and_hangs_together(mill: Mill) -> None:
    mill.provider.before["create"] = failing_once()
    mill.stage(205)
    mill.drive()
    found = trace(mill)
    assert found is not None
    spans = sent(found)
    whole = spans.pop("attempt")
    assert whole.context is not None
    assert whole.parent is None
    assert all(span.parent == whole.context for span in spans.values())
    assert whole.start_time == int(found.whole.began.timestamp()) * 1_000_000_000
    assert whole.resource.attributes["service.name"] == "batchmill"
    assert whole.status.status_code is StatusCode.OK
    assert spans["read"].attributes is not None
    assert spans["read"].attributes["batchmill.refined"] == mill.pairs
    (deferred,) = mill.events(205, SubmissionDeferred)
    (note,) = [event for event in whole.events if event.name == "batch.submission_deferred"]
    assert note.attributes is not None
    assert note.attributes["batchmill.reason"] == deferred.reason


def test_the_ids_are_those_of_the_ledger_and_the_attempt_alone(mill: Mill) -> None:
    mill.stage(205)
    mill.drive()
    found = trace(mill)
    assert found is not None
    assert found.trace_id(GENESIS) == found.trace_id(GENESIS) != found.trace_id("0e" * 32)
    assert len({found.span_id(GENESIS, span) for span in (*found.steps, found.whole)}) == 6


@pytest.mark.parametrize("correlation", ["batch-205/a2", "batch-206/a1", ""])
def test_an_attempt_that_never_was_has_no_trace(mill: Mill, correlation: str) -> None:
    mill.stage(205)
    mill.drive()
    assert trace(mill, correlation) is None


def failing_once() -> Callable[[str], None]:
    """Return what refuses the first call for its rate."""
    left = [RateLimitedError("429: slow down", 5.0)]

    def fail(_: str) -> None:
        if left:
            raise left.pop()

    return fail
