"""The schema of an answer: the provider takes it, and what comes back in its form conforms to it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from adapters.emulator.refiner import refine
from adapters.emulator.refusals import ApiError
from adapters.emulator.validation import check_lines, check_request
from core.exchange.answer_schema import ANSWER_SCHEMA

KINDS: dict[str, Any] = {
    "ARRAY": list,
    "OBJECT": dict,
    "STRING": str,
    "INTEGER": int,
    "BOOLEAN": bool,
}


def faults(value: Any, schema: Any, where: str = "answer") -> list[str]:  # noqa: ANN401 - any JSON
    """Return where a value does not conform to a schema."""
    kind = schema["type"]
    if not isinstance(value, KINDS[kind]) or (kind == "INTEGER" and isinstance(value, bool)):
        return [where]
    if kind == "ARRAY":
        inner = [faults(each, schema["items"], f"{where}[{place}]") for place, each in enumerate(value)]
        return [fault for each in inner for fault in each]
    if kind == "OBJECT":
        if sorted(value) != sorted(schema["required"]):
            return [f"{where} has {sorted(value)}"]
        inner = [faults(value[name], each, f"{where}.{name}") for name, each in schema["properties"].items()]
        return [fault for each in inner for fault in each]
    fits = value in schema.get("enum", [value]) and (
        kind != "INTEGER" or schema["minimum"] <= value <= schema["maximum"]
    )
    return [] if fits else [where]


def asking(schema: object) -> dict[str, object]:
    config = {"responseMimeType": "application/json", "responseSchema": schema}
    return {"contents": [{"parts": [{"text": "x"}]}], "generationConfig": config}


def test_refined_pairs_conform_to_it() -> None:
    pairs = [
        {"pair_id": f"a-{n}", "question": "What is TVL?", "answer": "TVL = 5. " * n, "topic": "tvl"}
        for n in (0, 1, 900)
    ]
    answer = msgspec.json.decode(msgspec.json.encode(refine(pairs)))
    assert faults(answer, ANSWER_SCHEMA) == []


def test_what_does_not_conform_is_seen() -> None:
    (pair,) = msgspec.json.decode(msgspec.json.encode(refine([{"pair_id": "a", "question": "q", "answer": "a"}])))
    for change in ({"flags": None}, {"more": 1}, {"refined_answer": 5}):
        assert faults([pair | change], ANSWER_SCHEMA)
    assert faults([pair | {"rag_metadata": pair["rag_metadata"] | {"difficulty_level": "easy"}}], ANSWER_SCHEMA)
    assert faults([pair | {"quality_scores": pair["quality_scores"] | {"overall": 101}}], ANSWER_SCHEMA)


def test_the_provider_takes_it() -> None:
    check_request(asking(ANSWER_SCHEMA), "")


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "ARRAY", "items": {"type": "OBJECT", "additionalProperties": False}}, "additionalProperties"),
        ({"type": "OBJECT", "properties": {"a": {"$ref": "#/b"}}}, r"\$ref"),
        ({"anyOf": [{"type": "STRING", "const": "a"}]}, "const"),
        ({"type": ["STRING", "NULL"]}, "no value"),
        ([], "not an object"),
    ],
)
def test_words_of_json_schema_that_the_provider_has_not_are_refused_with_the_line(
    schema: object, said: str
) -> None:
    line = msgspec.json.encode({"key": "a", "request": asking(schema)})
    with pytest.raises(ApiError, match=f"Error on line 1: .*{said}"):
        check_lines([line])
