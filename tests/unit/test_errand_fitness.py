"""Requests that the provider would refuse are refused before anybody is asked to pay for them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from core.errors import BadInputError
from core.exchange.errand_fitness import refuse_unfit
from core.exchange.errands import configured, errand_estimate, errand_requests
from core.planning.models import EMBEDDING_MODEL, models_with
from tests.batches import MODEL

GEMINI = models_with()[MODEL]


def body(text: object = "Say it.", **more: object) -> dict[str, Any]:
    return {"contents": [{"parts": [{"text": text}]}], **more}


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"maxOutputTokens": -5}, "maxOutputTokens -5, and it must be a whole number, 1 or more"),
        ({"maxOutputTokens": 0}, "maxOutputTokens 0"),
        ({"maxOutputTokens": True}, "maxOutputTokens True"),
        ({"max_output_tokens": -5}, "maxOutputTokens -5"),
        ({"maxOutputTokens": "many"}, "maxOutputTokens many"),
        ({"temperature": 7}, "temperature 7, and it must be a number from 0 to 2"),
        ({"topP": 1.5}, "topP 1.5"),
        ({"topK": 0.5}, "topK 0.5"),
        ([], "generationConfig that is no object"),
        ("hot", "generationConfig that is no object"),
    ],
)
def test_a_config_that_no_provider_takes_is_refused_with_what_it_would_take(config: object, said: str) -> None:
    asked = errand_requests([{"request": body()}, {"key": "bad", "request": body(generationConfig=config)}])

    with pytest.raises(BadInputError, match=r"request 2 \(bad\)") as refused:
        refuse_unfit(asked, GEMINI)

    assert said in str(refused.value)


@pytest.mark.parametrize("config", [{"maxOutputTokens": 9, "temperature": 0.5, "topP": 1, "topK": 40}, {}, None])
def test_a_config_that_is_in_order_is_let_through(config: object) -> None:
    refuse_unfit(errand_requests([{"request": body(generationConfig=config)}]), GEMINI)


@pytest.mark.parametrize(
    "contents", [["text"], [{}], [{"parts": []}], [{"parts": ["text"]}], [{"parts": [{"text": 5}]}]]
)
def test_contents_without_parts_that_are_texts_are_refused(contents: list[object]) -> None:
    with pytest.raises(BadInputError, match="request 1"):
        refuse_unfit(errand_requests([{"request": {"contents": contents}}]), GEMINI)


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (
            body(thinking_config={}),
            "the field thinking_config in the request, which has no such field; it belongs",
        ),
        (body(thinkingConfig={}), "it belongs into generationConfig"),
        (body(generationConfig={"foo": 9}), "the field foo in generationConfig"),
        (body(generation_config={"thinking_config": {"budget": 1}}), "the field budget in thinking_config"),
        ({"contents": [{"parts": [{"txt": "x"}]}]}, "the field txt in a part"),
        ({"contents": [{"parts": [{"inline_data": {"mime": "x"}}]}]}, "the field mime in inline_data"),
        ({"contents": [{"parts": [{"text": "x"}], "name": "me"}]}, "the field name in a content"),
        (body(systemInstruction={"parts": [{"txt": "x"}]}), "the field txt in a part"),
        (body(safetySettings=[{"level": "NONE"}]), "the field level in a safety setting"),
        (body(safetySettings=["NONE"]), "a safety setting that is no object"),
    ],
)
def test_a_field_that_the_provider_does_not_know_is_refused_by_name(request_: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInputError, match=r"request 1 \(bad\)") as refused:
        refuse_unfit(errand_requests([{"key": "bad", "request": request_}]), GEMINI)

    assert said in str(refused.value)


@pytest.mark.parametrize("spelling", ["camel", "snake"])
def test_fields_that_the_provider_knows_are_let_through_in_both_spellings(spelling: str) -> None:
    camel = {
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}],
        "generationConfig": {"responseMimeType": "text/plain", "thinkingConfig": {"thinkingBudget": 0}},
    }
    snake = {
        "system_instruction": {"role": "user", "parts": [{"text": "Be brief."}]},
        "safety_settings": None,
        "generation_config": {"response_mime_type": "text/plain", "thinking_config": {"thinking_budget": 0}},
    }

    refuse_unfit(errand_requests([{"request": body(**(camel if spelling == "camel" else snake))}]), GEMINI)


def test_a_text_that_the_model_has_no_room_for_is_refused() -> None:
    small = msgspec.structs.replace(GEMINI, input_limit=1_000)

    refuse_unfit(errand_requests([{"request": body("x" * 3_000)}]), small)
    with pytest.raises(BadInputError, match="takes 1,000; split its text"):
        refuse_unfit(errand_requests([{"request": body("x" * 5_000)}]), small)


def test_a_model_that_makes_vectors_answers_no_requests() -> None:
    with pytest.raises(BadInputError, match="makes vectors"):
        refuse_unfit(errand_requests([{"request": body()}]), models_with()[EMBEDDING_MODEL])


def test_a_limit_in_the_other_spelling_is_the_same_limit_and_stands_once() -> None:
    own = {"request": body(generation_config={"max_output_tokens": 7})}

    (found,) = configured(errand_requests([own]), {"maxOutputTokens": 500, "temperature": 0})

    assert found.request["generation_config"] == {"max_output_tokens": 7, "temperature": 0}
    assert "generationConfig" not in found.request
    assert errand_estimate([found], GEMINI)[0].output_tokens == 7
