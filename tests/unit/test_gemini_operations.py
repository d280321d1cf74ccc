from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.gemini.operations import inline_lines, job_of, moment_of, page_of, state_of
from core.provider import JobState

FILE = {"responsesFile": "files/batch-7jx0d3p9"}
ROWS = [{"response": {"a": 1}, "metadata": {"key": "r1"}}, {"error": {"code": 13}, "metadata": {"key": "r2"}}]
INLINE = {"inlinedResponses": {"inlinedResponses": ROWS}}


def operation(*, output: object = None, response: object = None, **metadata: object) -> dict[str, Any]:
    """Return an operation as the wire has it."""
    said: dict[str, Any] = {
        "name": "batches/7jx0d3p9",
        "metadata": {
            "model": "models/gemini-2.5-flash",
            "displayName": "w2-batch_205-a1",
            "inputConfig": {"fileName": "files/one"},
            "createTime": "2026-01-06T11:09:11.943530657Z",
            "batchStats": {"requestCount": "2", "pendingRequestCount": "2"},
            "state": "BATCH_STATE_PENDING",
            **metadata,
        },
    }
    if output is not None:
        said["metadata"]["output"] = output
    if response is not None:
        said["response"] = response
    return said


def test_a_waiting_job_is_read_whole() -> None:
    job = job_of(operation())

    assert (job.name, job.display_name) == ("batches/7jx0d3p9", "w2-batch_205-a1")
    assert (job.state, job.model, job.input_file) == (JobState.PENDING, "gemini-2.5-flash", "files/one")
    assert job.created_at == datetime(2026, 1, 6, 11, 9, 11, 943_530, tzinfo=UTC)
    assert (job.ended_at, job.error, job.has_output) == (None, None, False)


@pytest.mark.parametrize(
    ("said", "file", "inline"),
    [
        (operation(output=FILE), "files/batch-7jx0d3p9", False),
        (operation(response=FILE), "files/batch-7jx0d3p9", False),
        (operation(output=INLINE), None, True),
        (operation(response=INLINE), None, True),
        (operation(output=FILE, response=INLINE), "files/batch-7jx0d3p9", False),
        (operation(output=INLINE, response=FILE), "files/batch-7jx0d3p9", False),
        (operation(output={}, response={}), None, False),
        (operation(output={"responsesFile": ""}), None, False),
        (operation(output="?", response=["?"]), None, False),
    ],
)
def test_output_is_looked_for_in_all_four_places(said: dict[str, Any], file: str | None, *, inline: bool) -> None:
    job = job_of(said)

    assert (job.result_file, job.inline) == (file, inline)
    assert job.has_output is (file is not None or inline)


@pytest.mark.parametrize("said", [operation(output=INLINE), operation(response=INLINE)])
def test_inlined_rows_become_result_lines_with_their_keys(said: dict[str, Any]) -> None:
    assert [json.loads(line) for line in inline_lines(said)] == [
        {"response": {"a": 1}, "key": "r1"},
        {"error": {"code": 13}, "key": "r2"},
    ]


def test_inlined_rows_are_read_from_one_place_alone_and_each_is_one_line() -> None:
    lines = list(inline_lines(operation(output=INLINE, response=INLINE)))

    assert len(lines) == 2
    assert all(line.endswith(b"\n") and line.count(b"\n") == 1 for line in lines)


def test_inlined_rows_may_stand_in_a_bare_list_and_lack_their_keys() -> None:
    said = operation(output={}, response={"inlinedResponses": [{"response": {"a": 1}}]})

    assert [json.loads(line) for line in inline_lines(said)] == [{"response": {"a": 1}}]


def test_counts_are_read_from_strings_and_are_zero_where_they_are_left_out() -> None:
    ended = job_of(
        operation(batchStats={"requestCount": "20", "successfulRequestCount": "19", "failedRequestCount": 1})
    )

    assert (ended.requests, ended.succeeded, ended.failed, ended.pending) == (20, 19, 1, 0)


@pytest.mark.parametrize("stats", [None, [], "2", {"requestCount": "many"}, {"requestCount": None}])
def test_counts_that_are_none_are_zero(stats: object) -> None:
    assert job_of(operation(batchStats=stats)).requests == 0


@pytest.mark.parametrize("prefix", ["BATCH_STATE_", "JOB_STATE_", ""])
@pytest.mark.parametrize("state", JobState)
def test_states_are_read_in_either_spelling(prefix: str, state: JobState) -> None:
    assert state_of(f"{prefix}{state.value}") is state


@pytest.mark.parametrize(
    "word", ["BATCH_STATE_UNSPECIFIED", "BATCH_STATE_PARTIALLY_SUCCEEDED", "QUEUED", "succeeded", "", None, 4, {}]
)
def test_a_state_nobody_knows_is_unknown(word: object) -> None:
    assert state_of(word) is JobState.UNKNOWN


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-06T11:09:11.943530657Z", datetime(2026, 1, 6, 11, 9, 11, 943_530, tzinfo=UTC)),
        ("2026-01-06T11:09:11.943Z", datetime(2026, 1, 6, 11, 9, 11, 943_000, tzinfo=UTC)),
        ("2026-01-06T11:09:11Z", datetime(2026, 1, 6, 11, 9, 11, tzinfo=UTC)),
        ("2026-01-06T12:09:11+01:00", datetime(2026, 1, 6, 11, 9, 11, tzinfo=UTC)),
        ("2026-01-06T12:09:11.943530657+01:00", datetime(2026, 1, 6, 11, 9, 11, 943_530, tzinfo=UTC)),
        ("yesterday", None),
        ("", None),
        (1_767_697_751, None),
        (None, None),
    ],
)
def test_times_are_read_to_the_microsecond(text: object, moment: datetime | None) -> None:
    assert moment_of(text) == moment
    assert moment is None or moment_of(text).utcoffset() == timedelta()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        ({"code": 13, "message": "it failed without error"}, "13: it failed without error"),
        ({"message": "no code"}, "?: no code"),
        ({"message": "\x1b[2J two\nlines"}, "?: [2J two lines"),
        ({"code": 1}, "1: no message"),
        ({}, None),
        (None, None),
    ],
)
def test_a_jobs_error_is_its_code_and_message(error: object, shown: str | None) -> None:
    assert job_of({**operation(), "error": error}).error == shown


def test_an_operation_without_a_name_is_an_error() -> None:
    with pytest.raises(KeyError):
        job_of({"metadata": {}})


def test_an_operation_that_says_nothing_but_its_name_is_a_job_of_unknown_state() -> None:
    job = job_of({"name": "batches/x"})

    assert (job.display_name, job.state, job.requests) == ("", JobState.UNKNOWN, 0)


def test_a_page_holds_its_jobs_in_order_and_the_way_to_the_next() -> None:
    page = page_of(
        json.dumps({"operations": [{"name": "batches/b"}, {"name": "batches/a"}], "nextPageToken": "T"})
    )

    assert [job.name for job in page.jobs] == ["batches/b", "batches/a"]
    assert page.next_token == "T"  # noqa: S105 - a page's token opens nothing


@pytest.mark.parametrize("body", ["{}", '{"operations": []}', '{"nextPageToken": ""}'])
def test_an_empty_page_is_the_last(body: str) -> None:
    page = page_of(body)

    assert (page.jobs, page.next_token) == ((), None)
