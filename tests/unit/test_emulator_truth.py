"""A truth is read entry by entry, and a bad one is refused in one sentence."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.emulator.truth import TrueFile, TrueJob, Truth, read_truth, truth_of
from core.errors import BadInputError

JOB = {"name": "batches/w2svtdivbn1nl6vdis6e9f5g7qbwurvrarim", "state": "SUCCEEDED"}
FILE = {"name": "files/01cktipmxk6o"}
DIGEST = "0" * 64


def told(**lists: Any) -> Truth:  # noqa: ANN401 - any JSON
    return truth_of(json.dumps(lists), Path(), "the truth x.json")


def test_a_truth_is_read_whole() -> None:
    truth = told(
        jobs=[
            JOB,
            {
                "name": "batches/two",
                "display_name": "refinement_batch_002",
                "state": "FAILED",
                "model": "gemini-2.5-pro",
                "created": "2025-11-02T10:00:00.943530Z",
                "ended": "2025-11-02T13:00:00+02:00",
                "file": FILE["name"],
                "requests": 3,
                "error": "no such luck",
                "error_code": 3,
            },
        ],
        files=[FILE, {"name": "files/two", "display_name": "f", "size": 7, "sha256": DIGEST}],
    )

    assert truth.files == (
        TrueFile(name=FILE["name"]),
        TrueFile(name="files/two", display_name="f", size=7, sha256=DIGEST),
    )
    first, second = truth.jobs
    assert first == TrueJob(name=JOB["name"], state="SUCCEEDED")
    assert second.created == datetime(2025, 11, 2, 10, 0, 0, 943_530, UTC)
    assert second.ended == datetime(2025, 11, 2, 11, tzinfo=UTC)
    assert (second.requests, second.error, second.error_code) == (3, "no such luck", 3)


def test_an_empty_truth_is_none() -> None:
    assert truth_of("{}", Path(), "the truth") == Truth()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "batches/"}, "its name is not batches/"),
        ({"name": "batches/../../etc"}, "its name is not batches/"),
        ({"name": "Batches/one"}, "its name is not batches/"),
        ({"name": "batches/a\nb"}, "its name is not batches/"),
        ({"name": 7}, "Expected `str`"),
        ({"state": "GONE"}, "Invalid enum value 'GONE'"),
        ({"state": "RUNNING", "ended": "2025-11-02T10:00:00Z"}, "it has ended, and is RUNNING"),
        ({"error": "oh"}, "it has an error, and is SUCCEEDED"),
        ({"created": "2025-11-02T10:00:00"}, "timezone"),
        ({"created": "yesterday"}, "RFC3339"),
        ({"created": "2025-11-02T10:00:00Z", "ended": "2025-11-01T10:00:00Z"}, "ended before it was created"),
        ({"requests": 0}, "`$.requests`"),
        ({"file": "files/UPPER"}, "'files/UPPER' cannot be an uploaded file's name"),
        ({"model": ""}, "model is empty"),
        ({"modell": "m"}, "unknown field `modell`"),
    ],
)
def test_a_job_that_cannot_be_is_refused_with_its_place_and_name(change: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInputError) as refused:
        told(jobs=[JOB, {"name": "batches/two", "state": "SUCCEEDED"} | change])

    sentence = str(refused.value)
    assert sentence.startswith("the truth x.json, job 2")
    assert said in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "files/" + "a" * 41}, "at most 40"),
        ({"name": "files/batch-one"}, "'batch-' at their beginning"),
        ({"name": "files/../x"}, "cannot be an uploaded file's name"),
        ({"path": "a.jsonl", "size": 7}, "leave them out"),
        ({"sha256": "abc"}, "64 lower-case hexadecimal digits"),
        ({"size": -1}, "`$.size`"),
    ],
)
def test_a_file_that_cannot_be_is_refused_with_its_place_and_name(change: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInputError) as refused:
        told(files=[FILE | change])

    assert str(refused.value).startswith(f"the truth x.json, file 1 ({(FILE | change)['name']})")
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        (b"\xff", "is not JSON"),
        ("[]", 'not an object of "jobs" and "files"'),
        ('{"batches": []}', 'not an object of "jobs" and "files"'),
        ('{"jobs": {}}', '"jobs" is not a list'),
        ('{"jobs": ["batches/one"]}', "job 1: Expected `object`"),
        (json.dumps({"jobs": [JOB, JOB]}), "wurvrarim twice"),
        (json.dumps({"files": [FILE, FILE]}), "files/01cktipmxk6o twice"),
    ],
)
def test_what_is_no_truth_is_refused_in_one_sentence(text: bytes | str, said: str) -> None:
    with pytest.raises(BadInputError) as refused:
        truth_of(text, Path(), "the truth x.json")

    assert str(refused.value).startswith("the truth x.json")
    assert said in str(refused.value)


def test_a_truth_that_is_not_there_is_named() -> None:
    with pytest.raises(BadInputError, match=r"/nowhere/x\.json"):
        read_truth(Path("/nowhere/x.json"))
