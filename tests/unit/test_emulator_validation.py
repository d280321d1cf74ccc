from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.emulator.refusals import ApiError
from adapters.emulator.validation import check_lines

CONTENTS: list[dict[str, Any]] = [{"role": "user", "parts": [{"text": "Hello."}]}]
GOOD = json.dumps({"key": "r1", "request": {"contents": CONTENTS}})


def line(**request: object) -> str:
    return json.dumps({"key": "r", "request": {"contents": CONTENTS} | request})


def refusal(*lines: str) -> str:
    with pytest.raises(ApiError) as refused:
        check_lines(text.encode() + b"\n" for text in lines)
    assert (refused.value.code, refused.value.status) == (400, "INVALID_ARGUMENT")
    return refused.value.message


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        line(generationConfig={"maxOutputTokens": 5, "thinkingConfig": {"thinking_budget": 0}}),
        line(generation_config={"max_output_tokens": 5, "thinking_config": {"thinkingBudget": 0}}),
        line(safety_settings=[{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}]),
        line(contents=[{"parts": [{"inlineData": {"mimeType": "image/png", "data": ""}}]}]),
        line(systemInstruction={"parts": [{"text": "Be brief."}]}),
        json.dumps({"request": {"contents": CONTENTS}}),
        json.dumps({"contents": CONTENTS}),
        json.dumps({"key": "r", "contents": CONTENTS}),
    ],
)
def test_both_spellings_and_bare_requests_are_accepted(text: str) -> None:
    assert check_lines([text.encode()]) == 1


def test_blank_lines_do_not_count() -> None:
    assert check_lines([GOOD.encode(), b"\n", b"  \n", GOOD.encode()]) == 2


def test_the_first_bad_line_is_named() -> None:
    assert refusal(GOOD, '{"key": ', "{").startswith("Error on line 2: invalid JSON")


def test_a_misplaced_field_is_named_with_its_column() -> None:
    bad = line(thinking_config={"thinking_budget": 0})

    column = bad.index('"thinking_config"') + 1
    assert refusal(bad) == (
        f"Error on line 1: invalid JSON, near column {column}: no such field: 'thinking_config'"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "expected an object"),
        ('{"key": "r"}', "request is not specified"),
        ('{"key": "r", "request": {}}', "contents is not specified"),
        ('{"key": "r", "request": {"contents": []}}', "contents is not specified"),
        ('{"key": "r", "request": {"contents": ["x"]}}', "not an object"),
        ('{"key": "r", "request": {"contents": [{"parts": "x"}]}}', "contents.parts"),
        ('{"key": "r", "request": {"contents": [{"parts": [{"txt": "x"}]}]}}', "no such field: 'txt'"),
        ('{"key": "r", "wrong": 1, "request": {}}', "no such field: 'wrong'"),
        (line(generationConfig={"temprature": 1}), "no such field: 'temprature'"),
        (line(generationConfig={"maxOutputTokens": "many"}), "positive whole number"),
        (line(generationConfig={"maxOutputTokens": 0}), "positive whole number"),
        (line(generationConfig=7), "not an object"),
        (line(generation_config={"thinking_config": {"budget": 1}}), "no such field: 'budget'"),
        (line(generationConfig={"thinkingConfig": 7}), "thinkingConfig is not an object"),
        (line(safetySettings=[{"level": "NONE"}]), "no such field: 'level'"),
        (line(contents=[{"parts": [{"inline_data": {"mime": "x"}}]}]), "no such field: 'mime'"),
        (line(contents=[{"parts": [{"text": 7}]}]), "contents.parts.text must be text"),
    ],
)
def test_what_is_no_request_is_refused_with_a_reason(text: str, said: str) -> None:
    message = refusal(text)

    assert message.startswith("Error on line 1")
    assert said in message


@pytest.mark.parametrize("lines", [(), ("",), ("  ", "\t")])
def test_a_file_without_requests_is_refused(lines: tuple[str, ...]) -> None:
    assert "no requests" in refusal(*lines)


def test_bytes_that_are_not_utf8_are_refused() -> None:
    with pytest.raises(ApiError, match="line 1"):
        check_lines([b'{"key": "\xff"}'])
