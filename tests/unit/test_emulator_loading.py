"""An emulator that is loaded with a truth has its jobs and files, each where the truth says it stands."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from adapters.emulator.quotas import Quotas
from adapters.emulator.truth import TrueFile, TrueJob, Truth
from core.errors import BadInputError, GoneError
from core.provider import JobState
from tests.scenarios import LONG_ENOUGH, PENDING, RUNNING, Troubled

if TYPE_CHECKING:
    from core.provider import Job, RemoteFile

HOUR = 3600.0
NOW = datetime(2026, 11, 2, tzinfo=UTC)
DIGEST = "ab" * 32


def loaded(*jobs: TrueJob, files: tuple[TrueFile, ...] = (), scenario: str = "") -> Troubled:
    troubled = Troubled(scenario)
    troubled.emulator.load(Truth(jobs=jobs, files=files))
    return troubled


def listed(troubled: Troubled, size: int = 100) -> list[Job]:
    page = troubled.provider.list_jobs(page_size=size)
    jobs = [*page.jobs]
    while page.next_token:
        page = troubled.provider.list_jobs(page_size=size, page_token=page.next_token)
        jobs += page.jobs
    return jobs


def listed_files(troubled: Troubled) -> tuple[RemoteFile, ...]:
    return troubled.provider.list_files(page_size=100).files


def test_a_job_is_found_by_its_name_as_it_was_told() -> None:
    created, ended = NOW - timedelta(hours=3), NOW - timedelta(hours=1)
    troubled = loaded(
        TrueJob(
            name="batches/one",
            display_name="refinement_batch_001",
            state="EXPIRED",
            model="models/gemini-2.5-pro",
            created=created,
            ended=ended,
            file="files/sent",
            requests=7,
        )
    )

    job = troubled.provider.get("batches/one")

    assert (job.display_name, job.state, job.model) == (
        "refinement_batch_001",
        JobState.EXPIRED,
        "models/gemini-2.5-pro",
    )
    assert (job.created_at, job.ended_at, job.input_file, job.requests) == (created, ended, "files/sent", 7)


@pytest.mark.parametrize("state", ["SUCCEEDED", "FAILED", "CANCELLED", "EXPIRED"])
def test_a_job_that_is_over_stays_so(state: str) -> None:
    troubled = loaded(TrueJob(name="batches/one", state=state))  # type: ignore[arg-type]
    first = troubled.provider.get("batches/one")
    troubled.clock.jump(LONG_ENOUGH)

    assert first.state.value == state
    assert first.ended_at == first.created_at == NOW
    assert troubled.provider.get("batches/one") == first


def test_jobs_that_are_not_over_go_on_from_where_they_stand() -> None:
    day = NOW - timedelta(days=1)
    troubled = loaded(
        TrueJob(name="batches/waits", state="PENDING", created=day),
        TrueJob(name="batches/runs", state="RUNNING", created=day),
    )
    seen = []
    for seconds in (0, PENDING, RUNNING - PENDING, PENDING):
        troubled.clock.jump(seconds)
        seen.append([troubled.provider.get(f"batches/{name}").state.value for name in ("waits", "runs")])

    assert seen == [
        ["PENDING", "RUNNING"],
        ["RUNNING", "RUNNING"],
        ["RUNNING", "SUCCEEDED"],
        ["SUCCEEDED", "SUCCEEDED"],
    ]


def test_a_job_that_runs_can_be_cancelled() -> None:
    troubled = loaded(TrueJob(name="batches/runs", state="RUNNING"))

    troubled.provider.cancel("batches/runs")
    troubled.clock.jump(LONG_ENOUGH)

    assert troubled.provider.get("batches/runs").state is JobState.CANCELLED


def test_a_failed_job_says_why() -> None:
    troubled = loaded(
        TrueJob(name="batches/told", state="FAILED", error="no such luck", error_code=3),
        TrueJob(name="batches/untold", state="FAILED"),
    )

    told, untold = (troubled.provider.get(name) for name in ("batches/told", "batches/untold"))

    assert (told.error_code, told.error) == (3, "no such luck")
    assert untold.error_code == 13
    assert untold.error


def test_a_succeeded_job_without_an_input_names_a_result_that_is_gone() -> None:
    troubled = loaded(TrueJob(name="batches/one", state="SUCCEEDED"), scenario='[[row]]\nfault = "missing"')

    (job,) = listed(troubled)

    assert job.result_file == "files/batch-one"
    assert (job.requests, job.succeeded) == (1, 1)
    with pytest.raises(GoneError):
        troubled.lines(job)
    assert troubled.emulator.stats()["billed"]["jobs"] == {}


def test_a_name_that_no_truth_tells_is_gone() -> None:
    troubled = loaded(TrueJob(name="batches/one", state="SUCCEEDED"))

    with pytest.raises(GoneError):
        troubled.provider.get("batches/two")


def test_the_list_is_newest_first_by_creation_and_of_one_moment_the_later_entry_first() -> None:
    days = [3, 1, 2, 1, 30]
    troubled = Troubled()
    made_here = troubled.submit().name
    troubled.clock.jump(HOUR)
    now = troubled.clock.now()
    troubled.emulator.load(
        Truth(
            jobs=tuple(
                TrueJob(name=f"batches/j{number}", state="FAILED", created=now - timedelta(days=ago))
                for number, ago in enumerate(days)
            )
        )
    )
    expected = [made_here, *(f"batches/j{number}" for number in (3, 1, 2, 0, 4))]

    for size in (1, 2, 4, 100):
        assert [job.name for job in listed(troubled, size)] == expected


def test_uploaded_files_are_listed_as_told_newest_first() -> None:
    troubled = loaded(
        files=(
            TrueFile(name="files/old", created=NOW - timedelta(hours=49)),
            TrueFile(name="files/told", display_name="batch_001", size=7, sha256=DIGEST),
            TrueFile(name="files/untold", created=NOW - timedelta(hours=47)),
        )
    )

    told, untold = listed_files(troubled)

    assert (told.name, told.display_name, told.size, told.sha256) == ("files/told", "batch_001", 7, DIGEST)
    assert (told.created_at, told.expires_at) == (NOW, NOW + timedelta(hours=48))
    assert (untold.name, untold.size, untold.sha256) == ("files/untold", 0, "")
    troubled.clock.jump(HOUR)
    assert [file.name for file in listed_files(troubled)] == ["files/told"]


def test_a_file_whose_content_nobody_gave_cannot_become_a_job() -> None:
    troubled = loaded(files=(TrueFile(name="files/told", size=7),))

    with pytest.raises(GoneError):
        troubled.provider.create(model="m", input_file="files/told", display_name="j")


@pytest.mark.parametrize(
    ("job", "said"),
    [
        (TrueJob(name="batches/two", state="RUNNING", created=NOW + timedelta(hours=1)), "still to come"),
        (TrueJob(name="batches/two", state="FAILED", ended=NOW + timedelta(hours=1)), "still to come"),
        (TrueJob(name="batches/two", state="SUCCEEDED", input="no/such.jsonl"), "no/such.jsonl cannot be read"),
        (TrueJob(name="batches/two", state="SUCCEEDED", input="."), "cannot be read"),
    ],
)
def test_a_truth_with_an_entry_that_cannot_be_loads_nothing(job: TrueJob, said: str) -> None:
    troubled = Troubled()
    truth = Truth(
        jobs=(TrueJob(name="batches/one", state="SUCCEEDED"), job),
        files=(TrueFile(name="files/one"),),
        folder=Path("/nowhere") if job.input.endswith("jsonl") else Path("/"),
        source="the truth x.json",
    )

    with pytest.raises(BadInputError) as refused:
        troubled.emulator.load(truth)

    assert str(refused.value).startswith("the truth x.json, batches/two: ")
    assert said in str(refused.value)
    assert (listed(troubled), listed_files(troubled)) == ([], ())


def test_what_was_loaded_once_is_not_loaded_again() -> None:
    truth = Truth(
        jobs=(TrueJob(name="batches/one", state="RUNNING"), TrueJob(name="batches/two", state="RUNNING")),
        files=(TrueFile(name="files/one"),),
    )
    troubled = Troubled()
    troubled.emulator.load(truth)
    troubled.emulator.jobs.delete("one")
    troubled.provider.cancel("batches/two")
    troubled.provider.delete_file("files/one")

    troubled.emulator.load(truth)

    assert [(job.name, job.state) for job in listed(troubled)] == [("batches/two", JobState.CANCELLED)]
    assert listed_files(troubled) == ()


def test_loaded_jobs_count_as_jobs_at_once_but_not_as_created_here() -> None:
    running = tuple(TrueJob(name=f"batches/j{number}", state="RUNNING") for number in range(3))
    few = Troubled(quotas=Quotas(creates_a_minute=1))
    few.emulator.load(Truth(jobs=running))
    full = Troubled(quotas=Quotas(jobs_at_once=3))
    full.emulator.load(Truth(jobs=running))

    assert few.submit().name
    with pytest.raises(Exception, match="quota"):
        full.submit()


def test_ten_thousand_jobs_are_scanned_by_pages_of_a_hundred() -> None:
    names = [f"batches/{number:036d}" for number in range(10_000)]
    troubled = loaded(*(TrueJob(name=name, state="SUCCEEDED") for name in names))

    assert [job.name for job in listed(troubled)] == names[::-1]
    assert troubled.emulator.calls["batches.list"] == 100


def test_a_download_of_nothing_leaves_nothing_behind() -> None:
    troubled = loaded(TrueJob(name="batches/one", state="SUCCEEDED"))
    sink = io.BytesIO()

    with pytest.raises(GoneError):
        troubled.provider.download(troubled.provider.get("batches/one"), sink)

    assert sink.getvalue() == b""
