from __future__ import annotations

import io
from typing import TYPE_CHECKING

import msgspec
import pytest

from core.engine.jobs import all_jobs, look_at
from core.errors import ProviderError, RejectedError, UnavailableError
from core.provider import JobPage, JobState
from tests.batches import MODEL

if TYPE_CHECKING:
    from core.provider import Job
    from tests.mill import Mill

LINE = b'{"key": "r1", "request": {"contents": [{"parts": [{"text": "Hello."}]}]}}\n'


def jobs(mill: Mill, number: int) -> list[str]:
    """Make so many jobs and return their names, oldest first."""
    file = mill.provider.upload(io.BytesIO(LINE), display_name="f")
    names = [
        mill.provider.create(model=MODEL, input_file=file.name, display_name=f"job {place}").name
        for place in range(number)
    ]
    mill.provider.calls.clear()
    return names


def pages_of(mill: Mill, size: int) -> None:
    mill.policy = msgspec.structs.replace(mill.policy, page_size=size)


@pytest.mark.parametrize(
    ("made", "page", "wanted", "calls"),
    [
        (10, 10, slice(0, 10), {"list": 1}),
        (10, 5, slice(0, 10), {"list": 2}),
        (10, 10, slice(9, 10), {"get": 1}),
        (10, 10, slice(8, 10), {"list": 1}),
        (10, 1, slice(0, 10), {"get": 10}),
        (20, 5, slice(10, 20), {"list": 2}),
        (20, 5, slice(0, 0), {}),
    ],
)
def test_jobs_are_looked_at_with_the_fewer_calls(
    mill: Mill, made: int, page: int, wanted: slice, calls: dict[str, int]
) -> None:
    names = jobs(mill, made)[wanted]
    pages_of(mill, page)

    found = look_at(mill.workshop(), names)

    assert {name: job.name for name, job in found.items() if job} == {name: name for name in names}
    assert dict(mill.provider.verbs) == calls


def test_paging_stops_where_a_page_shows_none_of_the_jobs_that_are_wanted(mill: Mill) -> None:
    names = jobs(mill, 30)[:3]
    pages_of(mill, 5)

    assert set(look_at(mill.workshop(), names)) == set(names)
    assert dict(mill.provider.verbs) == {"list": 1, "get": 3}


def test_a_job_that_is_absent_from_the_list_is_asked_for_by_name(mill: Mill) -> None:
    names = jobs(mill, 4)
    mill.emulator.jobs.delete(names[1].removeprefix("batches/"))
    hidden, deleted = names[2], names[1]
    listed = mill.provider.list_jobs

    def without_one(*, page_size: int, page_token: str | None = None) -> JobPage:
        page = listed(page_size=page_size, page_token=page_token)
        return JobPage(tuple(job for job in page.jobs if job.name != hidden), page.next_token)

    mill.provider.list_jobs = without_one  # type: ignore[method-assign]
    found = look_at(mill.workshop(), names)

    assert found[deleted] is None
    assert found[hidden] is not None
    assert [name for verb, name in mill.provider.calls if verb == "get"] == sorted([deleted, hidden])


@pytest.mark.parametrize("error", [UnavailableError("the answer was lost"), RejectedError("400: no such name")])
def test_a_question_that_fails_is_left_for_the_next_time(mill: Mill, error: ProviderError) -> None:
    names = jobs(mill, 3)
    pages_of(mill, 1)

    def fail(name: str) -> None:
        if name == names[0]:
            raise error

    mill.provider.before["get"] = fail

    assert set(look_at(mill.workshop(), names)) == set(names[1:])


def test_what_the_list_showed_is_kept_when_the_question_after_it_fails(mill: Mill) -> None:
    names = jobs(mill, 3)
    mill.provider.seen = lambda job: None if job.name == names[0] else job

    def fail(_: str) -> None:
        raise RejectedError("400: no such name")

    mill.provider.before["get"] = fail

    assert set(look_at(mill.workshop(), names)) == set(names[1:])


def test_questions_that_all_fail_are_a_failure(mill: Mill) -> None:
    names = jobs(mill, 3)
    pages_of(mill, 1)

    def fail(_: str) -> None:
        raise UnavailableError("no connection")

    mill.provider.before["get"] = fail

    with pytest.raises(UnavailableError, match="no connection"):
        look_at(mill.workshop(), names)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_all_jobs_are_listed_once_whatever_the_size_of_a_page(mill: Mill, size: int) -> None:
    names = jobs(mill, 7)

    assert sorted(job.name for job in all_jobs(mill.provider, size)) == sorted(names)


def test_a_list_that_never_ends_is_given_up(mill: Mill, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.engine.jobs.MOST_PAGES", 5)

    def endless(*, page_size: int, page_token: str | None = None) -> JobPage:
        del page_size, page_token
        return JobPage((), "again")

    mill.provider.list_jobs = endless  # type: ignore[method-assign]

    with pytest.raises(UnavailableError, match="job list has no end: 5 pages were read"):
        list(all_jobs(mill.provider, 5))


def test_a_poll_that_fails_is_told_and_made_again_later(mill: Mill) -> None:
    mill.stage(205)
    engine = mill.engine()
    broken = [UnavailableError("looking at the job: no connection")]

    def fail_once(_: str) -> None:
        if broken:
            raise broken.pop()

    mill.provider.before["get"] = fail_once
    mill.drive(engine)

    assert mill.warnings == ["looking at the job: no connection"]
    assert mill.balance().refined == 4


def test_a_whole_wave_is_looked_at_with_one_call(mill: Mill) -> None:
    mill.stage(*range(205, 225))
    mill.engine().pulse()

    assert mill.provider.verbs["list"] == 1
    assert mill.provider.verbs["get"] == 0


def test_changes_of_many_jobs_are_recorded_by_number(mill: Mill) -> None:
    mill.stage(205, 206, 207)

    def running(job: Job) -> Job:
        return msgspec.structs.replace(job, state=JobState.RUNNING)

    mill.provider.seen = running
    mill.engine().pulse()

    streams = [recorded.stream for recorded in mill.store.read() if recorded.type == "batch.processing"]
    assert streams == ["batch-205", "batch-206", "batch-207"]
