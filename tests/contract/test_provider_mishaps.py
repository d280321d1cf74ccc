"""A scenario's trouble is judged alike by a caller in the process and by the client over HTTP."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from adapters.emulator.scenario import scenario_of
from adapters.emulator.settings import EmulatorSettings
from core.errors import AmbiguousError, GoneError, ProviderError, RateLimitedError, RejectedError, UnavailableError
from core.provider import JobState
from tests.scenarios import MODEL, batch_lines

if TYPE_CHECKING:
    from adapters.emulator.emulator import Emulator
    from core.provider import BatchProvider, Job

NO_ANSWER = ["lost", "reset", "empty", "html"]


@pytest.fixture
def scenario() -> str:
    """Override this by a parameter."""
    return ""


@pytest.fixture
def emulator_settings(scenario: str) -> EmulatorSettings:
    return EmulatorSettings(
        port=0, pending_seconds=0, running_seconds=0, scenario=scenario_of(scenario, "the test's")
    )


def submitted(provider: BatchProvider, rows: int = 4) -> Job:
    file = provider.upload(io.BytesIO(batch_lines(rows)), display_name="j")
    return provider.create(model=MODEL, input_file=file.name, display_name="j")


def call(verb: str, *fields: str) -> str:
    return "\n".join(["[[call]]", f'verb = "{verb}"', *fields])


@pytest.mark.parametrize(
    "scenario",
    [call("batches.create", f'fault = "{fault}"', "after_effect = true") for fault in NO_ANSWER]
    + [
        call("batches.create", 'fault = "refused"', f"code = {code}", "after_effect = true")
        for code in (408, 500, 503)
    ],
)
def test_a_create_without_an_answer_is_ambiguous_and_its_job_is_in_the_list(
    provider: BatchProvider, emulator: Emulator
) -> None:
    with pytest.raises(AmbiguousError):
        submitted(provider)

    assert [job.display_name for job in provider.list_jobs(page_size=10).jobs] == ["j"]
    assert emulator.stats()["created"] == 1


@pytest.mark.parametrize(
    "scenario", [call("batches.get", f'fault = "{fault}"', 'on = "1"') for fault in NO_ANSWER]
)
def test_a_look_without_an_answer_can_be_repeated(provider: BatchProvider) -> None:
    job = submitted(provider)

    with pytest.raises(UnavailableError):
        provider.get(job.name)

    assert provider.get(job.name).state is JobState.SUCCEEDED


@pytest.mark.parametrize("scenario", [call("files.list", f'fault = "{fault}"', 'on = "1"') for fault in NO_ANSWER])
def test_a_list_of_files_without_an_answer_can_be_repeated(provider: BatchProvider) -> None:
    file = submitted(provider).input_file

    with pytest.raises(UnavailableError):
        provider.list_files(page_size=10)

    assert [listed.name for listed in provider.list_files(page_size=10).files] == [file]


@pytest.mark.parametrize(
    ("scenario", "kind"),
    [
        (call("batches.create", 'fault = "refused"', "code = 429"), RateLimitedError),
        (call("batches.create", 'fault = "refused"', "code = 400"), RejectedError),
        (call("batches.create", 'fault = "refused"', "code = 404"), GoneError),
    ],
)
def test_a_refusal_is_understood(provider: BatchProvider, kind: type[ProviderError]) -> None:
    with pytest.raises(kind):
        submitted(provider)


@pytest.mark.parametrize(
    ("scenario", "wish"),
    [
        (call("batches.create", 'fault = "refused"', "code = 429"), None),
        (call("batches.create", 'fault = "refused"', "code = 429", "retry_info = 34"), 34),
        (call("batches.create", 'fault = "refused"', "code = 429", "retry_after = 7"), 7),
    ],
)
def test_the_wish_of_a_429_arrives(provider: BatchProvider, wish: float | None) -> None:
    with pytest.raises(RateLimitedError) as refused:
        submitted(provider)

    assert refused.value.retry_after == wish


@pytest.mark.parametrize("scenario", [call("files.download", 'fault = "truncated"', 'on = "1"')])
def test_a_download_that_breaks_off_can_be_repeated(provider: BatchProvider) -> None:
    job = provider.get(submitted(provider).name)
    with pytest.raises(UnavailableError):
        provider.download(job, io.BytesIO())

    sink = io.BytesIO()
    provider.download(job, sink)

    assert sink.getvalue().count(b"\n") == 4


@pytest.mark.parametrize(
    "scenario",
    [
        f'[[job]]\nfault = "misplaced"\nplace = "{place}"\ninline = {inline}'
        for place in ("response", "metadata")
        for inline in ("true", "false")
    ],
)
def test_output_is_found_wherever_it_stands(provider: BatchProvider) -> None:
    sink = io.BytesIO()

    provider.download(provider.get(submitted(provider).name), sink)

    assert [
        f'"key":"r{number}"'.encode() in line for number, line in enumerate(sink.getvalue().splitlines(), 1)
    ] == [True] * 4


@pytest.mark.filterwarnings("ignore:BATCH_STATE_QUEUED is not a valid JobState")  # the client's own, at create
@pytest.mark.parametrize(
    ("scenario", "state", "counts"),
    [
        ('[[job]]\nfault = "failed"\ncode = 8', JobState.FAILED, (0, 0, 4)),
        ('[[job]]\nfault = "expired"\nseconds = 0\npartial = 0.5', JobState.EXPIRED, (2, 0, 2)),
        ('[[job]]\nfault = "cancelled"\npartial = 0.25', JobState.CANCELLED, (1, 0, 3)),
        ('[[job]]\nfault = "stuck"\nstate = "QUEUED"', JobState.UNKNOWN, (0, 0, 4)),
        ('[[job]]\nfault = "no-output"', JobState.SUCCEEDED, (4, 0, 0)),
        ('[[row]]\nfault = "failed"\nevery = 2', JobState.SUCCEEDED, (2, 2, 0)),
    ],
)
def test_a_troubled_job_looks_the_same_from_both_sides(
    provider: BatchProvider, state: JobState, counts: tuple[int, int, int], scenario: str
) -> None:
    job = provider.get(submitted(provider).name)

    assert job.state is state
    assert (job.succeeded, job.failed, job.pending) == counts
    assert job.has_output is ("partial" in scenario or "row" in scenario)
