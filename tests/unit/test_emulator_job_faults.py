from __future__ import annotations

import json

import pytest

from adapters.emulator.shapes import operation_shape
from core.errors import GoneError
from core.provider import JobState
from tests.scenarios import LONG_ENOUGH, Troubled

DAY = 86_400.0


def job_rule(fault: str, **fields: object) -> str:
    lines = "".join(f"{name} = {json.dumps(value)}\n" for name, value in fields.items())
    return f'[[job]]\nfault = "{fault}"\n{lines}'


def test_a_failed_job_has_an_error_and_no_output() -> None:
    job = Troubled(job_rule("failed", code=8, message="Out of capacity.")).ended()

    assert (job.state, job.error_code, job.error) == (JobState.FAILED, 8, "Out of capacity.")
    assert not job.has_output
    assert job.ended_at is not None


def test_a_job_expires_after_two_days_without_output() -> None:
    troubled = Troubled(job_rule("expired"))
    job = troubled.ended()
    assert job.state is JobState.RUNNING

    troubled.clock.jump(2 * DAY)
    job = troubled.provider.get(job.name)

    assert (job.state, job.has_output, job.pending) == (JobState.EXPIRED, False, 4)


def test_an_expired_job_can_have_a_part_of_its_rows() -> None:
    troubled = Troubled(job_rule("expired", seconds=100, partial=0.5))

    job = troubled.ended()

    assert (job.state, job.succeeded, job.pending) == (JobState.EXPIRED, 2, 2)
    assert [line["key"] for line in troubled.lines(job)] == ["r1", "r2"]


@pytest.mark.parametrize(
    ("word", "state"),
    [("RUNNING", JobState.RUNNING), ("PENDING", JobState.PENDING), ("QUEUED", JobState.UNKNOWN)],
)
def test_a_stuck_job_stays_where_it_is(word: str, state: JobState) -> None:
    troubled = Troubled(job_rule("stuck", state=word))
    job = troubled.submit()

    troubled.clock.jump(30 * DAY)

    assert troubled.provider.get(job.name).state is state
    shown = troubled.emulator.operation(troubled.emulator.jobs.get(job.name.removeprefix("batches/")))
    assert shown["metadata"]["state"] == f"BATCH_STATE_{word}"
    assert "done" not in shown


def test_a_stuck_job_that_is_cancelled_gives_what_it_has() -> None:
    troubled = Troubled(job_rule("stuck", partial=0.75))
    job = troubled.ended()

    troubled.provider.cancel(job.name)
    job = troubled.provider.get(job.name)

    assert (job.state, job.error_code) == (JobState.CANCELLED, 13)
    assert [line["key"] for line in troubled.lines(job)] == ["r1", "r2", "r3"]


def test_a_cancelled_job_without_a_scenario_gives_nothing() -> None:
    troubled = Troubled()
    job = troubled.submit()

    troubled.provider.cancel(job.name)

    assert not troubled.provider.get(job.name).has_output


def test_a_job_can_be_cancelled_from_the_other_side() -> None:
    troubled = Troubled(job_rule("cancelled", partial=0.25))

    job = troubled.ended()

    assert job.state is JobState.CANCELLED
    assert len(troubled.lines(job)) == 1


def test_a_late_job_succeeds_later() -> None:
    troubled = Troubled(job_rule("late", seconds=1000))
    job = troubled.ended()
    assert job.state is JobState.RUNNING

    troubled.clock.jump(1000)

    assert troubled.provider.get(job.name).state is JobState.SUCCEEDED


def test_output_can_come_some_time_after_success() -> None:
    troubled = Troubled(job_rule("no-output", seconds=500))
    job = troubled.ended()
    assert (job.state, job.has_output) == (JobState.SUCCEEDED, False)

    troubled.clock.jump(500)

    assert len(troubled.lines(troubled.provider.get(job.name))) == 4


def test_output_can_never_come() -> None:
    troubled = Troubled(job_rule("no-output"))
    job = troubled.ended()

    troubled.clock.jump(30 * DAY)

    assert not troubled.provider.get(job.name).has_output
    with pytest.raises(GoneError):
        troubled.lines(job)


def test_a_cancelled_job_can_succeed_all_the_same() -> None:
    troubled = Troubled(job_rule("revived"))
    job = troubled.submit()
    troubled.provider.cancel(job.name)
    assert troubled.provider.get(job.name).state is JobState.CANCELLED

    troubled.clock.jump(LONG_ENOUGH)
    job = troubled.provider.get(job.name)

    assert job.state is JobState.SUCCEEDED
    assert len(troubled.lines(job)) == 4


@pytest.mark.parametrize("place", ["response", "metadata"])
@pytest.mark.parametrize("inline", [False, True])
def test_output_can_stand_in_any_of_four_places(place: str, *, inline: bool) -> None:
    troubled = Troubled(job_rule("misplaced", place=place, inline=inline))
    job = troubled.ended()

    shown = troubled.emulator.operation(troubled.emulator.jobs.get(job.name.removeprefix("batches/")))
    places = {"response": shown.get("response"), "metadata": shown["metadata"].get("output")}

    assert [name for name, value in places.items() if value] == [place]
    assert ("inlinedResponses" in places[place]) is inline
    assert [line["key"] for line in troubled.lines(job)] == ["r1", "r2", "r3", "r4"]
    if inline:
        responses = places[place]["inlinedResponses"]["inlinedResponses"]
        assert [json.loads(bytes(row))["metadata"]["key"] for row in responses] == ["r1", "r2", "r3", "r4"]


def test_faults_are_chosen_when_a_job_is_created_and_counted() -> None:
    troubled = Troubled(job_rule("failed", every=2))

    states = [troubled.ended(f"j{number}").state for number in range(4)]

    assert states == [JobState.SUCCEEDED, JobState.FAILED] * 2
    assert troubled.faults() == {"job.failed": 2}


def test_only_jobs_that_were_worked_on_are_billed() -> None:
    troubled = Troubled(
        job_rule("failed", display_name="bad") + job_rule("expired", seconds=9, display_name="old")
    )
    for name in ("good", "bad", "old", "good"):
        troubled.ended(name)

    stats = troubled.emulator.stats()

    assert stats["created"] == 4
    assert stats["jobs"] == {"bad": 1, "good": 2, "old": 1}
    assert stats["billed"]["jobs"] == {"good": 2}


def test_the_tokens_billed_are_those_of_the_rows_that_came() -> None:
    whole, half = Troubled(), Troubled(job_rule("expired", seconds=9, partial=0.5))
    job = whole.ended()
    half.ended()
    usage = [line["response"]["usageMetadata"] for line in whole.lines(job)]

    billed, halved = (troubled.emulator.stats()["billed"] for troubled in (whole, half))

    assert billed["prompt_tokens"] == sum(row["promptTokenCount"] for row in usage)
    assert billed["answer_tokens"] == sum(row["candidatesTokenCount"] for row in usage)
    assert halved["prompt_tokens"] == billed["prompt_tokens"] / 2


def test_a_result_outlives_its_job_by_two_days() -> None:
    troubled = Troubled()
    job = troubled.ended()
    troubled.clock.jump(2 * DAY - 2)
    assert len(troubled.lines(job)) == 4

    troubled.clock.jump(2)

    with pytest.raises(GoneError):
        troubled.lines(job)


def test_a_job_without_faults_looks_as_it_always_did() -> None:
    troubled = Troubled()
    job = troubled.emulator.jobs.get(troubled.ended().name.removeprefix("batches/"))

    shown = operation_shape(job, troubled.emulator.now())

    assert set(shown) == {"name", "metadata", "done", "response"}
    assert shown["metadata"]["batchStats"] == {"requestCount": "4", "successfulRequestCount": "4"}
