"""What the provider may be asked to forget: a job whose answers were read, an upload whose job ended."""

from __future__ import annotations

import msgspec
import pytest

from core.batch import commands as c
from core.batch import events as e
from core.batch.decider import decide
from core.errors import RefusedError
from tests.batches import FAIL, FORGET_FILE, FORGET_JOB, GIVE_UP_VECTORS, HAPPY, LOST, later, told


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
    assert after == msgspec.structs.replace(batch, version=batch.version + 2)


def test_the_same_may_be_asked_again_since_the_call_may_have_failed() -> None:
    events, _ = told([*HAPPY, FORGET_JOB, FORGET_JOB])

    assert [type(event) for event in events[-2:]] == [e.DeletionAsked, e.DeletionAsked]


def test_the_job_of_a_failed_batch_may_be_forgotten() -> None:
    events, _ = told([*HAPPY[:6], FAIL, FORGET_JOB])

    assert isinstance(events[-1], e.DeletionAsked)


@pytest.mark.parametrize("what", [c.JOB, c.FILE])
def test_what_belongs_to_another_batch_is_not_deleted_through_this_one(what: str) -> None:
    _, batch = told(HAPPY)

    with pytest.raises(RefusedError, match="has another"):
        decide(batch, c.AskDeletion(what, "batches/other", "why", later(9_000)))


def test_vectors_are_given_up_as_lost_once_and_only_of_a_batch_that_brought_some_home() -> None:
    (*_, event), lost = told(LOST)
    _, before = told(LOST[:-1])

    paths = (before.refined_path, before.result_path)
    assert event == e.VectorsLost(*paths, 2, "both files are gone", later(9_000))
    assert lost == msgspec.structs.replace(before, version=before.version + 1, vectors_lost=True)
    assert decide(lost, GIVE_UP_VECTORS) == []
    for other in (HAPPY, LOST[:-2]):
        with pytest.raises(RefusedError, match="brought no vectors home"):
            decide(told(other)[1], GIVE_UP_VECTORS)
