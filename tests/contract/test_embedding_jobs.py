"""Jobs for vectors, whoever runs them: made by a call of their own, answered line by line."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from adapters.emulator.settings import EmulatorSettings
from core.errors import GoneError, RejectedError
from core.provider import JobState

if TYPE_CHECKING:
    from core.provider import BatchProvider, Job

MODEL = "gemini-embedding-001"


@pytest.fixture
def emulator_settings() -> EmulatorSettings:
    return EmulatorSettings(port=0, pending_seconds=0, running_seconds=0)


def uploaded(provider: BatchProvider, *requests: dict[str, Any]) -> str:
    lines = [json.dumps({"key": f"r{n}", "request": request}) for n, request in enumerate(requests, 1)]
    return provider.upload(io.BytesIO("\n".join(lines).encode()), display_name="vectors").name


def asking(text: str, **fields: object) -> dict[str, Any]:
    return {"content": {"parts": [{"text": text}]}, "taskType": "RETRIEVAL_DOCUMENT", **fields}


def submitted(provider: BatchProvider, *requests: dict[str, Any]) -> Job:
    job = provider.create(
        model=MODEL, input_file=uploaded(provider, *requests), display_name="w2-batch_e1-a1", embeds=True
    )
    return provider.get(job.name)


def test_each_text_is_answered_with_its_tokens_and_a_vector_of_the_length_asked_for(
    provider: BatchProvider,
) -> None:
    job = submitted(provider, asking("The depth of a pool.", output_dimensionality=256), asking("Fees", title="t"))
    assert job.state is JobState.SUCCEEDED
    sink = io.BytesIO()

    provider.download(job, sink)

    answers = {line["key"]: line["response"] for line in map(json.loads, sink.getvalue().splitlines())}
    assert answers["r1"]["tokenCount"] == "5"
    assert [len(answers[key]["embedding"]["values"]) for key in ("r1", "r2")] == [256, 3072]


@pytest.mark.parametrize(
    "request_",
    [
        asking("x", outputDimensionality=64),
        asking("x", output_dimensionality=4096),
        asking("x", dimensions=768),
        asking("x") | {"taskType": "SEARCH"},
        {"contents": [{"parts": [{"text": "x"}]}]},
    ],
    ids=["too-short", "too-long", "unknown-field", "unknown-task", "of-the-other-kind"],
)
def test_a_file_that_asks_for_what_is_not_there_makes_no_job(
    provider: BatchProvider, request_: dict[str, Any]
) -> None:
    file = uploaded(provider, request_)

    with pytest.raises(RejectedError, match="line 1"):
        provider.create(model=MODEL, input_file=file, display_name="e", embeds=True)


@pytest.mark.parametrize(("model", "embeds"), [(MODEL, False), ("gemini-2.5-flash", True)])
def test_a_model_does_only_what_it_is_made_for(provider: BatchProvider, model: str, *, embeds: bool) -> None:
    file = uploaded(provider, asking("x"))

    with pytest.raises((GoneError, RejectedError), match="is not supported for"):
        provider.create(model=model, input_file=file, display_name="e", embeds=embeds)
