"""The emulator as google-genai meets it, in both versions of the API."""

from __future__ import annotations

import contextlib
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from google import genai
from google.genai import errors, types

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Protocol

    from core.ports import Clock

    class JumpingClock(Clock, Protocol):
        def jump(self, seconds: float) -> None: ...


MODEL = "gemini-2.5-flash"
PAIRS = [
    {"pair_id": "w2-s30-dex-001", "question": "what is dex volume", "answer": "Certainly! It is 8.59 billion."},
    {"pair_id": "w2-s30-dex-002", "question": "DEX volume 24h", "answer": "Points: - one 1 - two. - three 3"},
]
PROMPT = "Refine.\n\nQ&A PAIRS TO REFINE:\n\n" + json.dumps(PAIRS, indent=2)
REQUEST: dict[str, Any] = {"contents": [{"parts": [{"text": PROMPT}]}]}


@pytest.fixture(params=["v1", "v1beta"])
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def client(emulator_url: str, version: str) -> Iterator[genai.Client]:
    options = types.HttpOptions(base_url=emulator_url, api_version=version, timeout=10_000)
    client = genai.Client(api_key="any", enterprise=False, http_options=options)
    with contextlib.closing(client):
        yield client


def batch_file(folder: Path, *keys: str, request: dict[str, Any] = REQUEST) -> Path:
    path = folder / "batch_205.jsonl"
    path.write_text("".join(json.dumps({"key": key, "request": request}) + "\n" for key in keys))
    return path


def uploaded(client: genai.Client, path: Path) -> str:
    config = types.UploadFileConfig(display_name="batch_205", mime_type="application/jsonl")
    return str(client.files.upload(file=path, config=config).name)


def test_a_batch_goes_through_google_genai_from_upload_to_result(
    client: genai.Client, tmp_path: Path, emulator_clock: JumpingClock
) -> None:
    name = uploaded(client, batch_file(tmp_path, "r1", "r2"))
    created = client.batches.create(model=MODEL, src=name, config={"display_name": "w2-b205-a1"})
    assert created.name
    assert re.fullmatch(r"batches/[a-z0-9]{36}", created.name)
    emulator_clock.jump(1)

    job = client.batches.get(name=created.name)

    assert job.state is types.JobState.JOB_STATE_SUCCEEDED
    assert job.dest
    assert job.dest.file_name == f"files/batch-{created.name.removeprefix('batches/')}"
    lines = [json.loads(line) for line in client.files.download(file=job.dest.file_name).splitlines()]
    assert [line["key"] for line in lines] == ["r1", "r2"]


def test_inline_requests_come_back_in_the_operation_with_their_metadata(
    client: genai.Client, emulator_clock: JumpingClock
) -> None:
    source = [{"contents": [{"parts": [{"text": PROMPT}]}], "metadata": {"key": "k1"}}]
    created = client.batches.create(model=MODEL, src=source, config={"display_name": "inline"})
    emulator_clock.jump(1)

    job = client.batches.get(name=str(created.name))

    assert job.dest
    assert job.dest.inlined_responses
    [answer] = job.dest.inlined_responses
    assert answer.metadata == {"key": "k1"}
    assert answer.response
    assert "w2-s30-dex-002" in str(answer.response.text)


def test_google_genai_cancels_deletes_lists_and_counts(client: genai.Client, tmp_path: Path) -> None:
    name = uploaded(client, batch_file(tmp_path, "r1"))
    jobs = [str(client.batches.create(model=MODEL, src=name).name) for _ in range(3)]

    client.batches.cancel(name=jobs[0])
    client.batches.delete(name=jobs[1])

    assert [job.name for job in client.batches.list(config={"page_size": 1})] == [jobs[2], jobs[0]]
    assert client.batches.get(name=jobs[0]).state is types.JobState.JOB_STATE_CANCELLED
    with pytest.raises(errors.ClientError) as refused:
        client.batches.get(name=jobs[1])
    assert refused.value.code == 404
    assert [file.name for file in client.files.list()] == [name]
    client.files.delete(name=name)
    assert list(client.files.list()) == []
    assert client.models.count_tokens(model=MODEL, contents="a" * 10).total_tokens == 3


def test_a_result_file_cannot_be_deleted_because_its_id_is_too_long(
    client: genai.Client, tmp_path: Path, emulator_clock: JumpingClock
) -> None:
    created = client.batches.create(model=MODEL, src=uploaded(client, batch_file(tmp_path, "r1")))
    emulator_clock.jump(1)
    result = f"files/batch-{str(created.name).removeprefix('batches/')}"

    with pytest.raises(errors.ClientError, match="cannot be more than 40 characters") as refused:
        client.files.delete(name=result)

    assert refused.value.code == 400
    described = client.files.get(name=result)
    assert described.size_bytes == len(client.files.download(file=result))
    assert described.source is types.FileSource.GENERATED


def test_a_large_result_arrives_whole(client: genai.Client, tmp_path: Path, emulator_clock: JumpingClock) -> None:
    pair = {"pair_id": "p1", "question": "q", "answer": "long " * 100_000}
    request = {"contents": [{"parts": [{"text": f"Q&A PAIRS TO REFINE:\n{json.dumps([pair])}"}]}]}
    keys = [f"r{number}" for number in range(8)]
    name = uploaded(client, batch_file(tmp_path, *keys, request=request))
    created = client.batches.create(model=MODEL, src=name)
    emulator_clock.jump(1)

    result = client.files.download(file=f"files/batch-{str(created.name).removeprefix('batches/')}")

    lines = [json.loads(line) for line in result.splitlines()]
    assert [line["key"] for line in lines] == keys
    assert {line["response"]["candidates"][0]["finishReason"] for line in lines} == {"MAX_TOKENS"}


def test_google_genai_finds_models_and_gets_an_answer_at_once(client: genai.Client) -> None:
    names = [str(model.name) for model in client.models.list(config={"page_size": 2})]
    described = client.models.get(model=MODEL)
    whole = client.models.generate_content(model=MODEL, contents=PROMPT)
    cut = client.models.generate_content(model=MODEL, contents=PROMPT, config={"max_output_tokens": 5})

    assert f"models/{MODEL}" in names
    assert len(set(names)) == len(names) > 2
    assert (described.name, described.output_token_limit) == (f"models/{MODEL}", 65_536)
    assert "emulated" in str(whole.text)
    assert whole.model_version == f"{MODEL}-emulated"
    assert cut.text == str(whole.text)[:20]
    assert cut.candidates
    assert cut.candidates[0].finish_reason is types.FinishReason.MAX_TOKENS
    assert cut.usage_metadata
    assert cut.usage_metadata.candidates_token_count == 5
    with pytest.raises(errors.ClientError, match="ListModels") as unknown:
        client.models.get(model="gemini-0")
    assert unknown.value.code == 404


def test_an_ended_job_stays_as_it_is_when_it_is_cancelled(
    client: genai.Client, tmp_path: Path, emulator_clock: JumpingClock
) -> None:
    created = client.batches.create(model=MODEL, src=uploaded(client, batch_file(tmp_path, "r1")))
    emulator_clock.jump(1)

    client.batches.cancel(name=str(created.name))

    assert client.batches.get(name=str(created.name)).state is types.JobState.JOB_STATE_SUCCEEDED


def test_files_and_results_expire_after_two_days(
    client: genai.Client, tmp_path: Path, emulator_clock: JumpingClock
) -> None:
    name = uploaded(client, batch_file(tmp_path, "r1"))
    created = client.batches.create(model=MODEL, src=name)
    result = f"files/batch-{str(created.name).removeprefix('batches/')}"
    emulator_clock.jump(48 * 3600 + 1)

    job = client.batches.get(name=str(created.name))

    assert job.dest
    assert job.dest.file_name == result
    for ask in (
        lambda: client.files.get(name=name),
        lambda: client.files.delete(name=name),
        lambda: client.batches.create(model=MODEL, src=name),
        lambda: client.files.get(name=result),
        lambda: client.files.download(file=result),
    ):
        with pytest.raises(errors.ClientError, match="You do not have permission to access the File") as gone:
            ask()
        assert (gone.value.code, gone.value.status) == (403, "PERMISSION_DENIED")
    assert list(client.files.list()) == []
