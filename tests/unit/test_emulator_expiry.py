"""What expires at the emulator is refused at once and really removed, and what it billed stays known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.emulator.refusals import ApiError
from core.errors import GoneError
from core.provider import JobState
from tests.scenarios import LONG_ENOUGH, Troubled, batch_lines

if TYPE_CHECKING:
    from adapters.emulator.emulator import Emulator
    from core.provider import Job

HOUR = 3600.0
TWO_DAYS = 48 * HOUR
REQUEST = {"contents": [{"parts": [{"text": "Hello."}]}]}


def kept(emulator: Emulator, job: Job) -> list[str]:
    """Return which of a job's contents are still there."""
    job_id = job.name.removeprefix("batches/")
    names = (str(job.input_file), f"inputs/{job_id}", f"results/{job_id}")
    return [name.partition("/")[0] for name in names if emulator.blobs.size(name) is not None]


def test_what_has_expired_is_refused_and_its_contents_are_gone() -> None:
    troubled = Troubled()
    job = troubled.ended()
    troubled.lines(job)
    assert kept(troubled.emulator, job) == ["files", "results"]

    troubled.clock.jump(TWO_DAYS)
    again = troubled.provider.get(job.name)

    assert (again.state, again.result_file) == (JobState.SUCCEEDED, job.result_file)
    assert kept(troubled.emulator, job) == []
    with pytest.raises(GoneError, match="may not exist"):
        troubled.lines(again)
    with pytest.raises(ApiError, match="may not exist") as refused:
        troubled.emulator.files.get(str(job.input_file).removeprefix("files/"))
    assert (refused.value.code, refused.value.status) == (403, "PERMISSION_DENIED")


def test_a_result_lives_two_days_from_the_end_of_its_job() -> None:
    troubled = Troubled()
    job = troubled.ended()

    troubled.clock.jump(TWO_DAYS - 2)
    assert len(troubled.lines(job)) == 4

    troubled.clock.jump(2)
    with pytest.raises(GoneError):
        troubled.lines(job)


def test_a_result_that_nobody_fetched_is_billed_all_the_same() -> None:
    fetched, forgotten = Troubled(), Troubled()
    fetched.lines(fetched.ended())

    job = forgotten.ended()
    forgotten.clock.jump(TWO_DAYS)
    forgotten.provider.get(job.name)

    assert kept(forgotten.emulator, job) == []
    assert forgotten.emulator.stats()["billed"] == fetched.emulator.stats()["billed"]
    assert forgotten.emulator.stats()["billed"]["answer_tokens"] > 0


def test_inline_results_are_no_longer_in_the_operation_after_two_days() -> None:
    troubled = Troubled()
    row = troubled.emulator.jobs.create_inline("models/m", [{"request": REQUEST}], "j")
    troubled.clock.jump(LONG_ENOUGH)
    assert "response" in troubled.emulator.operation(row)

    troubled.clock.jump(TWO_DAYS)
    troubled.provider.get(f"batches/{row.id}")
    shown = troubled.emulator.operation(row)

    assert shown["metadata"]["state"] == "BATCH_STATE_SUCCEEDED"
    assert shown["metadata"]["batchStats"] == {"requestCount": "1", "successfulRequestCount": "1"}
    assert "response" not in shown
    assert "output" not in shown["metadata"]
    assert troubled.emulator.blobs.size(f"results/{row.id}") is None


def test_a_job_that_is_not_over_keeps_its_input_beyond_the_file() -> None:
    troubled = Troubled('[[job]]\nfault = "late"\nseconds = 400_000')
    job = troubled.submit()

    troubled.clock.jump(2 * TWO_DAYS)
    troubled.provider.get(job.name)
    assert kept(troubled.emulator, job) == ["inputs"]

    troubled.clock.jump(TWO_DAYS)
    assert len(troubled.lines(troubled.provider.get(job.name))) == 4


def test_a_cancelled_job_that_revives_late_still_has_its_rows() -> None:
    troubled = Troubled('[[job]]\nfault = "revived"')
    troubled.clock.jump(1)
    job = troubled.submit()
    troubled.provider.cancel(job.name)

    troubled.clock.jump(TWO_DAYS)
    assert len(troubled.lines(troubled.provider.get(job.name))) == 4

    troubled.clock.jump(HOUR)
    troubled.provider.get(job.name)
    assert kept(troubled.emulator, job) == []


def test_contents_stay_few_over_weeks_of_work() -> None:
    troubled = Troubled()
    jobs, most = [], 0
    for number in range(14 * 6):
        jobs.append(troubled.ended(f"j{number}", rows=1))
        troubled.clock.jump(4 * HOUR)
        most = max(most, sum(len(kept(troubled.emulator, job)) for job in jobs))

    assert 2 * 48 / 4 <= most <= 2 * (48 / 4 + 2)
    assert sum(troubled.emulator.stats()["billed"]["jobs"].values()) == len(jobs)


def test_an_upload_that_nobody_finished_is_forgotten() -> None:
    troubled = Troubled()
    uploads = troubled.emulator.uploads
    upload = uploads.start(name="", display_name="f", mime_type="", declared=None)
    with troubled.emulator.blobs.appender(f"uploads/{upload.id}") as sink:
        sink.write(batch_lines(1))

    troubled.clock.jump(TWO_DAYS + 1)
    troubled.provider.list_jobs(page_size=1)

    assert troubled.emulator.blobs.size(f"uploads/{upload.id}") is None
    with pytest.raises(ApiError, match="not known"):
        uploads.get(upload.id)


def test_more_than_one_sweep_takes_is_swept_by_the_calls_that_follow() -> None:
    troubled = Troubled()
    jobs = [troubled.submit(f"j{number}", rows=1) for number in range(50)]
    troubled.clock.jump(LONG_ENOUGH + TWO_DAYS)

    while troubled.emulator.sweeper.due():
        troubled.provider.list_jobs(page_size=1)

    assert [kept(troubled.emulator, job) for job in jobs] == [[]] * 50


def test_a_file_of_very_many_pieces_is_whole() -> None:
    troubled = Troubled()
    emulator = troubled.emulator
    upload = emulator.uploads.start(name="", display_name="f", mime_type="", declared=None)
    for number in range(20_000):
        with emulator.blobs.appender(f"uploads/{upload.id}") as sink:
            sink.write(b"%6d\n" % number)

    row = emulator.uploads.finish(upload)

    assert row.size == 140_000
    with emulator.blobs.reader(f"files/{row.id}") as content:
        assert content.read(14) == b"     0\n     1\n"


def test_sweeping_is_due_once_an_hour_of_its_clock() -> None:
    troubled = Troubled()
    troubled.provider.list_jobs(page_size=1)

    assert not troubled.emulator.sweeper.due()
    troubled.clock.jump(2 * HOUR)
    assert troubled.emulator.sweeper.due()
