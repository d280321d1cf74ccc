from __future__ import annotations

import json
from typing import Any

import pytest

from core.batch.parts import RequestLine
from core.exchange.answers import AnswerReader
from core.pairs import PairRange

P1, P2, P3 = (f"p-00{n}" for n in (1, 2, 3))
REQUESTS = (RequestLine("k1", (PairRange("p", 1, 3),)),)


def answer(pair_id: str) -> dict[str, object]:
    return {"pair_id": pair_id, "refined_question": "What?", "refined_answer": "All."}


def verdicts(row: dict[str, Any]) -> list[tuple[str, str]]:
    reader = AnswerReader([json.dumps({"key": "k1", **row}).encode()], REQUESTS)
    list(reader)
    return [(judged.verdict.value, judged.reason) for judged in reader.verdicts()]


def says(**response: object) -> dict[str, object]:
    return {"response": response}


def ends(**candidate: object) -> dict[str, object]:
    return says(candidates=[candidate])


@pytest.mark.parametrize(
    ("row", "verdict", "reason"),
    [
        (
            {"error": {"code": 13, "message": "An internal error"}},
            "missing",
            "provider error 13: An internal error",
        ),
        ({"status": {"code": 8, "message": "quota"}}, "missing", "provider error 8: quota"),
        ({"status": {"code": 0}, "response": {}}, "missing", "the answer is empty"),
        ({"error": "went wrong"}, "missing", "provider error went wrong"),
        ({"error": {"code": 3}}, "missing", "provider error 3: no message"),
        ({"error": {"message": "no code"}}, "missing", "provider error no code"),
        ({}, "missing", "the answer is empty"),
        ({"response": None}, "missing", "the answer is empty"),
        (says(promptFeedback={"blockReason": "SAFETY"}), "blocked", "the provider blocked the prompt: SAFETY"),
        (says(prompt_feedback={"block_reason": "OTHER"}), "blocked", "the provider blocked the prompt: OTHER"),
        (ends(finishReason="SPII"), "blocked", "the provider stopped the answer: SPII"),
        (ends(finish_reason="MAX_TOKENS"), "cut_off", "the answer ended at the output limit after 0 of 3 pairs"),
        (ends(finishReason="OTHER"), "missing", "the provider ended the answer with OTHER"),
        (ends(content={"parts": [{"text": "No."}]}), "malformed", "the answer holds no object with a pair_id"),
    ],
)
def test_a_line_without_answers_gives_its_pairs_a_verdict(row: dict[str, Any], verdict: str, reason: str) -> None:
    assert verdicts(row) == [(verdict, reason)] * 3


MESS = [3, "p-001", None, [], {}, {"note": "none"}, [[answer(P2)]], {"pair_id": P1}, answer(P3), True, -1.5]


@pytest.mark.parametrize(
    ("row", "judged"),
    [
        (ends(content={"parts": [{"text": "[]"}]}), ["malformed"] * 3),
        (ends(content={"parts": [{"text": json.dumps(MESS)}]}), ["malformed", "refined", "refined"]),
        (ends(content={"parts": [{"text": json.dumps([answer(P1)]), "thought": True}]}), ["missing"] * 3),
        (ends(content={"parts": [{"text": f"[{json.dumps(answer(P1))}", "thought": False}]}), "rcc"),
        (ends(content={"parts": {"text": json.dumps([answer(P1)])}}), ["missing"] * 3),
        (ends(content="text"), ["missing"] * 3),
        (ends(content={"parts": [{"text": 7}, None, "x"]}), ["missing"] * 3),
        (says(candidates=[]), ["missing"] * 3),
        (says(candidates={"0": 1}), ["missing"] * 3),
        (
            says(candidates=[{"content": {"parts": [{"text": json.dumps(answer(p))}]}} for p in (P3, P1, P3)]),
            ["refined", "missing", "refined"],
        ),
        (
            says(candidates=[{"finishReason": "RECITATION"}], promptFeedback={"blockReason": "SAFETY"}),
            ["blocked"] * 3,
        ),
        (
            {"error": {"code": 4, "message": "late"}}
            | ends(content={"parts": [{"text": json.dumps([answer(P2)])}]}),
            ["missing", "refined", "missing"],
        ),
    ],
)
def test_whatever_shape_a_line_has_each_pair_has_one_verdict(row: dict[str, Any], judged: list[str] | str) -> None:
    expected = [{"r": "refined", "c": "cut_off"}.get(each, each) for each in judged]
    assert [verdict for verdict, _ in verdicts(row)] == expected
