from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.batch import commands as c
from core.batch import events as e
from core.batch.decider import decide
from core.batch.lifecycle import Status
from core.errors import RefusedError
from tests.batches import (
    DEFER,
    DOWNLOAD,
    DUE,
    FAIL,
    HAPPY,
    JOB,
    LOOKED,
    NONCE,
    OTHER_SHA,
    PLAN,
    PROCESS,
    READ,
    REFUSE,
    RETRY,
    SHA,
    START,
    SUCCEED,
    UNCLEAR,
    UPLOAD,
    WAYS,
    WITHDRAW,
    WRITE,
    answers,
    given,
    later,
    planned,
    written,
)

if TYPE_CHECKING:
    from core.batch.commands import BatchCommand

SENT = (PLAN, WRITE, START)
STARTED = e.SubmissionStarted(attempt=1, display_name=f"w2-batch_205-a1-{NONCE}", sha256=SHA, at=later(120))


@pytest.mark.parametrize(
    ("before", "command", "events"),
    [
        ((), PLAN, [planned()]),
        ((PLAN,), c.PlanBatch(planned(pairs=2, revision=2)), [planned(pairs=2, revision=2)]),
        ((PLAN, WRITE), PLAN, [planned()]),
        ((PLAN, WITHDRAW), PLAN, [planned()]),
        ((PLAN,), WITHDRAW, [e.BatchWithdrawn(WITHDRAW.reason, WITHDRAW.at)]),
        ((PLAN,), WRITE, [written()]),
        ((PLAN, WRITE), c.RecordFile(written(OTHER_SHA)), [written(OTHER_SHA)]),
        ((PLAN, WRITE), START, [STARTED]),
        (SENT, UPLOAD, [e.FileUploaded("files/one", later(172_920), later(121))]),
        (SENT, JOB, [e.BatchSubmitted(1, "batches/one", "created", later(122), DUE)]),
        (SENT, DEFER, [e.SubmissionDeferred("429: quota", until=later(300), tries=1, at=later(122))]),
        (
            (*SENT, DEFER, START),
            DEFER,
            [e.SubmissionDeferred("429: quota", until=later(300), tries=2, at=later(122))],
        ),
        (SENT, UNCLEAR, [e.SubmissionUnclear("time-out", looks=0, look_again_at=later(124), at=later(122))]),
        (
            (*SENT, UNCLEAR, LOOKED),
            LOOKED,
            [e.SubmissionUnclear("no job found yet", looks=2, look_again_at=later(144), at=later(124))],
        ),
        (SENT, REFUSE, [e.SubmissionRefused(REFUSE.reason, later(122))]),
        ((*SENT, JOB), PROCESS, [e.BatchProcessing(later(180))]),
        (
            (*SENT, JOB),
            SUCCEED,
            [e.BatchSucceeded(2, 0, "files/batch-one", later(3_600), later(3_610))],
        ),
        ((*SENT, JOB, PROCESS), FAIL, [e.BatchFailed("expired", "the job expired", later(3_610))]),
        (HAPPY[:7], DOWNLOAD, [e.BatchDownloaded(DOWNLOAD.path, "e" * 64, 9_000, 2, later(3_620))]),
        (HAPPY[:8], READ, [answers()]),
        ((*SENT, JOB, FAIL), RETRY, [e.BatchRetried(RETRY.reason, RETRY.at)]),
        ((*SENT, REFUSE), RETRY, [e.BatchRetried(RETRY.reason, RETRY.at)]),
    ],
)
def test_a_command_leads_to_its_event(
    before: tuple[BatchCommand, ...], command: BatchCommand, events: list[e.BatchEvent]
) -> None:
    assert decide(given(*before), command) == events


@pytest.mark.parametrize(
    ("before", "command"),
    [
        ((PLAN, WRITE), WRITE),
        (HAPPY[:5], WRITE),
        (HAPPY[:5], JOB),
        (HAPPY[:6], JOB),
        (HAPPY, JOB),
        (HAPPY[:6], PROCESS),
        (HAPPY, READ),
    ],
)
def test_a_fact_said_twice_is_heard_once(before: tuple[BatchCommand, ...], command: BatchCommand) -> None:
    assert decide(given(*before), command) == []


@pytest.mark.parametrize("command", [PLAN, WITHDRAW, c.RecordFile(written(OTHER_SHA)), START])
def test_nothing_else_begins_while_the_end_of_an_attempt_is_not_known(command: BatchCommand) -> None:
    with pytest.raises(RefusedError, match=rf"batch 205 cannot be .* while the end of attempt 1 \(.*{NONCE}\)"):
        decide(given(*SENT), command)


@pytest.mark.parametrize("command", [UPLOAD, JOB, DEFER, UNCLEAR, REFUSE])
@pytest.mark.parametrize("status", Status)
def test_no_end_of_a_submission_is_recorded_without_its_beginning(status: Status, command: BatchCommand) -> None:
    batch = given(*WAYS[status])
    if isinstance(command, c.RecordJob) and batch.job_name == command.job_name:
        command = c.RecordJob("batches/another", "found", later(122))

    with pytest.raises(RefusedError, match="batch 205 has no submission under way"):
        decide(batch, command)


@pytest.mark.parametrize("end", [JOB, DEFER, REFUSE])
def test_a_submission_ends_only_once(end: BatchCommand) -> None:
    with pytest.raises(RefusedError, match="no submission under way"):
        decide(given(*SENT, end), UPLOAD)


def test_a_refused_batch_is_not_submitted_before_a_person_said_so() -> None:
    with pytest.raises(RefusedError, match=r"batch 205 is refused: 400: line 1 is no request; mend the cause"):
        decide(given(*SENT, REFUSE), START)

    assert decide(given(*SENT, REFUSE, RETRY), START)
    assert decide(given(*SENT, REFUSE, c.RecordFile(written(OTHER_SHA))), START)


def test_a_batch_that_waits_for_its_turn_has_nothing_to_retry() -> None:
    with pytest.raises(RefusedError, match="batch 205 is written and waits for its turn"):
        decide(given(PLAN, WRITE), RETRY)


def test_a_batch_that_was_sent_keeps_its_pairs_even_after_it_failed() -> None:
    with pytest.raises(RefusedError, match=r"batch 205 was sent to the provider before \(attempt 1\)"):
        decide(given(*SENT, JOB, FAIL, RETRY), PLAN)


def test_an_attempt_that_had_no_job_goes_on_under_its_number_and_name() -> None:
    another = c.StartSubmission("0ddba115", later(400))

    for before in [(*SENT, DEFER), (*SENT, REFUSE, RETRY), (*SENT, UNCLEAR, DEFER)]:
        [event] = decide(given(*before), another)
        assert event == e.SubmissionStarted(1, STARTED.display_name, SHA, later(400))


def test_an_attempt_after_one_that_had_a_job_has_the_next_number_and_a_new_name() -> None:
    [event] = decide(given(*SENT, JOB, FAIL, RETRY), START)

    assert event == e.SubmissionStarted(2, f"w2-batch_205-a2-{NONCE}", SHA, later(120))


def test_a_batch_with_another_file_is_another_attempt() -> None:
    anew = (c.PlanBatch(planned(revision=2)), c.RecordFile(written(OTHER_SHA)))

    [event] = decide(given(*SENT, DEFER, *anew), c.StartSubmission("0ddba115", later(400)))

    assert event == e.SubmissionStarted(2, "w2-batch_205-a2-0ddba115", OTHER_SHA, later(400))


def test_a_failed_attempts_job_is_no_job_of_the_next_attempt() -> None:
    with pytest.raises(RefusedError, match="no submission under way"):
        decide(given(*SENT, JOB, FAIL, RETRY), JOB)


def test_verdicts_are_refused_before_the_result_is_there() -> None:
    with pytest.raises(
        RefusedError, match="batch 205 is succeeded: its answers can be read once it is downloaded"
    ):
        decide(given(*HAPPY[:7]), READ)


@pytest.mark.parametrize(("refined", "unrefined"), [(4, 1), (3, 0), (0, 0)])
def test_verdicts_that_are_not_one_a_pair_are_refused(refined: int, unrefined: int) -> None:
    verdicts = answers(refined, [("w2-s30-tvl-004", "missing")] * unrefined)

    with pytest.raises(RefusedError, match=f"batch 205 has 4 pairs, but {refined + unrefined} verdicts came"):
        decide(given(*HAPPY[:8]), c.RecordAnswers(verdicts))
