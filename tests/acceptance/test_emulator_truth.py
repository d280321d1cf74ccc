"""`batchmill emulator --load`: what an older process left at the provider, as the real client finds it."""

from __future__ import annotations

import hashlib
import io
import json
import re
import signal
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from adapters.emulator.truth import read_truth
from adapters.gemini.provider import GeminiProvider
from core.errors import GoneError
from core.provider import JobState
from tests.workspaces import SHARED, Mill, Running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from adapters.emulator.emulator import Emulator

SUBMISSIONS = SHARED / "data" / "wave1" / "gemini_batch_submissions_proper"
NAME = "batches/w2svtdivbn1nl6vdis6e9f5g7qbwurvrarim"
#: As the older process wrote them: identifiers of text and of number, and no topic where there was none.
PAIRS = [
    {"pair_id": "200_0", "question": "what is burn rate", "answer": "Certainly! It is 3.", "topic": "burn"},
    {"pair_id": 1, "session": 18, "question": "funding rate", "answer": "It is paid every 8 hours."},
]
PROMPT = (
    "You refine pairs.\n\nBATCH: refinement_batch_001\nTOTAL Q&A PAIRS: 2\n\nQ&A PAIRS TO REFINE:\n\n"
    + json.dumps(PAIRS, indent=2)
)


def line(text: str) -> bytes:
    return json.dumps({"request": {"contents": [{"parts": [{"text": text}]}]}}).encode() + b"\n"


def truth(folder: Path, **lists: list[dict[str, Any]]) -> Path:
    path = folder / "truth.json"
    path.write_text(json.dumps(lists), encoding="utf-8")
    return path


@pytest.fixture
def told(tmp_path: Path) -> Path:
    """Give a truth: a job of a file that is still there, a job of a file in the wrong form, and a file alone."""
    (tmp_path / "sent").mkdir()
    (tmp_path / "sent" / "batch_001.jsonl").write_bytes(line(PROMPT))
    (tmp_path / "sent" / "batch_002.jsonl").write_bytes(b"".join(map(line, PROMPT.splitlines())))
    job = {"state": "SUCCEEDED", "model": "gemini-2.5-flash"}
    return truth(
        tmp_path,
        jobs=[
            job | {"name": NAME, "display_name": "refinement_batch_001", "file": "files/01cktipmxk6o"},
            job
            | {"name": "batches/wrong", "display_name": "refinement_batch_002", "input": "sent/batch_002.jsonl"},
            {"name": "batches/old", "state": "FAILED", "created": "2025-11-02T10:00:00Z", "error": "no such luck"},
        ],
        files=[
            {"name": "files/01cktipmxk6o", "display_name": "batch_001", "path": "sent/batch_001.jsonl"},
            {"name": "files/10efaur4aekv", "display_name": "batch_003", "size": 7},
        ],
    )


@contextmanager
def started(folder: Path, options: str) -> Iterator[tuple[Running, GeminiProvider]]:
    """Run the command on a free port, and give it with the real client."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    aside = Mill(folder / "aside")
    aside.logs = aside.root
    with aside.started(f"emulator --port {port} {options}") as running:
        running.wait_for("Use it with")
        yield running, GeminiProvider(api_key="any", base_url=f"http://127.0.0.1:{port}")


def result(provider: GeminiProvider, name: str) -> list[dict[str, Any]]:
    sink = io.BytesIO()
    provider.download(provider.get(name), sink)
    return [json.loads(answer) for answer in sink.getvalue().splitlines()]


def said(answer: dict[str, Any]) -> tuple[str, str]:
    """Return the text of an answer, and why it ended."""
    (candidate,) = answer["response"]["candidates"]
    return candidate["content"]["parts"][0]["text"], candidate["finishReason"]


def test_what_a_truth_tells_is_found_listed_and_downloaded(tmp_path: Path, told: Path) -> None:
    with started(tmp_path, f"--load {told}") as (running, provider):
        job = provider.get(NAME)
        jobs = provider.list_jobs(page_size=100).jobs
        files = {file.name: file for file in provider.list_files(page_size=100).files}
        answers = result(provider, NAME)
        with pytest.raises(GoneError):
            provider.get("batches/gone")

    assert f"Loaded from {told}: 3 jobs, 2 files" in running.said
    assert (job.state, job.display_name, job.model) == (
        JobState.SUCCEEDED,
        "refinement_batch_001",
        "gemini-2.5-flash",
    )
    assert (job.input_file, job.requests, job.succeeded) == ("files/01cktipmxk6o", 1, 1)
    assert [listed.name for listed in jobs] == ["batches/wrong", NAME, "batches/old"]
    assert jobs[1] == job
    assert jobs[2].error == "13: no such luck"
    content = (tmp_path / "sent" / "batch_001.jsonl").read_bytes()
    assert set(files) == {"files/01cktipmxk6o", "files/10efaur4aekv"}
    kept = files["files/01cktipmxk6o"]
    assert (kept.display_name, kept.size) == ("batch_001", len(content))
    assert kept.sha256 == hashlib.sha256(content).hexdigest()
    assert (files["files/10efaur4aekv"].size, files["files/10efaur4aekv"].sha256) == (7, "")
    (answer,) = answers
    assert set(answer) == {"response"}
    text, end = said(answer)
    assert end == "STOP"
    assert [pair["pair_id"] for pair in json.loads(text.removeprefix("```json").removesuffix("```"))] == [
        "200_0",
        1,
    ]


def test_a_file_in_the_wrong_form_gets_an_answer_for_each_line_and_no_pair(tmp_path: Path, told: Path) -> None:
    with started(tmp_path, f"--load {told}") as (_, provider):
        job = provider.get("batches/wrong")
        answers = result(provider, "batches/wrong")

    assert len(answers) == len(PROMPT.splitlines()) == job.requests
    assert not any("pair_id" in said(answer)[0] for answer in answers)


def test_a_folder_that_was_loaded_is_not_loaded_again(tmp_path: Path, told: Path) -> None:
    with started(tmp_path, f"--folder kept --load {told}") as (running, provider):
        provider.delete_file("files/10efaur4aekv")
        running.end(signal.SIGKILL)

    with started(tmp_path, f"--folder kept --load {told}") as (_, provider):
        files = provider.list_files(page_size=100).files
        jobs = provider.list_jobs(page_size=100).jobs
        answers = result(provider, NAME)

    assert [file.name for file in files] == ["files/01cktipmxk6o"]
    assert len(jobs) == 3
    assert len(answers) == 1


@pytest.mark.skipif(not SUBMISSIONS.is_dir(), reason="the real papers of wave 1 are not here")
@pytest.mark.parametrize("number", [1, 196, 204])
def test_the_real_files_of_wave_1_are_answered_as_far_as_the_output_limit_goes(
    tmp_path: Path, emulator: Emulator, emulator_url: str, number: int
) -> None:
    source = SUBMISSIONS / f"batch_{number:03d}_proper.jsonl"
    emulator.load(read_truth(truth(tmp_path, jobs=[{"name": NAME, "state": "SUCCEEDED", "input": str(source)}])))

    (answer,) = result(GeminiProvider(api_key="any", base_url=emulator_url), NAME)

    prompt = json.loads(source.read_bytes())["request"]["contents"][0]["parts"][0]["text"]
    asked = re.findall(r'^    "pair_id": (.*?),?$', prompt.partition("Q&A PAIRS TO REFINE:")[2], re.MULTILINE)
    text, end = said(answer)
    answered = re.findall(r'^    "pair_id": (.*?),?$', text, re.MULTILINE)
    assert answered == asked[: len(answered)]
    assert len(answered) > 50
    assert (end == "STOP") == (answered == asked and text.endswith("```"))
    assert len(text) <= 65_536 * 4


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "is not JSON"),
        ('{"jobs": [{"name": "batches/one", "state": "GONE"}]}', "job 1 (batches/one): Invalid enum value 'GONE'"),
        (
            '{"jobs": [{"name": "batches/one", "state": "SUCCEEDED", "input": "not.jsonl"}]}',
            "batches/one: Error on line 1: invalid JSON",
        ),
        (
            '{"jobs": [{"name": "batches/one", "state": "SUCCEEDED", "input": "none.jsonl"}]}',
            "none.jsonl cannot be read (No such file or directory)",
        ),
        (
            '{"jobs": [{"name": "batches/one", "state": "FAILED", "input": "one.jsonl", "requests": 2}]}',
            "batches/one: it has 2 requests, and one.jsonl holds 1",
        ),
    ],
)
def test_a_truth_that_cannot_be_loaded_is_refused(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "truth.json").write_text(content, encoding="utf-8")
    (tmp_path / "not.jsonl").write_bytes(b"You refine pairs.\n")
    (tmp_path / "one.jsonl").write_bytes(line(PROMPT))
    aside = Mill(tmp_path / "aside")

    refusal = aside.refused(f"emulator --port 0 --folder kept --load {tmp_path / 'truth.json'}")

    assert f"the truth {tmp_path / 'truth.json'}" in refusal
    assert words in refusal
    assert not [path for path in (aside.root / "kept").rglob("*") if path.parent.name in {"files", "inputs"}]
