"""What every BatchProvider promises, whoever runs the jobs."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.emulator.settings import EmulatorSettings
from core.errors import GoneError, RejectedError
from core.provider import JobState

if TYPE_CHECKING:
    from typing import Protocol

    from core.ports import Clock
    from core.provider import BatchProvider, Job

    class JumpingClock(Clock, Protocol):
        def jump(self, seconds: float) -> None: ...


MODEL = "gemini-2.5-flash"
PENDING = RUNNING = 600.0


@pytest.fixture
def emulator_settings() -> EmulatorSettings:
    return EmulatorSettings(port=0, pending_seconds=PENDING, running_seconds=RUNNING)


def batch_file(*keys: str) -> io.BytesIO:
    request = {"contents": [{"role": "user", "parts": [{"text": "Say something."}]}]}
    return io.BytesIO(b"".join(json.dumps({"key": key, "request": request}).encode() + b"\n" for key in keys))


def submitted(provider: BatchProvider, display_name: str = "w2-b205-a1", *keys: str) -> Job:
    file = provider.upload(batch_file(*(keys or ("r1", "r2"))), display_name=display_name)
    return provider.create(model=MODEL, input_file=file.name, display_name=display_name)


def test_an_uploaded_file_has_a_name_its_size_and_48_hours_to_live(
    provider: BatchProvider, emulator_clock: JumpingClock
) -> None:
    content = batch_file("r1")

    file = provider.upload(content, display_name="batch_205")

    assert file.name.startswith("files/")
    assert file.size == len(content.getvalue())
    assert file.expires_at is not None
    lifetime = file.expires_at - emulator_clock.now()
    assert timedelta(hours=47, minutes=59) < lifetime <= timedelta(hours=48)


def test_an_upload_reads_its_content_from_the_start(provider: BatchProvider) -> None:
    content = batch_file("r1")
    content.seek(5)

    assert provider.upload(content, display_name="batch_205").size == len(content.getvalue())


def test_two_creates_make_two_jobs(provider: BatchProvider) -> None:
    file = provider.upload(batch_file("r1"), display_name="twice")

    jobs = {provider.create(model=MODEL, input_file=file.name, display_name="twice").name for _ in range(2)}

    assert len(jobs) == 2


def test_a_job_goes_from_pending_over_running_to_succeeded(
    provider: BatchProvider, emulator_clock: JumpingClock
) -> None:
    name = submitted(provider).name
    seen = [provider.get(name)]
    for seconds in (PENDING, RUNNING):
        emulator_clock.jump(seconds)
        seen.append(provider.get(name))

    assert [job.state for job in seen] == [JobState.PENDING, JobState.RUNNING, JobState.SUCCEEDED]
    assert [job.has_output for job in seen] == [False, False, True]
    assert [(job.requests, job.pending, job.succeeded, job.failed) for job in seen] == [
        (2, 2, 0, 0),
        (2, 2, 0, 0),
        (2, 0, 2, 0),
    ]


def test_a_job_says_what_it_was_made_of(provider: BatchProvider, emulator_clock: JumpingClock) -> None:
    file = provider.upload(batch_file("r1"), display_name="f")
    before = emulator_clock.now()
    created = provider.create(model=MODEL, input_file=file.name, display_name="w2-b205-a1")
    emulator_clock.jump(PENDING + RUNNING)

    job = provider.get(created.name)

    assert (job.display_name, job.input_file) == ("w2-b205-a1", file.name)
    assert job.model.endswith(MODEL)
    assert job.created_at is not None
    assert job.ended_at is not None
    assert abs(job.created_at - before) < timedelta(seconds=60)
    assert job.ended_at - job.created_at == timedelta(seconds=PENDING + RUNNING)


def test_a_result_holds_one_line_for_every_key(provider: BatchProvider, emulator_clock: JumpingClock) -> None:
    name = submitted(provider, "j", "a", "b", "c").name
    emulator_clock.jump(PENDING + RUNNING)
    sink = io.BytesIO()

    provider.download(provider.get(name), sink)

    lines = [json.loads(line) for line in sink.getvalue().splitlines()]
    assert {line["key"] for line in lines} == {"a", "b", "c"}
    assert all(line["response"]["candidates"][0]["content"]["parts"][0]["text"] for line in lines)


def test_a_result_outlives_its_input_file(provider: BatchProvider, emulator_clock: JumpingClock) -> None:
    file = provider.upload(batch_file("r1"), display_name="f")
    name = provider.create(model=MODEL, input_file=file.name, display_name="j").name
    provider.delete_file(file.name)
    emulator_clock.jump(PENDING + RUNNING)
    sink = io.BytesIO()

    provider.download(provider.get(name), sink)

    assert json.loads(sink.getvalue())["key"] == "r1"


def test_the_list_shows_every_job_once_newest_first(provider: BatchProvider) -> None:
    names = [submitted(provider, f"j{number}").name for number in range(5)]
    listed: list[str] = []
    sizes = []
    token = None
    while True:
        page = provider.list_jobs(page_size=2, page_token=token)
        listed += [job.name for job in page.jobs]
        sizes.append(len(page.jobs))
        token = page.next_token
        if token is None:
            break

    assert listed == names[::-1]
    assert sizes == [2, 2, 1]


def test_the_list_of_no_jobs_is_empty_and_ends(provider: BatchProvider) -> None:
    page = provider.list_jobs(page_size=10)

    assert (page.jobs, page.next_token) == ((), None)


def test_a_job_in_the_list_is_the_job_that_get_shows(
    provider: BatchProvider, emulator_clock: JumpingClock
) -> None:
    name = submitted(provider).name
    emulator_clock.jump(PENDING + RUNNING)

    assert provider.list_jobs(page_size=1).jobs == (provider.get(name),)


def test_a_cancelled_job_ends_cancelled_with_a_reason(
    provider: BatchProvider, emulator_clock: JumpingClock
) -> None:
    name = submitted(provider).name

    provider.cancel(name)
    emulator_clock.jump(PENDING + RUNNING)

    job = provider.get(name)
    assert job.state is JobState.CANCELLED
    assert job.error
    assert not job.has_output


def test_cancelling_a_job_that_succeeded_changes_nothing(
    provider: BatchProvider, emulator_clock: JumpingClock
) -> None:
    name = submitted(provider).name
    emulator_clock.jump(PENDING + RUNNING)

    provider.cancel(name)

    assert provider.get(name).state is JobState.SUCCEEDED


def test_a_job_nobody_made_is_gone(provider: BatchProvider) -> None:
    name = "batches/" + "0" * 36

    for ask in (provider.get, provider.cancel):
        with pytest.raises(GoneError):
            ask(name)


def test_a_file_that_is_deleted_cannot_become_a_job(provider: BatchProvider) -> None:
    file = provider.upload(batch_file("r1"), display_name="f")
    provider.delete_file(file.name)

    with pytest.raises(GoneError):
        provider.create(model=MODEL, input_file=file.name, display_name="j")
    assert provider.list_jobs(page_size=10).jobs == ()


def test_a_file_of_48_hours_ago_cannot_become_a_job(provider: BatchProvider, emulator_clock: JumpingClock) -> None:
    file = provider.upload(batch_file("r1"), display_name="f")
    emulator_clock.jump(48 * 3600)

    with pytest.raises(GoneError):
        provider.create(model=MODEL, input_file=file.name, display_name="j")


def test_a_result_of_48_hours_ago_is_gone(provider: BatchProvider, emulator_clock: JumpingClock) -> None:
    name = submitted(provider).name
    emulator_clock.jump(PENDING + RUNNING + 48 * 3600)

    with pytest.raises(GoneError):
        provider.download(provider.get(name), io.BytesIO())


def test_deleting_a_file_twice_is_no_error(provider: BatchProvider) -> None:
    file = provider.upload(batch_file("r1"), display_name="f")

    provider.delete_file(file.name)
    provider.delete_file(file.name)


def test_deleting_a_result_file_is_no_error_and_leaves_it(
    provider: BatchProvider, emulator_clock: JumpingClock
) -> None:
    name = submitted(provider, "j", "r1").name
    emulator_clock.jump(PENDING + RUNNING)
    job = provider.get(name)
    assert job.result_file is not None

    provider.delete_file(job.result_file)

    sink = io.BytesIO()
    provider.download(job, sink)
    assert json.loads(sink.getvalue())["key"] == "r1"


def test_a_file_with_a_bad_line_is_rejected_and_the_line_is_named(provider: BatchProvider) -> None:
    content = io.BytesIO(batch_file("r1").getvalue() + b'{"key": "r2", "request": \n')
    file = provider.upload(content, display_name="f")

    with pytest.raises(RejectedError, match="line 2"):
        provider.create(model=MODEL, input_file=file.name, display_name="j")
    assert provider.list_jobs(page_size=10).jobs == ()
