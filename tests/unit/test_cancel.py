from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from core.batch import commands as c
from core.batch import events as e
from core.batch.holds import Hold
from core.batch.lifecycle import Status
from core.engine.books import Entry
from core.errors import (
    AmbiguousError,
    CredentialsError,
    GoneError,
    ProviderError,
    RejectedError,
    UnavailableError,
)
from core.provider import JobState
from tests.mill import PENDING, RUNNING

if TYPE_CHECKING:
    from tests.mill import Mill


def wish(mill: Mill, number: int, kind: type[c.CancelBatch | c.PauseBatch | c.ResumeBatch | c.RetryBatch]) -> None:
    """Record what a person asks for, as a process of its own would."""
    command = kind("a person wants it so", mill.clock.now())
    mill.workshop().books.write([Entry(number, (command,), "asked for")])


def cancelled_jobs(mill: Mill) -> list[str]:
    return [about for verb, about in mill.provider.calls if verb == "cancel"]


def lost_after(mill: Mill, place: str) -> None:
    """Lose the answer to the first create, with its effect or (`before`) without."""
    times = [1]

    def lose(_: str) -> None:
        if times:
            times.pop()
            raise AmbiguousError("the answer was lost")

    getattr(mill.provider, place)["create"] = lose


@pytest.mark.parametrize("seconds", [0.0, PENDING + 60])
def test_a_job_under_way_is_stopped_and_its_batch_runs_no_more(mill: Mill, seconds: float) -> None:
    mill.stage(205, 206)
    engine = mill.engine()
    engine.pulse()
    mill.clock.advance(seconds)
    engine.pulse()
    job = str(mill.batch(205).job_name)
    wish(mill, 205, c.CancelBatch)

    mill.drive(engine)

    assert cancelled_jobs(mill) == [job]
    assert [sent.job_name for sent in mill.events(205, e.CancelSent)] == [job]
    [failed] = mill.events(205, e.BatchFailed)
    assert (failed.cause, failed.again) == ("cancelled", False)
    assert "it was cancelled (a person wants it so); `batchmill retry 205` sends it again" in failed.reason
    assert mill.batch(205).hold is Hold.CANCELLED
    assert mill.batch(206).read
    mill.check_books()


def test_a_retry_after_that_is_the_second_attempt_and_comes_home(mill: Mill) -> None:
    mill.stage(205)
    engine = mill.engine()
    engine.pulse()
    wish(mill, 205, c.CancelBatch)
    mill.drive(engine)
    wish(mill, 205, c.RetryBatch)

    mill.drive(engine)

    assert mill.jobs() == {"w2-batch_205-a1-00000001": 1, "w2-batch_205-a2-00000002": 1}
    assert (mill.batch(205).attempt, mill.balance().refined) == (2, 4)
    assert len(cancelled_jobs(mill)) == 1
    mill.check_books()


@pytest.mark.parametrize("wanted", [c.CancelBatch, c.PauseBatch])
def test_a_written_batch_that_is_not_wanted_is_never_sent(
    mill: Mill, wanted: type[c.CancelBatch | c.PauseBatch]
) -> None:
    mill.stage(205, 206)
    wish(mill, 205, wanted)

    pulse = mill.drive()

    assert pulse.open == 0
    assert list(mill.jobs()) == ["w2-batch_206-a1-00000001"]


def test_a_job_that_is_found_after_its_batch_was_cancelled_is_stopped(mill: Mill) -> None:
    mill.stage(205)
    lost_after(mill, "after")
    engine = mill.engine()
    engine.pulse()
    assert mill.batch(205).intent_open
    wish(mill, 205, c.CancelBatch)

    mill.drive(engine)

    assert [each.how for each in mill.events(205, e.BatchSubmitted)] == ["found"]
    assert len(cancelled_jobs(mill)) == 1
    assert [each.cause for each in mill.events(205, e.BatchFailed)] == ["cancelled"]
    assert list(mill.jobs().values()) == [1]
    mill.check_books()


def test_a_submission_that_made_no_job_is_not_sent_again_once_cancelled(mill: Mill) -> None:
    mill.stage(205)
    lost_after(mill, "before")
    engine = mill.engine()
    engine.pulse()
    wish(mill, 205, c.CancelBatch)

    pulse = mill.drive(engine)

    assert pulse.open == 0
    assert (mill.jobs(), mill.batch(205).intent_open, mill.batch(205).hold) == ({}, False, Hold.CANCELLED)

    wish(mill, 205, c.RetryBatch)
    mill.drive(engine)
    assert (mill.batch(205).attempt, mill.balance().refined) == (1, 4)


def test_a_failed_batch_that_was_to_have_another_attempt_has_none_once_cancelled(mill: Mill) -> None:
    mill.stage(205)
    engine = mill.engine()
    engine.pulse()
    mill.provider.seen = lambda job: msgspec.structs.replace(job, state=JobState.EXPIRED, result_file=None)
    wish(mill, 205, c.PauseBatch)
    mill.clock.advance(60)
    engine.pulse()
    assert mill.events(205, e.BatchFailed)[0].again
    wish(mill, 205, c.CancelBatch)

    pulse = mill.drive(engine)

    assert pulse.open == 0
    assert list(mill.jobs().values()) == [1]
    assert cancelled_jobs(mill) == []


def test_a_cancelled_job_that_ends_well_all_the_same_is_brought_home(mill: Mill) -> None:
    mill.stage(205)
    engine = mill.engine()
    engine.pulse()
    mill.clock.advance(PENDING + RUNNING)
    wish(mill, 205, c.CancelBatch)

    mill.drive(engine)

    assert not mill.events(205, e.BatchFailed)
    assert (mill.batch(205).hold, mill.balance().refined) == (None, 4)
    mill.check_books()


def test_what_a_stopped_job_has_finished_is_brought_home(mill: Mill) -> None:
    mill.stage(205)
    engine = mill.engine()
    engine.pulse()
    wish(mill, 205, c.CancelBatch)
    mill.provider.before["cancel"] = lambda _: mill.clock.advance(PENDING + RUNNING)
    mill.provider.seen = lambda job: (
        msgspec.structs.replace(job, state=JobState.CANCELLED) if job.has_output else job
    )

    mill.drive(engine)

    assert len(cancelled_jobs(mill)) == 1
    assert mill.balance().refined == 4


@pytest.mark.parametrize("error", [GoneError("404: no such job"), RejectedError("400: it has ended")])
def test_a_job_that_needs_no_stopping_is_asked_for_once(mill: Mill, error: ProviderError) -> None:
    mill.stage(205)
    engine = mill.engine()
    engine.pulse()
    wish(mill, 205, c.CancelBatch)

    def refuse(_: str) -> None:
        raise error

    mill.provider.before["cancel"] = refuse
    mill.drive(engine)

    assert len(cancelled_jobs(mill)) == 1
    assert mill.balance().refined == 4


@pytest.mark.parametrize("error", [UnavailableError("503"), AmbiguousError("the answer was lost")])
def test_a_job_that_cannot_be_stopped_now_is_stopped_later_and_the_others_go_on(
    mill: Mill, error: ProviderError
) -> None:
    mill.stage(205, 206, 207)
    engine = mill.engine()
    engine.pulse()
    first = str(mill.batch(205).job_name)
    for number in (205, 206):
        wish(mill, number, c.CancelBatch)
    times = [2]

    def fail(name: str) -> None:
        if name == first and times[0]:
            times[0] -= 1
            raise error

    mill.provider.before["cancel"] = fail
    engine.pulse()
    assert [mill.batch(number).cancel_sent for number in (205, 206)] == [False, True]

    mill.drive(engine)

    assert cancelled_jobs(mill).count(first) == 3
    assert [mill.batch(number).status for number in (205, 206, 207)] == [
        Status.FAILED, Status.FAILED, Status.DOWNLOADED,
    ]  # fmt: skip


def test_a_finished_job_comes_home_although_the_provider_never_takes_the_cancellation(mill: Mill) -> None:
    mill.stage(205)
    engine = mill.engine()
    engine.pulse()
    wish(mill, 205, c.CancelBatch)

    def fail(_: str) -> None:
        raise UnavailableError("500: an internal error")

    mill.provider.before["cancel"] = fail
    mill.drive(engine)

    assert mill.balance().refined == 4
    mill.check_books()


def test_a_key_that_is_not_accepted_ends_the_engine_when_a_job_is_to_be_stopped(mill: Mill) -> None:
    mill.stage(205)
    mill.engine().pulse()
    wish(mill, 205, c.CancelBatch)

    def fail(_: str) -> None:
        raise CredentialsError("401: set GEMINI_API_KEY")

    mill.provider.before["cancel"] = fail

    with pytest.raises(CredentialsError):
        mill.engine().pulse()


def test_a_cancellation_that_was_sent_is_not_repeated_after_a_restart(mill: Mill) -> None:
    mill.stage(205)
    mill.engine().pulse()
    wish(mill, 205, c.CancelBatch)
    mill.engine().pulse()

    mill.drive(mill.engine())

    assert len(cancelled_jobs(mill)) == 1
