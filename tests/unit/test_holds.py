from __future__ import annotations

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from adapters.memory.read_model import MemoryReadModel
from adapters.memory.store import MemoryEventStore
from core.batch import commands as c
from core.batch.holds import Hold
from core.batch.lifecycle import Status
from core.engine.steps import Kind, next_step
from core.ledger.recorded import NewEvent
from core.projections.catch_up import catch_up
from tests.batches import (
    CANCEL,
    CANCEL_SENT,
    COMMANDS,
    DEFER,
    DOUBLE,
    FAIL,
    JOB,
    LOOKED,
    OTHER_SHA,
    PAUSE,
    PLAN,
    PROCESS,
    QUARANTINE,
    REFUSE,
    RESUME,
    RETRY,
    START,
    SUCCEED,
    UNCLEAR,
    UPLOAD,
    WITHDRAW,
    WRITE,
    given,
    later,
    planned,
    told,
    written,
)
from tests.ledgers import CONTEXT, SetClock
from tests.waves import plan_of

WRITTEN = (PLAN, WRITE)
SENT = (*WRITTEN, START)
RUNNING = (*SENT, JOB, PROCESS)
FAILED_FOR_NOW = c.RecordFailure("expired", "the job expired", later(3_610), again=True)


@pytest.mark.parametrize(
    ("commands", "hold"),
    [
        (SENT, None),
        ((*SENT, REFUSE), Hold.REFUSED),
        ((*SENT, QUARANTINE), Hold.QUARANTINED),
        ((*RUNNING, FAIL), Hold.FAILED),
        ((*RUNNING, FAILED_FOR_NOW), None),
        ((PLAN, CANCEL), Hold.CANCELLED),
        ((PLAN, PAUSE), Hold.PAUSED),
    ],
)
def test_what_puts_a_batch_on_hold(commands: tuple[c.BatchCommand, ...], hold: Hold | None) -> None:
    assert given(*commands).hold is hold


@pytest.mark.parametrize(("wish", "hold"), [(CANCEL, Hold.CANCELLED), (PAUSE, Hold.PAUSED)])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((PLAN,), (c.PlanBatch(planned(pairs=2, revision=2)),)),
        ((PLAN,), (WITHDRAW, PLAN)),
        ((PLAN,), (WRITE,)),
        (WRITTEN, (c.RecordFile(written(OTHER_SHA)),)),
        (SENT, (UPLOAD, UNCLEAR, LOOKED)),
        (SENT, (DEFER,)),
        (SENT, (DOUBLE, JOB)),
        (SENT, (JOB, PROCESS)),
        (RUNNING, (FAILED_FOR_NOW,)),
    ],
)
def test_what_a_person_wanted_outlives_what_happens_meanwhile(
    before: tuple[c.BatchCommand, ...],
    wish: c.CancelBatch | c.PauseBatch,
    after: tuple[c.BatchCommand, ...],
    hold: Hold,
) -> None:
    batch = given(*before, wish, *after)

    assert (batch.hold, batch.hold_reason) == (hold, wish.reason)


@pytest.mark.parametrize(
    ("commands", "hold", "reason"),
    [
        ((*SENT, PAUSE, CANCEL), Hold.CANCELLED, CANCEL.reason),
        ((*SENT, PAUSE, REFUSE), Hold.REFUSED, REFUSE.reason),
        ((*SENT, PAUSE, QUARANTINE), Hold.QUARANTINED, QUARANTINE.reason),
        ((*SENT, QUARANTINE, CANCEL), Hold.CANCELLED, CANCEL.reason),
        ((*RUNNING, PAUSE, FAIL), Hold.FAILED, FAIL.reason),
        ((*RUNNING, CANCEL, FAIL), Hold.CANCELLED, CANCEL.reason),
    ],
)
def test_of_two_reasons_the_graver_stands(commands: tuple[c.BatchCommand, ...], hold: Hold, reason: str) -> None:
    batch = given(*commands)

    assert (batch.hold, batch.hold_reason) == (hold, reason)


@pytest.mark.parametrize(
    "commands",
    [
        (*SENT, REFUSE, RETRY),
        (*SENT, QUARANTINE, RETRY),
        (*RUNNING, FAIL, RETRY),
        (*WRITTEN, CANCEL, RETRY),
        (*WRITTEN, PAUSE, RESUME),
        (*RUNNING, CANCEL, SUCCEED),
        (*RUNNING, PAUSE, SUCCEED),
        (*SENT, REFUSE, c.RecordFile(written(OTHER_SHA))),
        (*SENT, QUARANTINE, c.RecordJob("batches/one", "settled", later(60_000))),
        (*SENT, QUARANTINE, DEFER),
    ],
)
def test_what_frees_a_batch(commands: tuple[c.BatchCommand, ...]) -> None:
    batch = given(*commands)

    assert batch.hold is None
    assert next_step(batch).kind in {Kind.SUBMIT, Kind.RESOLVE, Kind.POLL, Kind.HARVEST}


@pytest.mark.parametrize(
    ("commands", "kind"),
    [
        ((*WRITTEN, PAUSE), Kind.NOTHING),
        ((*WRITTEN, CANCEL), Kind.NOTHING),
        ((*SENT, PAUSE), Kind.RESOLVE),
        ((*SENT, CANCEL), Kind.RESOLVE),
        ((*SENT, QUARANTINE), Kind.NOTHING),
        ((*SENT, QUARANTINE, CANCEL), Kind.RESOLVE),
        ((*SENT, CANCEL, DEFER), Kind.NOTHING),
        ((*SENT, CANCEL, JOB), Kind.CANCEL),
        ((*RUNNING, CANCEL), Kind.CANCEL),
        ((*RUNNING, CANCEL, CANCEL_SENT), Kind.POLL),
        ((*RUNNING, PAUSE), Kind.POLL),
        ((*RUNNING, PAUSE, FAILED_FOR_NOW), Kind.NOTHING),
        ((*RUNNING, PAUSE, FAILED_FOR_NOW, RESUME), Kind.RETRY),
        ((*RUNNING, CANCEL, FAILED_FOR_NOW), Kind.NOTHING),
        ((*RUNNING, CANCEL, CANCEL_SENT, SUCCEED), Kind.HARVEST),
    ],
)
def test_what_a_batch_on_hold_still_needs(commands: tuple[c.BatchCommand, ...], kind: Kind) -> None:
    assert next_step(given(*commands)).kind is kind


def test_a_cancellation_is_asked_for_anew_with_each_job() -> None:
    again = (
        RETRY,
        c.StartSubmission("0ddba115", later(5_000)),
        c.RecordJob("batches/two", "created", later(5_002)),
    )
    batch = given(*RUNNING, CANCEL, CANCEL_SENT, FAIL, *again, CANCEL)

    assert next_step(batch).kind is Kind.CANCEL


@for_all(st.lists(st.sampled_from(COMMANDS), max_size=25))
def test_the_read_model_says_of_every_batch_what_holds_it(commands: list[c.BatchCommand]) -> None:
    events, batch = told((PLAN, *commands))
    store, model = MemoryEventStore(SetClock()), MemoryReadModel()
    store.append(
        [
            NewEvent("wave-2", 1, plan_of(205).planned, CONTEXT),
            *(NewEvent("batch-205", version, event, CONTEXT) for version, event in enumerate(events, 1)),
        ]
    )
    catch_up(store, model)
    [row] = model.batches()

    if batch.status is not Status.WITHDRAWN:
        assert row.hold == (batch.hold.value if batch.hold else None)
    assert row.status == batch.status.value


@for_all(st.lists(st.sampled_from(COMMANDS), max_size=25))
def test_a_batch_on_hold_is_never_sent_by_itself(commands: list[c.BatchCommand]) -> None:
    _, batch = told(commands)

    if batch.hold is not None:
        assert next_step(batch).kind not in {Kind.SUBMIT, Kind.RETRY}
