"""The emulator's vectors over HTTP: by the client library, and by requests as they are written by hand."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import pytest
from google import genai
from google.genai import types

from adapters.emulator.settings import EmulatorSettings

MODEL = "gemini-embedding-001"


@pytest.fixture
def emulator_settings() -> EmulatorSettings:
    return EmulatorSettings(port=0, pending_seconds=0, running_seconds=0)


@pytest.fixture
def client(emulator_url: str) -> genai.Client:
    return genai.Client(
        api_key="k", enterprise=False, http_options=types.HttpOptions(base_url=emulator_url, api_version="v1beta")
    )


def post(url: str, path: str, body: object) -> tuple[int, Any]:
    headers = {"content-type": "application/json", "x-goog-api-key": "k"}
    request = urllib.request.Request(f"{url}/v1beta/{path}", json.dumps(body).encode(), headers)  # noqa: S310 - ours
    try:
        with urllib.request.urlopen(request) as reply:  # noqa: S310 - the same
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_the_library_embeds_some_texts_by_one_call_in_their_order(client: genai.Client) -> None:
    config = types.EmbedContentConfig(task_type="RETRIEVAL_QUERY", output_dimensionality=128)
    texts = ["depth of a pool", "borrow rate"]
    both = client.models.embed_content(model=MODEL, contents=texts, config=config).embeddings or []
    second = client.models.embed_content(model=MODEL, contents=texts[1], config=config).embeddings or []

    assert [len(each.values or []) for each in both] == [128, 128]
    assert both[1] == second[0]
    assert both[0] != both[1]


def test_inline_requests_of_a_job_come_home_inline_in_an_operation_of_their_own_type(
    client: genai.Client, emulator_url: str
) -> None:
    source = types.EmbeddingsBatchJobSource(
        inlined_requests=types.EmbedContentBatch(
            contents=[types.Content(parts=[types.Part(text="depth")])],
            config=types.EmbedContentConfig(output_dimensionality=128),
        )
    )
    with pytest.warns(match="is experimental"):
        job = client.batches.create_embeddings(model=MODEL, src=source)

    request = urllib.request.Request(f"{emulator_url}/v1beta/{job.name}", headers={"x-goog-api-key": "k"})  # noqa: S310 - ours
    with urllib.request.urlopen(request) as reply:  # noqa: S310 - the same
        operation = json.load(reply)

    assert operation["metadata"]["@type"].endswith(".EmbedContentBatch")
    assert operation["response"]["@type"].endswith(".EmbedContentBatchOutput")
    [answer] = operation["metadata"]["output"]["inlinedResponses"]["inlinedResponses"]
    assert len(answer["response"]["embedding"]["values"]) == 128


def test_one_text_is_embedded_in_either_spelling(emulator_url: str) -> None:
    content = {"parts": [{"text": "depth"}]}
    camel = {"content": content, "taskType": "CLUSTERING", "outputDimensionality": 128}
    snake = {"content": content, "task_type": "CLUSTERING", "output_dimensionality": 128}

    answers = [post(emulator_url, f"models/{MODEL}:embedContent", body) for body in (camel, snake)]

    assert answers[0] == answers[1]
    assert answers[0][0] == 200
    assert len(answers[0][1]["embedding"]["values"]) == 128


@pytest.mark.parametrize(
    ("path", "body", "code", "said"),
    [
        (f"{MODEL}:embedContent", {}, 400, "content is not specified"),
        (f"{MODEL}:embedContent", {"content": {"parts": []}, "size": 3}, 400, 'Unknown name "size"'),
        (f"{MODEL}:embedContent", {"content": {"parts": []}, "outputDimensionality": 1}, 400, "from 128 to 3072"),
        (f"{MODEL}:batchEmbedContents", {"requests": []}, 400, "requests is not specified"),
        (f"{MODEL}:batchEmbedContents", {"requests": [{"content": {"parts": []}}] * 101}, 400, "at most 100"),
        (
            f"{MODEL}:batchEmbedContents",
            {"requests": [{"task": 1}]},
            400,
            "Unknown name \"task\" at 'requests[0]'",
        ),
        (f"{MODEL}:generateContent", {"contents": []}, 404, "not supported for generateContent"),
        ("gemini-2.5-flash:embedContent", {}, 404, "not supported for embedContent"),
        ("gemini-2.5-flash:asyncBatchEmbedContent", {}, 404, "not supported for asyncBatchEmbedContent"),
    ],
)
def test_what_cannot_be_meant_is_refused(emulator_url: str, path: str, body: object, code: int, said: str) -> None:
    status, answer = post(emulator_url, f"models/{path}", body)

    assert status == code
    assert said in answer["error"]["message"]


def test_the_model_is_listed_with_what_it_does(client: genai.Client) -> None:
    model = client.models.get(model=MODEL)
    assert (model.input_token_limit, model.supported_actions) == (
        2_048,
        ["embedContent", "countTextTokens", "countTokens", "asyncBatchEmbedContent"],
    )
