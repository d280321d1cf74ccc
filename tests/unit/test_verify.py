from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.memory.store import MemoryEventStore
from core.batch import events as e
from core.ledger.recorded import NewEvent, Recorded
from core.ledger.verify import verify_stream
from tests.batches import HAPPY, NONCE, SHA, answers, later, planned, told, written
from tests.ledgers import CONTEXT, NOON, SetClock
from tests.waves import wave_planned

if TYPE_CHECKING:
    from collections.abc import Sequence

STARTED = e.SubmissionStarted(1, f"w2-batch_205-a1-{NONCE}", SHA, later(120))
SUBMITTED = e.BatchSubmitted(1, "batches/one", "created", later(122))


def recorded(events: Sequence[object], stream: str = "batch-205") -> list[Recorded]:
    store = MemoryEventStore(SetClock())
    return store.append(
        [NewEvent(stream, version, event, CONTEXT) for version, event in enumerate(events, start=1)]
    )


def reasons(*events: object, stream: str = "batch-205") -> list[tuple[int, str]]:
    return [(fault.version, fault.reason) for fault in verify_stream(recorded(events, stream))]


def test_a_sound_history_has_no_fault() -> None:
    assert verify_stream(recorded(told(HAPPY)[0])) == []


def test_a_status_that_was_jumped_over_is_a_fault_where_it_stands() -> None:
    [fault] = verify_stream(recorded([planned(), e.BatchProcessing(NOON)]))

    assert (fault.position, fault.stream, fault.version) == (2, "batch-205", 2)
    assert fault.reason == ("batch 205 is planned and cannot process now; that is possible when it is submitted")


def test_a_job_without_an_intent_is_a_fault() -> None:
    assert reasons(planned(), written(), SUBMITTED) == [
        (3, "batch 205 has job batches/one without an intent recorded before it")
    ]
    assert reasons(planned(), written(), STARTED, SUBMITTED) == []


def test_verdicts_that_are_not_one_a_pair_are_a_fault() -> None:
    events = [*told(HAPPY[:8])[0], answers(refined=4)]

    assert reasons(*events) == [(len(events), "batch 205 has 4 pairs and another number of verdicts")]


def test_a_version_that_is_left_out_is_a_fault() -> None:
    first, _, third = recorded([planned(), written(), STARTED])

    assert [(fault.version, fault.reason) for fault in verify_stream([first, third])] == [
        (3, "version 2 was expected here, version 3 stands"),
    ]


def test_a_history_is_walked_on_after_a_fault() -> None:
    assert [version for version, _ in reasons(planned(), e.BatchProcessing(NOON), SUBMITTED)] == [2, 3, 3]


def test_a_revision_of_a_wave_that_is_left_out_is_a_fault() -> None:
    first, third = wave_planned(), wave_planned(revision=3)

    assert reasons(first, third, stream="wave-2") == [(2, "revision 3 follows 1")]


@pytest.mark.parametrize("stream", ["lease-1", "x"])
def test_a_stream_of_nobody_is_a_fault(stream: str) -> None:
    assert reasons(planned(), stream=stream) == [(1, "the stream belongs to no batch, no wave and no corpus")]
