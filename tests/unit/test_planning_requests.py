"""Request lines in the form the Batch API takes, with the pairs as data that cannot break out."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from core.exchange.answer_schema import ANSWER_SCHEMA
from core.exchange.extracted import ExtractedPair
from core.exchange.prompts import default_prompt, prompt_sha256
from core.exchange.requests import Recipe, render_requests
from core.pairs import PairRange, ids
from core.planning.estimate import request_tokens
from core.planning.models import DEFAULT_MODEL, models_with
from tests.framed import text_of

RECIPE = Recipe("Refine these.\n", models_with()[DEFAULT_MODEL])


def pair(pair_id: str, question: str = "What?", answer: str = "That.") -> ExtractedPair:
    return ExtractedPair(pair_id, 205, 30, "a", "dex", "a.json", "topic", 1, None, question, answer, None)


def rendered(
    pairs: list[ExtractedPair], ranges: tuple[PairRange, ...], recipe: Recipe = RECIPE
) -> list[dict[str, Any]]:
    return [json.loads(line) for _, line in render_requests(205, ranges, pairs, recipe)]


def test_a_line_has_its_key_the_prompt_as_instruction_the_pairs_as_data_and_the_answers_schema() -> None:
    line = rendered([pair("w2-s30-a-001")], (PairRange("w2-s30-a", 1, 1),))[0]
    assert line["key"] == "batch_205/r01"
    assert line["request"]["systemInstruction"] == {"parts": [{"text": "Refine these.\n"}]}
    assert line["request"]["generationConfig"] == {
        "responseMimeType": "application/json",
        "responseSchema": ANSWER_SCHEMA,
        "maxOutputTokens": 65_536,
        "temperature": 0.2,
        "thinkingConfig": {"thinkingBudget": 0},
    }
    sent = '[{"pair_id":"w2-s30-a-001","question":"What?","answer":"That.","topic":"topic"}]'
    mark = sha256(sent.encode()).hexdigest()[:16]
    head, _, data = text_of(line).partition("Q&A PAIRS TO REFINE:\n\n")
    assert head.startswith("BATCH: refinement_batch_205\nTOTAL Q&A PAIRS: 1\n\n")
    assert f"the two lines that bear the mark {mark}." in head
    assert data == f"--- BEGIN PAIRS {mark} ---\n{sent}\n--- END PAIRS {mark} ---\n"


def test_requests_carry_the_ranges_in_order_under_keys_of_their_own() -> None:
    ranges = (PairRange("a", 1, 100), PairRange("b", 1, 1))
    pairs = [pair(pair_id, answer="x" * 3_000) for pair_id in ids(ranges)]
    requests = [request for request, _ in render_requests(205, ranges, pairs, RECIPE)]
    assert [request.key for request in requests] == ["batch_205/r01", "batch_205/r02", "batch_205/r03"]
    assert [pair_id for request in requests for pair_id in ids(request.ranges)] == list(ids(ranges))


def test_a_cap_on_pairs_is_kept() -> None:
    ranges = (PairRange("a", 1, 10),)
    lines = rendered([pair(pair_id) for pair_id in ids(ranges)], ranges, RECIPE._replace(max_pairs=4))
    assert [text_of(line).count('"pair_id"') for line in lines] == [3, 3, 4]


def test_what_a_request_holds_beside_prompt_and_pairs_is_reckoned_with() -> None:
    line = rendered([pair("a-001", "", "")], (PairRange("a", 1, 1),))[0]
    beside = len(text_of(line)) + len(json.dumps(ANSWER_SCHEMA, separators=(",", ":")))
    assert 0.8 * request_tokens(0) < beside / 4 <= request_tokens(0)


def test_the_schema_asks_for_exactly_the_fields_of_a_refined_pair() -> None:
    items: Any = ANSWER_SCHEMA["items"]
    fields = {name: list(field.get("properties", ())) for name, field in items["properties"].items()}
    assert fields == {
        "pair_id": [],
        "refined_question": [],
        "refined_answer": [],
        "quality_scores": ["overall", "technical_accuracy", "completeness", "rag_readiness"],
        "duplicate_analysis": ["is_duplicate", "similar_to", "merge_recommendation"],
        "rag_metadata": ["primary_tags", "secondary_tags", "difficulty_level", "use_cases"],
        "enhancements_made": [],
        "flags": [],
    }
    assert items["required"] == list(fields)


def test_the_default_prompt_asks_for_the_fields_that_are_read() -> None:
    prompt = default_prompt()
    for field in (
        "pair_id",
        "refined_question",
        "refined_answer",
        "quality_scores",
        "duplicate_analysis",
        "rag_metadata",
    ):
        assert f'"{field}"' in prompt
    assert "PAIRS TO REFINE" not in prompt
    assert len(prompt_sha256(prompt)) == 64
