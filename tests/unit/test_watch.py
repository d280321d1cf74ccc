from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from core.batch import events as e
from core.batch.lifecycle import Status
from core.batch.state import Batch
from core.engine.policy import Policy
from core.engine.watch import Watch
from core.provider import JobState
from tests.batches import later

if TYPE_CHECKING:
    from core.provider import Job
    from tests.mill import Mill

HOUR, DAY = 3_600.0, 86_400.0


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def watch(said: list[str]) -> Watch:
    return Watch(Policy(), said.append)


@pytest.mark.parametrize("seconds", [0, 1, 30, HOUR, -1, -2])
def test_a_clock_that_goes_on_or_is_corrected_a_little_is_no_news(
    watch: Watch, said: list[str], seconds: float
) -> None:
    watch.jumped_back(later(0))

    assert not watch.jumped_back(later(seconds))
    assert not watch.patient(later(seconds))
    assert said == []


def test_a_clock_set_back_is_seen_once(watch: Watch, said: list[str]) -> None:
    watch.jumped_back(later(0))

    assert watch.jumped_back(later(-DAY))
    assert not watch.jumped_back(later(-DAY + 5))
    assert said == ["the clock was set back by 1 day, 0:00:00; waits begin anew"]


def test_a_clock_set_back_in_the_middle_of_a_pulse_is_seen_at_the_next_one(watch: Watch) -> None:
    watch.jumped_back(later(0))
    watch.seen(later(-DAY))

    assert watch.jumped_back(later(-DAY + 5))


def test_a_pulse_that_takes_hours_is_no_jump(watch: Watch, said: list[str]) -> None:
    watch.jumped_back(later(0))
    watch.seen(later(3 * HOUR))

    watch.jumped_back(later(3 * HOUR + 5))

    assert not watch.patient(later(3 * HOUR + 5))
    assert said == []


def test_after_a_leap_ahead_three_polls_are_patient(watch: Watch, said: list[str]) -> None:
    watch.jumped_back(later(0))
    watch.jumped_back(later(3 * DAY))

    assert [watch.patient(later(3 * DAY + seconds)) for seconds in (0, 30, 60, 89, 90)] == [True] * 4 + [False]
    assert "3 days, 0:00:00 further than a moment ago" in said[0]


def test_patience_ends_with_a_clock_that_is_put_right(watch: Watch) -> None:
    watch.jumped_back(later(0))
    watch.jumped_back(later(3 * DAY))
    watch.jumped_back(later(0))

    assert not watch.patient(later(1))


def test_a_warning_is_for_a_job_not_for_a_batch(watch: Watch, said: list[str]) -> None:
    first = Batch(number=205, job_name="batches/one", due=later(HOUR))
    second = Batch(number=205, job_name="batches/two", due=later(2 * HOUR))
    for batch in (first, first, second):
        watch.warn_of_deadlines([batch, Batch(number=206, job_name="batches/far", due=later(DAY))], later(0))

    assert said == [
        "batch 205: batches/one ought to end by 2026-11-02 13:00 UTC",
        "batch 205: batches/two ought to end by 2026-11-02 14:00 UTC",
    ]


def test_polling_goes_on_when_the_clock_is_set_back_by_a_day(mill: Mill) -> None:
    mill.stage(205)
    engine = mill.engine()
    engine.pulse()
    mill.clock.advance(-DAY)

    looks = []
    for _ in range(3):
        before = mill.provider.verbs["list"] + mill.provider.verbs["get"]
        engine.pulse()
        looks.append(mill.provider.verbs["list"] + mill.provider.verbs["get"] - before)
        mill.clock.advance(mill.policy.poll_every)

    assert looks == [1, 1, 1]


def test_a_batch_is_sent_and_brought_home_over_a_clock_that_was_set_back(mill: Mill) -> None:
    mill.stage(205, 206)
    mill.policy = msgspec.structs.replace(mill.policy, creates_a_minute=1)
    engine = mill.engine()
    engine.pulse()
    mill.clock.advance(-HOUR)

    engine.pulse()

    assert [mill.batch(number).status for number in (205, 206)] == [Status.SUBMITTED] * 2
    mill.clock.advance(3 * HOUR)
    mill.drive(engine)
    assert mill.balance().refined == 8


def stuck(job: Job) -> Job:
    return msgspec.structs.replace(job, state=JobState.RUNNING, result_file=None)


def test_a_job_past_its_time_is_not_stopped_in_the_first_polls_after_a_leap(mill: Mill) -> None:
    mill.stage(205)
    mill.provider.seen = stuck
    engine = mill.engine()
    engine.pulse()
    mill.clock.advance(3 * DAY)

    stopped = []
    for _ in range(4):
        engine.pulse()
        stopped.append(mill.provider.verbs["cancel"])
        mill.clock.advance(mill.policy.poll_every)

    assert stopped == [0, 0, 0, 1]
    assert [failed.cause for failed in mill.events(205, e.BatchFailed)] == ["expired"]


def test_a_job_past_its_time_that_has_output_is_brought_home_after_a_leap(mill: Mill) -> None:
    mill.stage(205)
    engine = mill.engine()
    engine.pulse()
    mill.clock.advance(2 * DAY + 300)

    engine.pulse()

    assert mill.provider.verbs["cancel"] == 0
    assert mill.types(205)[-2:] == ["downloaded", "answers_read"]
    assert (mill.batch(205).attempt, mill.balance().refined) == (1, 4)


def test_a_leap_of_a_clock_that_is_put_right_again_costs_no_job(mill: Mill) -> None:
    mill.policy = Policy(workers=1, job_hours=20.0)
    mill.stage(205)
    engine = mill.engine()
    engine.pulse()
    mill.provider.seen = stuck
    mill.clock.advance(DAY)
    engine.pulse()
    mill.clock.advance(60 - DAY)
    engine.pulse()
    mill.provider.seen = lambda job: job

    mill.drive(engine)

    assert mill.provider.verbs["cancel"] == 0
    assert (mill.batch(205).attempt, mill.balance().refined) == (1, 4)
