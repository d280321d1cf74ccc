from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import msgspec
import pytest

from adapters.memory.store import MemoryEventStore
from core.batch import events as e
from core.batch.lifecycle import Status
from core.ledger.recorded import NewEvent, stamp
from core.projections.fold import project_batch, project_wave
from tests.batches import (
    ADOPT,
    CANCEL,
    CANCEL_SENT,
    COMMANDS,
    DEFER,
    DOUBLE,
    DUE,
    FAIL,
    FILE_READ,
    FORGET_JOB,
    GIVE_UP,
    HAND_OVER,
    HAPPY,
    JOB,
    LOOKED,
    LOST,
    OVER_BUDGET,
    PAUSE,
    PLAN,
    QUARANTINE,
    REFUSE,
    RESUME,
    RETRY,
    SETTLE,
    SIGHT,
    START,
    UNCLEAR,
    UPLOAD,
    WITHDRAW,
    WRITE,
    WRONG_FORM,
    adopted_job,
    answers,
    claim,
    later,
    taken,
    told,
)
from tests.ledgers import CONTEXT, NOON, SetClock
from tests.waves import planned_source, wave_planned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.batch.commands import BatchCommand
    from core.projections.rows import BatchRow

SENT = (PLAN, WRITE, START)


def row_after(*events: e.BatchEvent) -> BatchRow:
    store = MemoryEventStore(SetClock())
    recorded = store.append(
        [NewEvent("batch-205", version, event, CONTEXT) for version, event in enumerate(events, start=1)]
    )
    row = None
    for each in recorded:
        row = project_batch(row, each)
    assert row is not None
    return row


def row_of(*commands: BatchCommand) -> BatchRow:
    return row_after(*told(commands)[0])


@pytest.mark.parametrize(
    ("before", "command", "changes"),
    [
        (
            (PLAN,),
            WRITE,
            {
                "status": "written",
                "written_at": stamp(later(60)),
                "file_path": "submissions/batch_205.jsonl",
                "file_size": 4_096,
                "file_sha256": "a" * 64,
                "requests": 2,
            },
        ),
        (
            (PLAN,),
            WITHDRAW,
            {
                "status": "withdrawn",
                "pairs": 0,
                "first_pair_id": None,
                "last_pair_id": None,
                "reason": "revision 2 of wave 2 does without it",
            },
        ),
        (
            (PLAN, WRITE),
            START,
            {"attempt": 1, "display_name": "w2-batch_205-a1-c0ffee00", "started_at": stamp(later(120))},
        ),
        (SENT, UPLOAD, {"uploaded_file": "files/one"}),
        (
            (*SENT, UPLOAD),
            JOB,
            {
                "status": "submitted",
                "job_name": "batches/one",
                "submitted_at": stamp(later(122)),
                "due": stamp(DUE),
            },
        ),
        (SENT, DEFER, {"started_at": None, "reason": "429: quota", "next_try_at": stamp(later(300))}),
        ((*SENT, DEFER), START, {"started_at": stamp(later(120)), "reason": None, "next_try_at": None}),
        (SENT, UNCLEAR, {"reason": "time-out", "next_try_at": stamp(later(124))}),
        ((*SENT, UNCLEAR), LOOKED, {"reason": "no job found yet", "next_try_at": stamp(later(144))}),
        (
            (*SENT, UNCLEAR),
            JOB,
            {
                "status": "submitted",
                "job_name": "batches/one",
                "submitted_at": stamp(later(122)),
                "due": stamp(DUE),
                "reason": None,
                "next_try_at": None,
            },
        ),
        (SENT, REFUSE, {"started_at": None, "reason": "400: line 1 is no request", "hold": "refused"}),
        (SENT, QUARANTINE, {"reason": "nobody could tell", "hold": "quarantined"}),
        ((*SENT, QUARANTINE), RETRY, {"reason": None, "hold": None}),
        (
            (*SENT, QUARANTINE),
            DEFER,
            {"started_at": None, "reason": "429: quota", "next_try_at": stamp(later(300)), "hold": None},
        ),
        (SENT, DOUBLE, {}),
        ((PLAN, WRITE), OVER_BUDGET, {"reason": "$1.20 of $1.00", "hold": "over budget"}),
        (HAPPY, HAND_OVER, {"handed_over": 1}),
        (HAPPY, GIVE_UP, {"given_up": 1}),
        ((PLAN, WRITE), PAUSE, {"reason": "the price is looked into", "hold": "paused"}),
        ((PLAN, WRITE, PAUSE), RESUME, {"reason": None, "hold": None}),
        (HAPPY[:5], CANCEL, {"reason": "the wrong prompt", "hold": "cancelled"}),
        ((*HAPPY[:5], CANCEL), CANCEL_SENT, {}),
        (
            (*HAPPY[:6], CANCEL),
            HAPPY[6],
            {"status": "succeeded", "ended_at": stamp(later(3_600)), "due": None, "reason": None, "hold": None},
        ),
        (HAPPY, FORGET_JOB, {}),
        (HAPPY[:5], HAPPY[5], {"status": "processing", "processing_at": stamp(later(180))}),
        (HAPPY[:6], HAPPY[6], {"status": "succeeded", "ended_at": stamp(later(3_600)), "due": None}),
        (
            HAPPY[:6],
            FAIL,
            {
                "status": "failed",
                "failed_at": stamp(later(3_610)),
                "ended_at": stamp(later(3_610)),
                "due": None,
                "reason": "the job expired",
                "cause": "expired",
                "hold": "failed",
            },
        ),
        (
            (*HAPPY[:6], FAIL),
            RETRY,
            {
                "status": "written",
                "reason": None,
                "hold": None,
                "job_name": None,
                "started_at": None,
                "submitted_at": None,
                "processing_at": None,
                "ended_at": None,
                "failed_at": None,
            },
        ),
        (
            HAPPY[:7],
            HAPPY[7],
            {
                "status": "downloaded",
                "downloaded_at": stamp(later(3_620)),
                "result_path": "results/batch_205_results.jsonl",
            },
        ),
        (
            HAPPY[:8],
            HAPPY[8],
            {
                "read_at": stamp(later(7_000)),
                "refined_path": "results/batch_205_refined.jsonl",
                "refined": 3,
                "cut_off": 1,
                "emulated": True,
                "input_tokens": 1_900,
                "output_tokens": 2_800,
            },
        ),
    ],
)
def test_an_event_changes_these_cells_and_no_others(
    before: Sequence[BatchCommand], command: BatchCommand, changes: dict[str, object]
) -> None:
    row = row_of(*before)
    event = told([*before, command])[0][-1]

    after = row_after(*told(before)[0], event)

    said = {
        name: value
        for name, value in msgspec.structs.asdict(after).items()
        if value != getattr(row, name) and name not in {"version", "changed_at"}
    }
    assert said == changes
    assert (after.version, after.changed_at) == (row.version + 1, stamp(event.at))


def test_the_table_above_and_the_plan_are_all_events_there_are() -> None:
    seen = {
        type(event) for command in ((), (DEFER,), (UNCLEAR,), (REFUSE,)) for event in told([*SENT, *command])[0]
    }
    seen |= {type(event) for event in told([PLAN, WITHDRAW])[0] + told([*SENT, JOB, FAIL, RETRY])[0]}
    seen |= {type(event) for event in told([PLAN, WRITE, OVER_BUDGET])[0]}
    seen |= {type(event) for event in told([PLAN, PAUSE, RESUME])[0] + told([*SENT, DOUBLE, QUARANTINE])[0]}
    seen |= {type(event) for event in told([*SENT, JOB, CANCEL, CANCEL_SENT])[0]}
    seen |= {type(event) for event in told([*HAPPY, HAND_OVER])[0] + told([*HAPPY, GIVE_UP, FORGET_JOB])[0]}
    seen |= {
        type(event) for event in told([ADOPT, FILE_READ, claim(), WRONG_FORM, SIGHT, SETTLE, adopted_job()])[0]
    }
    seen |= {type(event) for event in told([ADOPT, taken(1, 3)])[0] + told(LOST)[0]}

    assert seen == set(get_args(e.BatchEvent))
    assert len(COMMANDS) >= len(seen)


def test_a_row_begins_with_its_plan() -> None:
    row = row_of(PLAN)

    assert (row.number, row.wave, row.status, row.title, row.pairs) == (205, 2, "planned", "tvl", 4)
    assert (row.first_pair_id, row.last_pair_id) == ("w2-s30-tvl-001", "w2-s30-tvl-004")
    assert (row.estimated_input_tokens, row.estimated_output_tokens) == (2_000, 3_000)
    assert row.planned_at == row.changed_at == stamp(NOON)


def test_a_batch_that_is_planned_again_begins_again() -> None:
    assert row_of(PLAN, WRITE, PLAN) == msgspec.structs.replace(row_of(PLAN), version=3)


def test_a_success_without_a_time_of_its_own_ended_when_it_was_seen() -> None:
    seen = e.BatchSucceeded(2, 0, None, None, later(3_610))

    assert row_after(*told(HAPPY[:6])[0], seen).ended_at == stamp(later(3_610))


def test_every_verdict_is_counted_in_its_own_cell() -> None:
    verdicts = ["missing", "malformed", "malformed", "blocked", "blocked", "blocked", "cut_off"]
    read = answers(refined=0, unrefined=[(f"p{place}", verdict) for place, verdict in enumerate(verdicts)])

    row = row_after(*told(HAPPY[:8])[0], read)

    assert (row.missing, row.malformed, row.blocked, row.cut_off) == (1, 2, 3, 1)


def test_an_event_before_the_plan_is_an_error_that_names_its_place() -> None:
    with pytest.raises(LookupError, match="position 1: batch-205 has events before it was planned"):
        row_after(e.BatchProcessing(NOON))


def test_a_waves_row_is_its_latest_plan() -> None:
    sources = [planned_source("a", 100), planned_source("b", 10, plan=4), planned_source("c", 0)]
    event = wave_planned(sources, [205, 206], revision=3)
    [recorded] = MemoryEventStore(SetClock()).append([NewEvent("wave-2", 1, event, CONTEXT)])

    row = project_wave(None, recorded)

    assert (row.wave, row.revision, row.staged, row.excluded, row.sources) == (2, 3, 110, 6, 3)
    assert (row.batches, row.strategy, row.model) == ((205, 206), "indicator", "gemini-2.5-flash")
    assert (row.input_tokens, row.output_tokens, row.cost_usd) == (4_000, 6_000, 0.081)
    assert (row.planned_at, row.version) == (stamp(NOON), 1)


@pytest.mark.parametrize("status", [status.value for status in Status if status is not Status.UNPLANNED])
def test_every_status_reaches_the_row(status: str) -> None:
    reached = {row_of(*HAPPY[:steps]).status for steps in range(1, 10)}
    reached |= {row_of(PLAN, WITHDRAW).status, row_of(*SENT, JOB, FAIL).status, row_of(ADOPT).status}

    assert status in reached
