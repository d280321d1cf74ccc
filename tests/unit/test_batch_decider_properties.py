from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from adapters.memory.store import MemoryEventStore
from core.batch import events as e
from core.batch.decider import decide
from core.batch.folding import evolve
from core.batch.lifecycle import Status, follow
from core.batch.state import Batch
from core.errors import RefusedError
from core.ledger.load import load_batch
from core.ledger.recorded import NewEvent
from core.ledger.verify import TRIGGERS, verify_stream
from tests.batches import COMMANDS, HAPPY, told
from tests.ledgers import CONTEXT, SetClock

if TYPE_CHECKING:
    from core.batch.commands import BatchCommand

#: Some way along the happy path, and then anything at all.
SEQUENCES = st.tuples(
    st.integers(0, len(HAPPY)).map(lambda steps: HAPPY[:steps]), st.lists(st.sampled_from(COMMANDS), max_size=30)
).map(lambda parts: (*parts[0], *parts[1]))


@given(SEQUENCES)
def test_the_status_reached_is_the_rulebooks(commands: tuple[BatchCommand, ...]) -> None:
    events, batch = told(commands)

    status = Status.UNPLANNED
    for event in events:
        if type(event) in TRIGGERS:
            status = follow("batch 205", status, TRIGGERS[type(event)])
    assert batch.status is status


@given(SEQUENCES)
def test_a_history_that_was_decided_has_no_fault_and_folds_to_the_same_batch(
    commands: tuple[BatchCommand, ...],
) -> None:
    events, batch = told(commands)
    store = MemoryEventStore(SetClock())
    store.append([NewEvent("batch-205", version, event, CONTEXT) for version, event in enumerate(events, start=1)])

    assert verify_stream(store.read_stream("batch-205")) == []
    assert load_batch(store, 205) == batch
    assert batch.version == len(events)


@given(SEQUENCES)
def test_no_job_is_recorded_without_an_intent_before_it(commands: tuple[BatchCommand, ...]) -> None:
    events, _ = told(commands)

    begun = False
    for event in events:
        if isinstance(event, e.BatchSubmitted | e.FileUploaded | e.SubmissionUnclear):
            assert begun
        if isinstance(event, e.SubmissionStarted):
            assert not begun
            begun = True
        elif isinstance(event, e.BatchSubmitted | e.SubmissionDeferred | e.SubmissionRefused):
            begun = False


@given(SEQUENCES)
def test_an_attempt_has_one_name_and_one_job_and_no_two_attempts_share_a_name(
    commands: tuple[BatchCommand, ...],
) -> None:
    events, _ = told(commands)

    starts = [event for event in events if isinstance(event, e.SubmissionStarted)]
    names = {(start.attempt, start.display_name) for start in starts}
    assert len({attempt for attempt, _ in names}) == len({name for _, name in names}) == len(names)
    assert [start.attempt for start in starts] == sorted(start.attempt for start in starts)
    jobs = [event.attempt for event in events if isinstance(event, e.BatchSubmitted)]
    assert jobs == sorted(set(jobs))


@given(SEQUENCES, st.sampled_from(COMMANDS))
def test_a_command_is_judged_by_the_batch_alone(commands: tuple[BatchCommand, ...], last: BatchCommand) -> None:
    _, batch = told(commands)

    outcomes = []
    for _ in range(2):
        try:
            outcomes.append((decide(batch, last), ""))
        except RefusedError as refusal:
            outcomes.append(([], str(refusal)))
    assert outcomes[0] == outcomes[1]
    assert not outcomes[0][1] or outcomes[0][1].startswith("batch 205 ")


@given(SEQUENCES)
def test_the_pairs_of_a_batch_that_was_ever_sent_never_change(commands: tuple[BatchCommand, ...]) -> None:
    batch, ranges = Batch(number=205), None
    for event in told(commands)[0]:
        batch = evolve(batch, event)
        if batch.jobs:
            ranges = ranges or batch.ranges
            assert batch.ranges == ranges
