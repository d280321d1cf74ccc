from __future__ import annotations

import json
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING

import pytest

from core.batch.parts import RequestLine
from core.exchange.answers import AnswerReader
from core.exchange.texts import answers_in
from core.pairs import PairRange

if TYPE_CHECKING:
    from collections.abc import Callable

REQUESTS = (RequestLine("k1", (PairRange("p", 1, 3),)),)
ANSWERS: list[dict[str, object]] = [
    {
        "pair_id": f"p-00{number}",
        "refined_question": 'What of "}{" and [brackets]?',
        "refined_answer": f'{number}: "so", \\frac{{a}}{{b}} ]}}, é 🚀 ∑,\n```json\n[{{"pair_id": "p-003"}}]\n```',
        "quality_scores": {"overall": 8.5, "by": {"clarity": -1e-3, "none": None}},
        "duplicate_analysis": {"is_duplicate": False, "similar_to": [["p-001"], {}, []]},
        "flags": [],
    }
    for number in (1, 2, 3)
]
compact = partial(json.dumps, separators=(",", ":"))
plain = partial(json.dumps, ensure_ascii=False)
pretty = partial(json.dumps, ensure_ascii=False, indent=2)


def wrongly_escaped(answer: dict[str, object]) -> str:
    return json.dumps(answer).replace("overall", "over\\%all").replace("What", "\\What \\u12")


WAYS: list[tuple[str, Callable[[dict[str, object]], str], str, str]] = [
    ("[", compact, ",", "]"),
    ("[\n", pretty, ",\n", "\n]"),
    ("```json\n[", plain, ", ", "]\n```\nI hope that {helps}."),
    ("Sure [1], here's {all}:\n```\n[", pretty, ",", "]```"),
    ('{"batch": {"n": 1}, "results": [', compact, ", ", "]}"),
    ("", plain, "\n", "\n"),
    ("[[", compact, "],[", "]]"),
    ("[", wrongly_escaped, ",", "]"),
    ("\\[ [", wrongly_escaped, "][", "]"),
]


@pytest.mark.parametrize(("before", "render", "between", "after"), WAYS)
def test_cut_at_any_byte_every_object_that_closes_before_the_cut_comes_home_and_no_other(
    before: str, render: Callable[[dict[str, object]], str], between: str, after: str
) -> None:
    pieces = [render(answer).encode() for answer in ANSWERS]
    whole = before.encode() + between.encode().join(pieces) + after.encode()
    ends = [
        len(before.encode()) + end + place * len(between.encode())
        for place, end in enumerate(accumulate(map(len, pieces)))
    ]
    assert [whole[end - 1 : end] for end in ends] == [b"}"] * 3
    meant = answers_in(whole.decode()).answers
    assert [answer["pair_id"] for answer in meant] == ["p-001", "p-002", "p-003"]
    assert meant == ANSWERS or render is wrongly_escaped
    for cut in range(len(whole) + 1):
        found = answers_in(whole[:cut].decode("utf-8", "replace"))
        assert found.answers == meant[: sum(end <= cut for end in ends)], cut
        assert not found.broken


def test_cut_at_any_character_each_pair_is_refined_or_cut_off_and_the_progress_is_told() -> None:
    pieces = [json.dumps(answer) for answer in ANSWERS]
    whole = f"[{', '.join(pieces)}]"
    for cut in range(1, len(whole)):
        text = {"candidates": [{"content": {"parts": [{"text": whole[:cut]}]}}]}
        reader = AnswerReader([json.dumps({"key": "k1", "response": text}).encode()], REQUESTS)
        home = len(list(reader))
        reason = f"the answer breaks off in the middle of an object after {home} of 3 pairs"
        assert home == sum(cut >= len(f"[{', '.join(pieces[:n])}") for n in (1, 2, 3))
        assert [(v.verdict.value, v.reason) for v in reader.verdicts()] == [("refined", "")] * home + [
            ("cut_off", reason)
        ] * (3 - home)
