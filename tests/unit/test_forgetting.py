"""What the provider may be asked to forget: a job whose answers were read, an upload whose job ended."""

from __future__ import annotations

import pytest

from core.batch import commands as c
from core.batch import events as e
from core.batch.decider import decide
from core.errors import RefusedError
from tests.batches import FAIL, FORGET_FILE, FORGET_JOB, HAPPY, RETRY, later, told


@pytest.mark.parametrize("reached", [5, 6, 7, 8])
def test_a_job_is_needed_until_its_answers_were_read(reached: int) -> None:
    _, batch = told(HAPPY[:reached])

    with pytest.raises(RefusedError, match="still needs batches/one"):
        decide(batch, FORGET_JOB)


@pytest.mark.parametrize("reached", [5, 6, 7])
def test_an_upload_is_needed_while_its_job_is_under_way(reached: int) -> None:
    _, batch = told(HAPPY[:reached])

    with pytest.raises(RefusedError, match="still needs files/one"):
        decide(batch, FORGET_FILE)


def test_what_is_home_may_be_forgotten_and_the_batch_stays_as_it_is() -> None:
    _, batch = told(HAPPY)
    events, after = told([*HAPPY, FORGET_JOB, FORGET_FILE])

    assert events[-2:] == [
        e.DeletionAsked("job", "batches/one", "its result is home", FORGET_JOB.at),
        e.DeletionAsked("file", "files/one", "its job ended", FORGET_FILE.at),
    ]
    assert (after.status, after.job_name, after.uploaded_file) == (batch.status, batch.job_name, None)


def test_a_failed_batch_uploads_anew_after_its_upload_was_forgotten() -> None:
    _, batch = told([*HAPPY[:6], FAIL, FORGET_FILE, RETRY])

    assert batch.uploaded_file is None


@pytest.mark.parametrize("what", [c.JOB, c.FILE])
def test_what_belongs_to_another_batch_is_not_deleted_through_this_one(what: str) -> None:
    _, batch = told(HAPPY)

    with pytest.raises(RefusedError, match="is not the"):
        decide(batch, c.AskDeletion(what, "batches/other", "why", later(9_000)))
