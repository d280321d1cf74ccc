"""An errand: which requests it takes, what they are expected to cost, and what its result comes to."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.batch.numbers import ERRAND, number_of
from core.errors import BadInputError
from core.exchange.errand_answers import ErrandReader, answer_lines
from core.exchange.errands import configured, errand_estimate, errand_lines, errand_requests
from core.exchange.ingesting import requests_in
from core.planning.models import models_with
from tests.batches import MODEL

X1 = number_of(ERRAND, 1)


def body(text: str = "Say it.", **more: object) -> dict[str, Any]:
    return {"contents": [{"parts": [{"text": text}]}], **more}


def line(key: str | None, text: str = "", **response: object) -> bytes:
    candidate = {"content": {"parts": [{"text": text}]}} if text else {}
    found = {"candidates": [candidate], "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 5}}
    named = {} if key is None else {"key": key}
    return json.dumps({**named, "response": {**found, **response}}).encode() + b"\n"


def test_keys_are_kept_and_minted_beside_those_that_are_there() -> None:
    given = [{"request": body()}, {"key": "request-1", "request": body()}, {"key": "z", "request": body()}]

    assert [each.key for each in errand_requests(given)] == ["request-1-", "request-1", "z"]


def test_a_config_holds_where_a_request_has_none_of_its_own() -> None:
    asked = errand_requests([{"request": body(generationConfig={"temperature": 1})}, {"request": body()}])

    found = configured(asked, {"temperature": 0, "maxOutputTokens": 9})

    assert [each.request["generationConfig"] for each in found] == [
        {"temperature": 1, "maxOutputTokens": 9},
        {"temperature": 0, "maxOutputTokens": 9},
    ]


def test_every_request_stands_where_a_pair_does() -> None:
    asked = errand_requests([{"key": "b", "request": body()}, {"key": "a", "request": body()}])

    lines = list(errand_lines(X1, asked))

    assert [(each.key, list(each.ranges[0])) for each, _ in lines] == [("b", ["x1-001"]), ("a", ["x1-002"])]
    assert json.loads(lines[0][1]) == {"key": "b", "request": body()}


def test_the_price_is_what_is_expected_and_never_above_the_most() -> None:
    model = models_with()[MODEL]
    long = body("x" * 8_000)
    asked = errand_requests([{"request": long}, {"request": body(generationConfig={"maxOutputTokens": 7})}])

    expected, most = errand_estimate(asked, model)

    assert expected.cost_usd <= most
    assert expected.output_tokens == 7 + -(-len(json.dumps(long, separators=(",", ":"))) // 4)


def test_each_key_has_one_verdict_as_its_line_says() -> None:
    keys = ("home", "blocked", "cut", "error", "silent", "empty")
    asked = errand_requests([{"key": key, "request": body()} for key in keys])
    requests = [request for request, _ in errand_lines(X1, asked)]
    cut = {"candidates": [{"content": {"parts": [{"text": "half"}]}, "finishReason": "MAX_TOKENS"}]}
    lines = [
        line("home", "yes"),
        line("home", "again"),
        line("blocked", promptFeedback={"blockReason": "SAFETY"}),
        line("cut", **cut),
        json.dumps({"key": "error", "error": {"code": 13, "message": "no"}}).encode(),
        line("empty"),
        line("stranger", "?"),
        line(None, "?"),
        b"not json\n",
    ]
    reader = ErrandReader(lines, requests)

    told = [json.loads(each) for each in answer_lines(reader, batch="x1", attempt=1, model=MODEL)]

    assert [(each["key"], each["text"]) for each in told] == [("home", "yes")]
    found = reader.reading()
    assert [(each.pair_id, each.verdict) for each in found.unrefined] == [
        ("x1-002", "blocked"),
        ("x1-003", "cut_off"),
        ("x1-004", "missing"),
        ("x1-005", "missing"),
        ("x1-006", "missing"),
    ]
    assert (found.refined, found.stray_count, found.input_tokens) == (1, 4, 12)
    assert [(each.line, each.key, each.reason) for each in found.strays] == [
        (2, "home", "the key was answered before"),
        (7, "stranger", "no request of this batch has this key"),
        (8, None, "the line has no key"),
        (9, None, "the line is not a JSON object in UTF-8"),
    ]


@given(st.lists(st.binary(max_size=60), max_size=8))
def test_no_result_makes_the_reader_stumble(lines: list[bytes]) -> None:
    requests = [request for request, _ in errand_lines(X1, errand_requests([{"key": "a", "request": body()}]))]
    reader = ErrandReader(lines, requests)

    assert len(list(reader)) + len(reader.reading().unrefined) == 1


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("a.txt", "one\n\n two \n", [(None, "one"), (None, "two")]),
        ("a.md", "# one\n\ntwo\n", [(None, "# one\n\ntwo")]),
        ("a.csv", "id,prompt\n7,one\n,two\n", [("7", "one"), (None, "two")]),
        ("a.json", '["one", {"key": "k", "text": "two"}]', [(None, "one"), ("k", "two")]),
        ("a.jsonl", '{"question": "one"}\n{"id": 3, "content": "two"}\n', [(None, "one"), ("3", "two")]),
    ],
)
def test_a_content_file_asks_what_stands_in_it(
    name: str, content: str, found: list[tuple[str | None, str]]
) -> None:
    asked = requests_in(content.encode(), f".{name.partition('.')[2]}", name)

    told = [(each.get("key"), each["request"]["contents"][0]["parts"][0]["text"]) for each in asked]
    assert told == found


@pytest.mark.parametrize(
    ("suffix", "content"),
    [(".json", b"{"), (".json", b"\xff"), (".json", b"[1]"), (".jsonl", b"{}\n"), (".csv", b"a,b\n1,2\n")],
)
def test_a_content_file_that_asks_nothing_is_refused(suffix: str, content: bytes) -> None:
    with pytest.raises(BadInputError):
        errand_requests(requests_in(content, suffix, "a"))
