from __future__ import annotations

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from core.batch import commands as c
from core.batch import events as e
from core.batch.decider import decide
from core.batch.folding import evolve
from core.batch.holds import Hold
from core.batch.lifecycle import Status
from core.batch.steering import STEERABLE, way_out
from core.errors import RefusedError
from tests.batches import (
    CANCEL,
    CANCEL_SENT,
    COMMANDS,
    DEFER,
    FAIL,
    HAPPY,
    JOB,
    PAUSE,
    PLAN,
    PROCESS,
    QUARANTINE,
    REFUSE,
    RESUME,
    RETRY,
    START,
    UNCLEAR,
    WAYS,
    WITHDRAW,
    WRITE,
    given,
    later,
    told,
)

WRITTEN = (PLAN, WRITE)
SENT = (*WRITTEN, START)
RUNNING = (*SENT, JOB, PROCESS)
FAILED_FOR_NOW = c.RecordFailure("expired", "the job expired", later(3_610), again=True)


def refusal(before: tuple[c.BatchCommand, ...], wish: c.BatchCommand) -> str:
    batch = given(*before)
    with pytest.raises(RefusedError) as refused:
        decide(batch, wish)
    return str(refused.value)


@pytest.mark.parametrize(
    "before",
    [
        (PLAN,),
        WRITTEN,
        SENT,
        (*SENT, UNCLEAR),
        (*SENT, DEFER),
        (*SENT, REFUSE),
        (*SENT, QUARANTINE),
        (*SENT, JOB),
        RUNNING,
        (*RUNNING, FAILED_FOR_NOW),
        (*RUNNING, PAUSE),
    ],
)
def test_whatever_may_still_cost_money_can_be_cancelled(before: tuple[c.BatchCommand, ...]) -> None:
    assert decide(given(*before), CANCEL) == [e.CancelRequested(CANCEL.reason, CANCEL.at)]


@pytest.mark.parametrize("wish", [CANCEL, PAUSE])
def test_a_wish_that_was_met_is_heard_once(wish: c.BatchCommand) -> None:
    assert decide(given(*RUNNING, wish), wish) == []


@pytest.mark.parametrize("status", [status for status in WAYS if status not in STEERABLE])
@pytest.mark.parametrize(("wish", "word"), [(CANCEL, "cancelled"), (PAUSE, "paused")])
def test_what_has_ended_can_neither_be_cancelled_nor_paused(
    status: Status, wish: c.BatchCommand, word: str
) -> None:
    assert refusal(WAYS[status], wish) == f"batch 205 is {status.value} and cannot be {word} any more"


def test_a_batch_that_failed_for_good_cannot_be_cancelled() -> None:
    assert "failed and runs no more" in refusal((*RUNNING, FAIL), CANCEL)


@pytest.mark.parametrize(
    ("before", "named"),
    [
        ((*SENT, REFUSE), "batch 205 is refused"),
        ((*SENT, QUARANTINE), "batch 205 is quarantined"),
        ((*RUNNING, FAIL), "batch 205 is failed"),
        ((*RUNNING, CANCEL), "batch 205 is cancelled"),
    ],
)
def test_what_stands_still_for_another_reason_is_not_paused(
    before: tuple[c.BatchCommand, ...], named: str
) -> None:
    said = refusal(before, PAUSE)

    assert said.startswith(f"{named} and does not go on by itself; ")
    assert "`batchmill retry 205`" in said


@pytest.mark.parametrize("before", [WRITTEN, RUNNING, (*RUNNING, CANCEL), (*SENT, REFUSE), HAPPY])
def test_only_a_paused_batch_is_resumed(before: tuple[c.BatchCommand, ...]) -> None:
    assert refusal(before, RESUME) == "batch 205 is not paused, so there is nothing to resume"


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (WRITTEN, "waits for its turn; there is nothing to retry"),
        ((*SENT, DEFER), "waits for its turn; there is nothing to retry"),
        ((*WRITTEN, PAUSE), "is paused; `batchmill resume 205` lets it go on"),
        ((*RUNNING, PAUSE, FAILED_FOR_NOW), "is paused; `batchmill resume 205` lets it go on"),
        ((*SENT, CANCEL), "cannot be retried while the end of attempt 1"),
        ((PLAN, CANCEL), "has no file yet; run `batchmill write --wave 2`, then `batchmill retry 205` sends it"),
        (RUNNING, "is processing and cannot retry now"),
        ((*RUNNING, CANCEL, CANCEL_SENT), "is processing and cannot retry now"),
        (HAPPY, "is downloaded and cannot retry now"),
        ((PLAN, WITHDRAW), "is withdrawn and cannot retry now"),
    ],
)
def test_what_needs_no_retry_or_cannot_have_one_says_why(before: tuple[c.BatchCommand, ...], said: str) -> None:
    assert said in refusal(before, RETRY)


def test_a_retry_after_a_cancelled_job_is_another_attempt_under_another_name() -> None:
    cancelled = given(*RUNNING, CANCEL, CANCEL_SENT, FAIL)
    again = given(*RUNNING, CANCEL, CANCEL_SENT, FAIL, RETRY, c.StartSubmission("0ddba115", later(5_000)))

    assert (cancelled.attempt, again.attempt) == (1, 2)
    assert again.display_name == "w2-batch_205-a2-0ddba115"
    assert (again.job_name, again.due) == (None, None)


@pytest.mark.parametrize("before", [(*WRITTEN, CANCEL), (*SENT, REFUSE), (*SENT, CANCEL, DEFER)])
def test_a_retry_of_what_never_had_a_job_is_no_further_attempt(before: tuple[c.BatchCommand, ...]) -> None:
    assert given(*before, RETRY, c.StartSubmission("0ddba115", later(5_000))).attempt == 1


def test_a_retry_does_not_wait_for_the_time_of_an_earlier_deferral() -> None:
    assert given(*SENT, DEFER, CANCEL, RETRY).next_try_at is None


def test_the_retry_of_a_quarantined_batch_leaves_its_intent_open_and_begins_its_time_anew() -> None:
    batch = given(*SENT, UNCLEAR, QUARANTINE, RETRY)

    assert (batch.intent_open, batch.attempt, batch.unclear_from) == (True, 1, RETRY.at)


def test_that_the_provider_was_asked_to_stop_a_job_is_said_once_and_of_the_present_job_alone() -> None:
    running = given(*RUNNING, CANCEL)

    assert decide(running, CANCEL_SENT) == [e.CancelSent("batches/one", CANCEL_SENT.at)]
    assert decide(running, c.RecordCancelSent("batches/old", later(300))) == []
    assert decide(given(*RUNNING, CANCEL, CANCEL_SENT), CANCEL_SENT) == []


@pytest.mark.parametrize(
    ("hold", "command"),
    [
        (Hold.PAUSED, "resume 7"),
        (Hold.CANCELLED, "retry 7"),
        (Hold.QUARANTINED, "settle 7"),
        (Hold.REFUSED, "retry 7"),
        (Hold.FAILED, "retry 7"),
        (None, "retry 7"),
    ],
)
def test_there_is_a_way_out_of_every_hold(hold: Hold | None, command: str) -> None:
    assert f"`batchmill {command}`" in way_out(7, hold)


@for_all(st.lists(st.sampled_from(COMMANDS), max_size=20))
def test_the_way_out_that_a_refused_start_names_is_one(commands: list[c.BatchCommand]) -> None:
    _, batch = told(commands)
    if batch.status is not Status.WRITTEN or batch.hold is None or batch.intent_open:
        return

    with pytest.raises(RefusedError) as refused:
        decide(batch, c.StartSubmission("0ddba115", later(9_000)))
    wish = RESUME if "`batchmill resume 205`" in str(refused.value) else RETRY
    for event in decide(batch, wish):
        batch = evolve(batch, event)

    assert batch.hold is None
