from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from core.batch import events as e
from core.batch.lifecycle import Status
from core.projections.balance import Balance
from core.provider import JobState
from tests.mill import PENDING, RUNNING

if TYPE_CHECKING:
    from core.provider import Job
    from tests.mill import Mill


def test_a_whole_wave_comes_home(mill: Mill) -> None:
    mill.stage(205, 206, 207)

    pulse = mill.drive()

    assert (pulse.open, pulse.due) == (0, None)
    for number in (205, 206, 207):
        assert mill.types(number) == [
            "planned", "written", "submission_started", "file_uploaded", "submitted", "processing", "succeeded",
            "downloaded", "answers_read",
        ]  # fmt: skip
    assert mill.balance() == Balance(staged=12, refined=12)
    assert set(mill.jobs().values()) == {1}
    mill.check_books()


def test_what_came_home_stands_in_files_of_its_own(mill: Mill) -> None:
    mill.stage(205)
    mill.drive()

    [downloaded] = mill.events(205, e.BatchDownloaded)
    [read] = mill.events(205, e.AnswersRead)
    assert (downloaded.path, downloaded.lines) == ("results/batch_205_results.jsonl", 2)
    assert downloaded.sha256 == mill.files.digest(downloaded.path)
    assert (read.refined, read.unrefined, read.emulated) == (4, (), True)
    refined = [msgspec.json.decode(line) for line in mill.files.kept[read.path].splitlines()]
    assert [line["pair_id"] for line in refined] == [f"w2-s30-n205-{ordinal:03d}" for ordinal in range(1, 5)]


def test_the_intent_is_in_the_ledger_before_the_provider_is_asked_for_anything(mill: Mill) -> None:
    mill.stage(205, 206)
    asked: list[str] = []

    def intent_is_recorded(display_name: str) -> None:
        asked.append(display_name)
        intents = [recorded.event for recorded in mill.store.read() if recorded.type == "batch.submission_started"]
        assert display_name in {intent.display_name for intent in intents}

    mill.provider.before = {"upload": intent_is_recorded, "create": intent_is_recorded}
    mill.drive()

    assert len(asked) == 4
    assert mill.provider.calls[:4] == [
        (verb, name)
        for name in ("w2-batch_205-a1-00000001", "w2-batch_206-a1-00000002")
        for verb in ("upload", "create")
    ]


def test_the_intent_names_the_file_that_is_sent(mill: Mill) -> None:
    mill.stage(205)
    mill.engine().pulse()

    [intent] = mill.events(205, e.SubmissionStarted)
    assert intent.sha256 == mill.files.digest("submissions/batch_205.jsonl")


def test_a_file_that_was_changed_after_it_was_written_is_not_sent(mill: Mill) -> None:
    mill.stage(205, 206)
    mill.files.kept["submissions/batch_205.jsonl"] += b"\n"

    mill.drive()

    assert "submissions/batch_205.jsonl is missing or was changed" in mill.batch(205).hold_reason
    assert not any("batch_205" in name for _, name in mill.provider.calls)
    assert mill.batch(206).read
    mill.check_books()


def test_no_more_jobs_run_at_once_than_allowed(mill: Mill) -> None:
    mill.stage(*range(205, 212))
    mill.policy = msgspec.structs.replace(mill.policy, jobs_at_once=3, chunk=2)
    running: list[int] = []

    def note(_: str) -> None:
        states = [mill.emulator.jobs.standing(row).state for row in mill.emulator.jobs.page(limit=99)]
        running.append(sum(state in {"PENDING", "RUNNING"} for state in states))

    mill.provider.after["create"] = note
    mill.drive()

    assert len(running) == 7
    assert max(running) == 3
    assert set(mill.jobs().values()) == {1}


def test_results_come_home_before_more_is_sent(mill: Mill) -> None:
    mill.stage(205, 206)
    mill.policy = msgspec.structs.replace(mill.policy, jobs_at_once=1)
    engine = mill.engine()
    engine.pulse()
    mill.clock.advance(PENDING + RUNNING)
    mill.provider.calls.clear()

    engine.pulse()

    assert [verb for verb, _ in mill.provider.calls] == ["get", "download", "upload", "create"]


def test_only_the_batches_named_are_sent_but_all_are_brought_home(mill: Mill) -> None:
    mill.stage(205, 206, 207)
    first = mill.engine(only={205})
    first.pulse()
    second = mill.engine(only={206})

    mill.drive(second)

    assert [mill.batch(number).status for number in (205, 206, 207)] == [
        Status.DOWNLOADED, Status.DOWNLOADED, Status.WRITTEN,
    ]  # fmt: skip


def test_jobs_are_looked_at_no_more_often_than_the_policy_says(mill: Mill) -> None:
    mill.stage(205)
    engine = mill.engine()
    for _ in range(120):
        engine.pulse()
        mill.clock.advance(1)

    looks = mill.provider.verbs["list"] + mill.provider.verbs["get"]
    assert looks == 4


def test_a_pulse_says_when_the_next_one_has_something_to_do(mill: Mill) -> None:
    mill.stage(205)
    engine = mill.engine()

    pulse = engine.pulse()

    assert pulse.open == 1
    assert pulse.due is not None
    assert (pulse.due - mill.clock.now()).total_seconds() == mill.policy.poll_every


def test_an_engine_that_is_stopping_asks_for_nothing(mill: Mill) -> None:
    mill.stage(205)
    mill.stopped = True

    mill.engine().pulse()

    assert mill.provider.calls == []
    assert mill.types(205) == ["planned", "written"]


def test_a_stop_between_two_batches_leaves_the_second_as_if_it_had_not_begun(mill: Mill) -> None:
    mill.stage(205, 206)

    def stop(_: str) -> None:
        mill.stopped = True

    mill.provider.after["create"] = stop
    mill.engine().pulse()

    assert mill.batch(205).status is Status.SUBMITTED
    assert mill.types(206)[2:] == ["submission_started", "submission_deferred"]
    mill.stopped = False
    mill.provider.after = {}
    mill.drive()
    assert set(mill.jobs().values()) == {1}
    assert mill.balance().refined == 8


def test_many_workers_do_what_one_does(mill: Mill) -> None:
    mill.stage(*range(205, 225))
    mill.policy = msgspec.structs.replace(mill.policy, workers=4)

    mill.drive()

    assert mill.balance().refined == 80
    assert list(mill.jobs().values()) == [1] * 20
    mill.check_books()


def test_a_job_that_waits_is_submitted_and_one_that_runs_is_processing(mill: Mill) -> None:
    mill.stage(205)
    engine = mill.engine()
    engine.pulse()
    assert mill.batch(205).status is Status.SUBMITTED

    mill.clock.advance(PENDING)
    engine.pulse()
    mill.clock.advance(60)
    engine.pulse()

    assert mill.types(205)[-1] == "processing"


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.EXPIRED, JobState.CANCELLED])
def test_a_job_that_ended_badly_without_output_is_a_failed_batch(mill: Mill, state: JobState) -> None:
    mill.stage(205, 206)

    def seen(job: Job) -> Job:
        if "batch_205" in job.display_name:
            return msgspec.structs.replace(job, state=state, result_file=None, error="13: an inner error")
        return job

    mill.policy = msgspec.structs.replace(mill.policy, attempts=1)
    mill.provider.seen = seen
    mill.drive()

    [failed] = mill.events(205, e.BatchFailed)
    assert failed.cause == state.value.lower()
    assert f"ended as {failed.cause}: 13: an inner error; " in failed.reason
    assert "run `batchmill retry 205`" in failed.reason
    assert mill.batch(206).read
    assert (mill.balance().missing, mill.balance().refined) == (4, 4)
    mill.check_books()


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.EXPIRED, JobState.CANCELLED])
def test_a_job_that_ended_badly_with_output_is_brought_home(mill: Mill, state: JobState) -> None:
    mill.stage(205)

    def seen(job: Job) -> Job:
        return msgspec.structs.replace(job, state=state) if job.has_output else job

    mill.provider.seen = seen
    mill.drive()

    assert mill.batch(205).read
    assert mill.balance().refined == 4


@pytest.mark.parametrize("state", [JobState.SUCCEEDED, JobState.UNKNOWN])
def test_a_job_whose_output_is_not_there_yet_or_whose_state_nobody_knows_is_waited_for(
    mill: Mill, state: JobState
) -> None:
    mill.stage(205)
    mill.provider.seen = lambda job: msgspec.structs.replace(job, state=state, result_file=None)
    engine = mill.engine()
    for _ in range(100):
        engine.pulse()
        mill.clock.advance(60)
    assert mill.batch(205).status in {Status.SUBMITTED, Status.PROCESSING}
    assert mill.types(205).count("processing") <= 1

    mill.provider.seen = lambda job: job
    mill.drive(engine)

    assert mill.batch(205).read


def test_a_job_the_provider_does_not_know_any_more_is_a_failed_batch(mill: Mill) -> None:
    mill.stage(205, 206)
    mill.policy = msgspec.structs.replace(mill.policy, attempts=1)
    engine = mill.engine()
    engine.pulse()
    lost = str(mill.batch(205).job_name)
    mill.emulator.jobs.delete(lost.removeprefix("batches/"))

    mill.drive(engine)

    [failed] = mill.events(205, e.BatchFailed)
    assert failed.cause == "gone"
    assert f"the provider does not know {lost} any more" in failed.reason
    assert mill.batch(206).read
