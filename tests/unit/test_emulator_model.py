from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.emulator.model import NO_PAIRS, output_limit, respond
from adapters.emulator.prompt import pairs_in
from adapters.emulator.wire import camel, read_json, snake, texts, tokens

PAIRS = [
    {"pair_id": "a-001", "question": "What is TVL?", "answer": "Sure! TVL is 5. " + "x" * 400, "topic": "tvl"},
    {"pair_id": "a-002", "question": "what is TVL", "answer": "TVL is 6.", "topic": "tvl"},
]
HEADER = "Q&A PAIRS TO REFINE:"


def request(text: str, **config: object) -> dict[str, Any]:
    return {"contents": [{"parts": [{"text": text}]}], "generationConfig": config}


def prompt(pairs: object = PAIRS) -> str:
    return f"Refine these.\n\n{HEADER}\n\n{json.dumps(pairs)}"


def answered(asked: dict[str, Any], model: str = "gemini-2.5-flash") -> tuple[str, str]:
    candidate = respond(model, asked, "id")["candidates"][0]
    return candidate["content"]["parts"][0]["text"], candidate["finishReason"]


def refined(asked: dict[str, Any]) -> list[dict[str, Any]]:
    text, finish = answered(asked)
    assert finish == "STOP"
    pairs: list[dict[str, Any]] = json.loads(text.removeprefix("```json").removesuffix("```"))
    return pairs


def test_every_pair_is_answered_in_the_form_that_the_prompt_asks_for() -> None:
    pairs = refined(request(prompt()))

    assert [pair["pair_id"] for pair in pairs] == ["a-001", "a-002"]
    for pair in pairs:
        assert set(pair) == {
            "pair_id",
            "refined_question",
            "refined_answer",
            "quality_scores",
            "duplicate_analysis",
            "rag_metadata",
            "enhancements_made",
            "flags",
        }
        assert set(pair["quality_scores"]) == {"overall", "technical_accuracy", "completeness", "rag_readiness"}
        assert set(pair["duplicate_analysis"]) == {"is_duplicate", "similar_to", "merge_recommendation"}
        assert set(pair["rag_metadata"]) == {
            "primary_tags",
            "secondary_tags",
            "difficulty_level",
            "use_cases",
        }
        assert "emulated" in pair["flags"]


def test_a_question_asked_twice_is_named_as_a_duplicate() -> None:
    first, second = (pair["duplicate_analysis"] for pair in refined(request(prompt())))

    assert not first["is_duplicate"]
    assert second == {"is_duplicate": True, "similar_to": ["a-001"], "merge_recommendation": "merge_with_a-001"}


def test_the_same_request_gets_the_same_answer() -> None:
    assert respond("m", request(prompt()), "id") == respond("m", request(prompt()), "id")


@pytest.mark.parametrize("mime_type", ["application/json", "text/plain"])
def test_json_comes_bare_when_asked_for_and_fenced_otherwise(mime_type: str) -> None:
    text, _ = answered(request(prompt(), responseMimeType=mime_type))

    assert text.startswith("[" if mime_type == "application/json" else "```json\n[")


def test_an_answer_past_the_requested_limit_is_cut_in_mid_text() -> None:
    whole, _ = answered(request(prompt()))

    for name in ("maxOutputTokens", "max_output_tokens"):
        text, finish = answered(request(prompt(), **{name: 50}))
        assert (text, finish) == (whole[:200], "MAX_TOKENS")


def test_an_answer_that_just_fits_is_whole() -> None:
    whole, _ = answered(request(prompt()))

    assert answered(request(prompt(), maxOutputTokens=tokens(len(whole)))) == (whole, "STOP")


def test_a_hundred_long_pairs_do_not_fit_one_answer() -> None:
    pairs = [{"pair_id": f"p-{number}", "question": "q", "answer": "word " * 600} for number in range(100)]

    text, finish = answered(request(prompt(pairs)))

    assert (len(text), finish) == (4 * 65_536, "MAX_TOKENS")


@pytest.mark.parametrize(
    ("model", "wish", "limit"),
    [
        ("models/gemini-2.0-flash", None, 8_192),
        ("gemini-2.0-flash", 65_536, 8_192),
        ("gemini-2.5-pro", None, 65_536),
        ("gemini-of-tomorrow", None, 65_536),
        ("gemini-2.5-pro", 100, 100),
    ],
)
def test_the_smaller_of_wish_and_model_is_the_limit(model: str, wish: int | None, limit: int) -> None:
    asked = request("x") if wish is None else request("x", maxOutputTokens=wish)

    assert output_limit(model, asked) == limit


def test_a_prompt_without_pairs_is_answered_honestly() -> None:
    assert answered(request("Tell me a story.")) == (NO_PAIRS, "STOP")
    assert answered(request("Tell me a story.", responseMimeType="application/json")) == ("[]", "STOP")


def test_usage_counts_four_characters_a_token() -> None:
    asked = request("x" * 41)

    response = respond("models/m", asked, "id")

    usage = response["usageMetadata"]
    assert (usage["promptTokenCount"], usage["candidatesTokenCount"]) == (11, tokens(len(NO_PAIRS)))
    assert usage["totalTokenCount"] == 11 + tokens(len(NO_PAIRS))
    assert response["modelVersion"] == "m-emulated"


@given(
    st.text(max_size=50).filter(lambda text: HEADER not in text),
    st.text(max_size=50),
    st.booleans(),
    st.booleans(),
)
def test_pairs_are_found_wherever_they_stand(before: str, after: str, indented: bool, split: bool) -> None:  # noqa: FBT001 - hypothesis gives them by position
    array = json.dumps(PAIRS, indent=2 if indented else None)
    parts = [f"{before}\n{HEADER}\n", f"{array}\n{after}"]

    assert pairs_in(parts if split else ["".join(parts)]) == PAIRS


@pytest.mark.parametrize(
    "text",
    [
        "no header at all",
        f"{HEADER} on the same line\n[]",
        f"{HEADER}\nnothing",
        f"{HEADER}\n[1, 2]",
        f'{HEADER}\n[{{"question": "no id"}}]',
        f'{HEADER}\n[{{"pair_id": "cut',
    ],
)
def test_what_is_no_array_of_pairs_is_not_taken_for_one(text: str) -> None:
    assert pairs_in([text]) == []


def test_a_later_header_counts_when_the_first_one_only_talks_about_it() -> None:
    assert pairs_in([f"{HEADER}\nsee below [1]\n{HEADER}\n{json.dumps(PAIRS)}"]) == PAIRS


def test_texts_are_read_in_order_with_the_system_instruction_first() -> None:
    asked = {
        "system_instruction": {"parts": [{"text": "a"}]},
        "contents": [{"parts": [{"text": "b"}, {"inlineData": {}}]}, {"parts": [{"text": "c"}]}],
    }

    assert texts(asked) == ["a", "b", "c"]


@given(st.from_regex(r"[a-z]+(_[a-z]+){0,3}", fullmatch=True))
def test_both_spellings_of_a_field_mean_the_same(name: str) -> None:
    assert snake(camel(name)) == name
    assert camel(camel(name)) == camel(name)


def test_a_response_can_be_encoded() -> None:
    assert msgspec.json.decode(msgspec.json.encode(respond("m", request(prompt()), "id")))


def test_strings_may_stand_in_single_quotes_as_in_the_documentation() -> None:
    body = b"{'file': {'display_name': 'it\\'s \"one\"', \"b\": \"don't\", 'n': [1, true, null]}}"

    assert read_json(body) == {"file": {"display_name": 'it\'s "one"', "b": "don't", "n": [1, True, None]}}


@pytest.mark.parametrize("body", [b"{'a': ", b"{nope}", b"'", b"{'a': 'b\"}"])
def test_what_is_no_json_in_either_quotes_is_refused(body: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        read_json(body)


@given(st.dictionaries(st.text(), st.text() | st.booleans() | st.none(), max_size=3))
def test_whatever_is_json_is_read_as_json(value: dict[str, object]) -> None:
    assert read_json(json.dumps(value, ensure_ascii=False).encode()) == value
