from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from core.batch import events as e
from core.batch.failures import worth_another_attempt
from core.batch.lifecycle import Status
from core.errors import GoneError, RejectedError, UnavailableError
from core.provider import JobState

if TYPE_CHECKING:
    from core.provider import Job
    from tests.mill import Mill


@pytest.mark.parametrize(
    ("cause", "code", "worth"),
    [
        ("expired", None, True),
        ("gone", None, True),
        ("failed", 13, True),
        ("failed", 14, True),
        ("failed", 8, True),
        ("failed", 4, True),
        ("failed", None, True),
        ("failed", 3, False),
        ("failed", 7, False),
        ("cancelled", None, False),
        ("cancelled", 13, False),
    ],
)
def test_only_a_failure_that_may_pass_is_worth_another_attempt(cause: str, code: int | None, worth: bool) -> None:  # noqa: FBT001 - the expectation
    assert worth_another_attempt(cause, code) is worth


def ends_as(mill: Mill, state: JobState, code: int | None = None, *, times: int = 99) -> None:
    """Let the first `times` jobs end badly, as seen by whoever asks."""
    bad: set[str] = set()

    def seen(job: Job) -> Job:
        if len(bad) < times:
            bad.add(job.name)
        if job.name not in bad:
            return job
        return msgspec.structs.replace(job, state=state, result_file=None, error="an error", error_code=code)

    mill.provider.seen = seen


def test_a_batch_whose_job_expired_is_sent_again_and_comes_home(mill: Mill) -> None:
    mill.stage(205)
    ends_as(mill, JobState.EXPIRED, times=1)

    mill.drive()

    [failed] = mill.events(205, e.BatchFailed)
    assert failed.again
    assert "job 2 of at most 3 follows" in failed.reason
    assert (mill.batch(205).attempt, mill.balance().refined) == (2, 4)
    assert sorted(mill.jobs().values()) == [1, 1]
    mill.check_books()


def test_attempts_are_bounded_and_then_a_person_is_asked(mill: Mill) -> None:
    mill.stage(205)
    ends_as(mill, JobState.FAILED, 13)

    mill.drive()

    failures = mill.events(205, e.BatchFailed)
    assert [failed.again for failed in failures] == [True, True, False]
    assert "its attempts are used up; run `batchmill retry 205`" in failures[-1].reason
    assert (mill.batch(205).status, mill.balance().missing) == (Status.FAILED, 4)
    assert sorted(mill.jobs().values()) == [1, 1, 1]
    mill.check_books()


@pytest.mark.parametrize(("state", "code"), [(JobState.CANCELLED, None), (JobState.FAILED, 3)])
def test_a_failure_that_will_not_pass_is_left_to_a_person(mill: Mill, state: JobState, code: int | None) -> None:
    mill.stage(205)
    ends_as(mill, state, code)

    mill.drive()

    [failed] = mill.events(205, e.BatchFailed)
    assert not failed.again
    assert "mend the cause, then run `batchmill retry 205`" in failed.reason
    assert sum(mill.jobs().values()) == 1


def running_for_ever(mill: Mill, name: str | None = None) -> None:
    mill.provider.seen = lambda job: (
        msgspec.structs.replace(job, state=JobState.RUNNING, result_file=None)
        if name is None or job.name == name
        else job
    )


def test_a_job_past_its_time_is_cancelled_and_another_one_brings_the_batch_home(mill: Mill) -> None:
    mill.stage(205)
    engine = mill.engine()
    running_for_ever(mill)
    engine.pulse()
    stuck = str(mill.batch(205).job_name)
    running_for_ever(mill, stuck)
    mill.clock.advance(48 * 3600 + 60)

    mill.drive(engine)

    [failed] = mill.events(205, e.BatchFailed)
    assert (failed.cause, failed.again) == ("expired", True)
    assert f"{stuck} did not end within 48 h and was cancelled" in failed.reason
    assert mill.provider.verbs["cancel"] == 1
    assert mill.balance().refined == 4


def test_a_job_past_its_time_that_has_output_after_all_is_brought_home(mill: Mill) -> None:
    mill.stage(205)
    engine = mill.engine()
    looks = iter([False, True])
    late = {"job": False}

    def seen(job: Job) -> Job:
        if not late["job"]:
            return msgspec.structs.replace(job, state=JobState.RUNNING, result_file=None)
        return job if next(looks, True) else msgspec.structs.replace(job, state=JobState.RUNNING, result_file=None)

    mill.provider.seen = seen
    engine.pulse()
    mill.clock.advance(48 * 3600 + 60)
    late["job"] = True

    mill.drive(engine)

    assert not mill.events(205, e.BatchFailed)
    assert (mill.batch(205).attempt, mill.balance().refined) == (1, 4)


@pytest.mark.parametrize("verb", ["cancel", "get"])
def test_a_job_that_ends_just_before_it_is_cancelled_is_brought_home(mill: Mill, verb: str) -> None:
    mill.stage(205)
    engine = mill.engine()
    running_for_ever(mill)
    engine.pulse()
    mill.clock.advance(48 * 3600 + 60)

    def refuse(_: str) -> None:
        if mill.provider.calls[-2:][0][0] == "cancel" or verb == "cancel":
            mill.provider.before.clear()
            mill.provider.seen = lambda job: job
            raise RejectedError("400: the job has ended")

    mill.provider.before[verb] = refuse
    mill.drive(engine)

    assert mill.provider.verbs["cancel"] >= 1
    assert (mill.batch(205).attempt, mill.balance().refined) == (1, 4)
    assert mill.types(205)[-2:] == ["downloaded", "answers_read"]


def test_a_late_job_that_cannot_be_cancelled_does_not_keep_others_from_coming_home(mill: Mill) -> None:
    mill.stage(205, 206)
    engine = mill.engine()
    running_for_ever(mill)
    engine.pulse()
    running_for_ever(mill, str(mill.batch(205).job_name))
    mill.clock.advance(48 * 3600 + 60)

    def down(_: str) -> None:
        raise UnavailableError("503")

    mill.provider.before["cancel"] = down
    for _ in range(20):
        engine.pulse()
        mill.clock.advance(30)

    assert mill.types(206)[-1] == "answers_read"
    assert mill.types(205)[-1] == "processing"


def test_a_person_is_warned_once_before_a_job_is_past_its_time(mill: Mill) -> None:
    mill.stage(205)
    running_for_ever(mill)
    engine = mill.engine()
    engine.pulse()
    assert not mill.warnings
    for _ in range(45 * 2):
        mill.clock.advance(1800)
        engine.pulse()

    [warning] = mill.warnings
    assert warning.startswith(f"batch 205: {mill.batch(205).job_name} ought to end by ")


def test_a_job_that_is_not_found_once_or_twice_is_not_given_up(mill: Mill) -> None:
    mill.stage(205, 206)
    engine = mill.engine()
    engine.pulse()
    lost = str(mill.batch(205).job_name).removeprefix("batches/")
    row = mill.emulator.jobs.get(lost)
    mill.emulator.jobs.delete(lost)
    for _ in range(2):
        mill.clock.advance(60)
        engine.pulse()

    assert mill.batch(205).status in {Status.SUBMITTED, Status.PROCESSING}
    assert not mill.events(205, e.BatchFailed)
    assert row is not None


def test_a_result_that_is_lost_is_paid_for_again_and_nothing_waits_for_ever(mill: Mill) -> None:
    mill.stage(205)
    lost: list[str] = []

    def gone(_: str) -> None:
        name = str(mill.batch(205).job_name)
        if not lost or name in lost:
            lost.append(name)
            raise GoneError("404: the file expired")

    mill.provider.before["download"] = gone
    mill.drive()

    [failed] = mill.events(205, e.BatchFailed)
    assert (failed.cause, failed.again) == ("gone", True)
    assert "the result is lost" in failed.reason
    assert "404: the file expired" in failed.reason
    assert (len(lost), mill.batch(205).attempt, mill.balance().refined) == (3, 2, 4)
    mill.check_books()
