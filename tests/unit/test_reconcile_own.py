"""Jobs under this program's own names: on record, of an attempt, or of a ledger that is not this one any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.batch import commands as c
from core.batch.adopting_commands import AdoptJob
from core.batch.holds import Hold
from core.batch.lifecycle import Status
from core.reconcile.judgement import Judgement, Outcome
from core.reconcile.judging import judge_all
from tests.adopted import TERMS, after, job, seen, view
from tests.batches import DOUBLE, FAIL, HAPPY, NONCE, OTHER_SHA, SHA, START, given, later

if TYPE_CHECKING:
    from core.batch.state import Batch
    from core.provider import Job

MINE = f"w2-batch_205-a1-{NONCE}"
#: As another ledger of the same wave would have called it.
ANOTHERS = "w2-batch_205-a1-0ddba115"
WRITTEN = given(*HAPPY[:2])


def judged(batch: Batch, found: Job, **files: str) -> Judgement:
    [judgement] = judge_all(view(batch), seen(found, **files), TERMS)
    return judgement


def test_a_job_on_record_agrees() -> None:
    found = judged(given(*HAPPY[:6]), job("batches/one", MINE, "RUNNING"))
    assert (found.outcome, found.number, found.commands) == (Outcome.AGREES, 205, ())


def test_one_with_a_result_is_to_be_fetched_and_nothing_is_recorded_that_a_poll_will_find() -> None:
    found = judged(given(*HAPPY[:6]), job("batches/one", MINE))
    assert (found.outcome, found.commands) == (Outcome.FINISHED, ())


def test_once_it_is_home_or_failed_it_agrees() -> None:
    assert judged(given(*HAPPY), job("batches/one", MINE)).outcome is Outcome.AGREES
    assert judged(given(*HAPPY[:6], FAIL), job("batches/one", MINE, "EXPIRED")).outcome is Outcome.AGREES


def test_a_double_on_record_is_told_of_and_not_recorded_again() -> None:
    batch = given(*HAPPY[:5], DOUBLE)
    ledger = view(batch)
    ledger.jobs["batches/two"] = 205
    found = judge_all(ledger, seen(job("batches/two", MINE, "RUNNING")), TERMS)
    assert [(each.outcome, each.running, each.commands) for each in found] == [(Outcome.DUPLICATE, True, ())]


def test_a_second_job_of_one_attempt_is_a_duplicate() -> None:
    batch = given(*HAPPY[:5])
    found = judged(batch, job("batches/two", MINE, "RUNNING"))
    assert (found.outcome, found.kept, found.running) == (Outcome.DUPLICATE, "batches/one", True)
    assert after(batch, *found.commands).others == ("batches/two",)


def test_a_job_whose_submission_is_still_unclear_is_left_to_the_daemon() -> None:
    found = judged(given(*HAPPY[:2], START), job("batches/one", MINE))
    assert (found.outcome, found.commands) == (Outcome.UNDER_WAY, ())
    assert "`batchmill run`" in found.sentence


def test_a_job_of_the_attempt_that_was_thought_refused_is_taken_for_its_own() -> None:
    deferred = given(*HAPPY[:2], START, c.RecordDeferral("429: quota", later(300), later(122)))
    found = judged(deferred, job("batches/one", MINE))
    assert found.outcome is Outcome.FINISHED
    batch = after(deferred, *found.commands)
    assert (batch.status, batch.job_name, batch.attempt) == (Status.SUCCEEDED, "batches/one", 1)


def test_a_job_of_another_ledger_that_was_given_the_same_file_is_taken_over() -> None:
    found = judged(WRITTEN, job("batches/x", ANOTHERS, input_file="files/a"), a=SHA)
    assert (found.outcome, found.by) == (Outcome.FINISHED, ("display name", "input file"))
    [taken, _] = found.commands
    assert isinstance(taken, AdoptJob)
    assert taken.job.attempt == 1
    assert after(WRITTEN, *found.commands).job_name == "batches/x"


def test_so_is_one_that_still_runs() -> None:
    found = judged(WRITTEN, job("batches/x", ANOTHERS, "RUNNING", input_file="files/a"), a=SHA)
    assert found.outcome is Outcome.UNDER_WAY
    assert after(WRITTEN, *found.commands).status is Status.SUBMITTED


@pytest.mark.parametrize("files", [{}, {"a": OTHER_SHA}, {"a": ""}])
def test_one_whose_file_is_gone_or_another_holds_the_batch_until_a_person_says(files: dict[str, str]) -> None:
    found = judged(WRITTEN, job("batches/x", ANOTHERS, input_file="files/a"), **files)
    assert found.outcome is Outcome.UNSETTLED
    held = after(WRITTEN, *found.commands)
    assert held.hold is Hold.QUARANTINED
    assert "`batchmill settle 205 --job batches/x`" in held.hold_reason
    assert judged(held, job("batches/x", ANOTHERS, input_file="files/a"), **files).commands == ()


def test_one_that_ended_without_a_result_holds_nothing() -> None:
    assert judged(WRITTEN, job("batches/x", ANOTHERS, "FAILED")).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("batch", [given(*HAPPY[:5]), given(*HAPPY), given(*HAPPY[:1])])
def test_a_batch_that_has_a_job_or_no_file_takes_none_of_another_ledger(batch: Batch) -> None:
    found = judged(batch, job("batches/x", ANOTHERS, input_file="files/a"), a=SHA)
    assert (found.outcome, found.commands) == (Outcome.UNKNOWN, ())


@pytest.mark.parametrize("whose", ["w3-batch_205", "w2-batch_206", "w2-batch_205r1"])
def test_a_name_of_ours_for_another_wave_or_batch_is_unknown(whose: str) -> None:
    found = judged(WRITTEN, job("batches/x", f"{whose}-a1-0ddba115"))
    assert (found.outcome, found.number) == (Outcome.UNKNOWN, None)
