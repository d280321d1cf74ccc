from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.emulator.refusals import ApiError
from adapters.emulator.settings import EmulatorSettings

if TYPE_CHECKING:
    from typing import Protocol

    from adapters.emulator.emulator import Emulator
    from core.ports import Clock

    class JumpingClock(Clock, Protocol):
        def jump(self, seconds: float) -> None: ...


LINE = b'{"key": "r1", "request": {"contents": [{"parts": [{"text": "Hello."}]}]}}\n'


@pytest.fixture
def emulator_settings() -> EmulatorSettings:
    return EmulatorSettings(pending_seconds=3600, running_seconds=3600)


def uploaded(emulator: Emulator, name: str = "") -> str:
    upload = emulator.uploads.start(name=name, display_name="f", mime_type="", declared=None)
    with emulator.blobs.appender(f"uploads/{upload.id}") as sink:
        sink.write(LINE)
    return emulator.uploads.finish(upload).id


def test_no_result_file_exists_before_its_job_has_ended(emulator: Emulator) -> None:
    job = emulator.jobs.create_from_file("models/m", uploaded(emulator), "j")

    with pytest.raises(ApiError, match="may not exist"):
        emulator.results.job_of(f"batch-{job.id}")


def test_a_job_that_was_deleted_while_it_ran_leaves_no_result(
    emulator: Emulator, emulator_clock: JumpingClock
) -> None:
    job = emulator.jobs.create_from_file("models/m", uploaded(emulator), "j")
    emulator.jobs.delete(job.id)
    emulator_clock.jump(7200)

    with pytest.raises(ApiError, match="may not exist"):
        emulator.results.job_of(f"batch-{job.id}")


def test_a_deleted_job_still_counts_as_made(emulator: Emulator) -> None:
    job = emulator.jobs.create_from_file("models/m", uploaded(emulator), "j")
    emulator.jobs.delete(job.id)

    assert emulator.jobs.page(limit=10) == []
    assert emulator.stats()["jobs"] == {"j": 1}


def test_a_file_keeps_the_name_that_was_wished(emulator: Emulator) -> None:
    assert uploaded(emulator, "files/my-name") == "my-name"


@pytest.mark.parametrize(
    ("name", "code"), [("files/my-name", 409), ("files/../x", 400), ("-x", 400), ("x" * 41, 400), ("Upper", 400)]
)
def test_a_name_that_cannot_be_given_is_refused(emulator: Emulator, name: str, code: int) -> None:
    uploaded(emulator, "files/my-name")

    with pytest.raises(ApiError) as refused:
        uploaded(emulator, name)

    assert refused.value.code == code


def test_an_inline_job_without_requests_is_refused(emulator: Emulator) -> None:
    with pytest.raises(ApiError, match="no requests"):
        emulator.jobs.create_inline("models/m", [], "j")


def test_a_bad_inline_request_is_named_by_its_index(emulator: Emulator) -> None:
    good = {"request": {"contents": [{"parts": [{"text": "x"}]}]}}

    with pytest.raises(ApiError, match=r"requests\[1\]"):
        emulator.jobs.create_inline("models/m", [good, {"request": {"config": {}}}], "j")
