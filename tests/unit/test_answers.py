from __future__ import annotations

import json
from typing import Any

import pytest

from core.batch.parts import RequestLine
from core.exchange.answers import AnswerReader
from core.exchange.refined_lines import refined_lines
from core.exchange.verdicts import REASON_LIMIT, Verdict
from core.exchange.walk import STRAYS_KEPT
from core.pairs import PairRange

SOURCE = "w2-s30-open_interest"
REQUESTS = (
    RequestLine("b205-r1", (PairRange(SOURCE, 1, 3),)),
    RequestLine("b205-r2", (PairRange(SOURCE, 4, 5), PairRange("w2-s31-basis", 1, 1))),
)
P1, P2, P3, P4, P5 = (f"{SOURCE}-00{n}" for n in range(1, 6))
B1 = "w2-s31-basis-001"


def answer(pair_id: object, **fields: object) -> dict[str, object]:
    whole: dict[str, object] = {
        "pair_id": pair_id,
        "refined_question": f"What of {pair_id}?",
        "refined_answer": f"All of {pair_id}.",
        "quality_scores": {"overall": 85},
        "flags": [],
    }
    return whole | fields


def line(key: object, text: str | None, **response: object) -> bytes:
    candidate: dict[str, object] = {"finishReason": response.pop("finish", "STOP")}
    if text is not None:
        candidate["content"] = {"parts": [{"text": text}], "role": "model"}
    return json.dumps({"response": {"candidates": [candidate], **response}, "key": key}).encode() + b"\n"


def answered(key: str, *pair_ids: object) -> bytes:
    return line(key, json.dumps([answer(pair_id) for pair_id in pair_ids]))


def read(*lines: bytes) -> tuple[AnswerReader, list[str]]:
    reader = AnswerReader(lines, REQUESTS)
    return reader, [pair.pair_id for pair in reader]


def verdicts(*lines: bytes) -> dict[str, tuple[str, str]]:
    reader, _ = read(*lines)
    return {judged.pair_id: (judged.verdict.value, judged.reason) for judged in reader.verdicts()}


def strays(*lines: bytes) -> list[tuple[int, str | None, str | None, str]]:
    reader, _ = read(*lines)
    return [(s.line, s.key, s.pair_id, s.reason) for s in reader.reading().strays]


def test_pairs_come_home_by_key_and_id_whatever_the_order_of_lines_and_answers() -> None:
    reader, home = read(answered("b205-r2", B1, P5, P4), answered("b205-r1", P3, P1, P2))
    assert home == [B1, P5, P4, P3, P1, P2]
    assert [(v.pair_id, v.key) for v in reader.verdicts()] == [
        *((p, "b205-r1") for p in (P1, P2, P3)),
        *((p, "b205-r2") for p in (P4, P5, B1)),
    ]
    assert {v.verdict for v in reader.verdicts()} == {Verdict.REFINED}


def test_an_answer_keeps_its_fields_as_they_came_and_names_its_source() -> None:
    odd = answer(B1, quality_scores="high", rag_metadata=None, invented="dropped")
    (pair,) = AnswerReader([line("b205-r2", json.dumps(odd))], REQUESTS)
    assert (pair.pair_id, pair.source, pair.key) == (B1, "w2-s31-basis", "b205-r2")
    assert pair.answer == {
        "refined_question": f"What of {B1}?",
        "refined_answer": f"All of {B1}.",
        "quality_scores": "high",
        "rag_metadata": None,
        "flags": [],
    }


def test_a_refined_line_is_the_same_bytes_each_time() -> None:
    def render() -> bytes:
        reader = AnswerReader([line("b205-r1", json.dumps(answer(P2, refined_answer="3 % ∑ \x1b")))], REQUESTS)
        return b"".join(refined_lines(reader, batch=205, attempt=2, model="m", prompt="c0ffee"))

    assert render() == render()
    assert render().decode() == (
        f'{{"pair_id":"{P2}","batch":205,"attempt":2,"source":"{SOURCE}","key":"b205-r1","model":"m",'
        '"prompt":"c0ffee",'
        f'"refined_question":"What of {P2}?","refined_answer":"3 % ∑ \\u001b",'
        '"quality_scores":{"overall":85},"flags":[]}\n'
    )


def test_a_pair_answered_twice_keeps_its_first_complete_answer() -> None:
    twice = [
        answer(P1, refined_answer=" "),
        answer(P1, refined_answer="first"),
        answer(P1, refined_answer="second"),
    ]
    reader = AnswerReader([line("b205-r1", json.dumps(twice)), answered("b205-r1", P1, P2)], REQUESTS)
    home = {pair.pair_id: pair.answer["refined_answer"] for pair in reader}
    assert home == {P1: "first", P2: f"All of {P2}."}
    assert [(s.line, s.pair_id, s.reason) for s in reader.reading().strays] == [
        (1, P1, "the pair was answered before; its first complete answer stays"),
        (2, None, "the key was answered before, on line 1"),
        (2, P1, "the pair was answered before; its first complete answer stays"),
    ]


def test_an_answer_for_a_pair_of_another_request_is_a_stray_and_the_pair_stays_open() -> None:
    named = (P4, "w9-unknown-001", None, True, 7, ["x"])
    lines = (answered("b205-r1", *named),)
    assert [(pair_id, reason) for _, _, pair_id, reason in strays(*lines)] == [
        (P4, "the pair belongs to the request b205-r2"),
        ("w9-unknown-001", "no pair of this batch has this pair_id"),
        (None, "an answer without a pair_id that is text"),
        (None, "an answer without a pair_id that is text"),
        ("7", "no pair of this batch has this pair_id"),
        (None, "an answer without a pair_id that is text"),
    ]
    assert verdicts(*lines)[P4] == ("missing", "no result line has the key b205-r2")
    assert verdicts(*lines)[P1] == ("missing", "the answer leaves this pair out")


def test_lines_that_cannot_be_attributed_are_strays_and_nothing_is_guessed() -> None:
    nobodys = json.dumps([answer(P1), answer(P4)])
    lines = (b"{oops\n", b"\xff\xfe\n", b"[]\n", b"\n", line(None, nobodys), line("b999", nobodys), b" \r\n")
    assert strays(*lines) == [
        (1, None, None, "the line is not a JSON object in UTF-8"),
        (2, None, None, "the line is not a JSON object in UTF-8"),
        (3, None, None, "the line is not a JSON object in UTF-8"),
        (5, None, None, "the line has no key"),
        (6, "b999", None, "no request of this batch has the key b999"),
    ]
    assert set(verdicts(*lines).values()) == {
        ("missing", f"no result line has the key {key}; lines set aside without a key of this batch: 2")
        for key in ("b205-r1", "b205-r2")
    }
    assert read(*lines)[0].reading().lines == 5


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"refined_question": None}, "refined_question is not text"),
        ({"refined_question": 7}, "refined_question is not text"),
        ({"refined_answer": ["x"]}, "refined_answer is not text"),
        ({"refined_answer": ""}, "refined_answer is empty"),
        ({"refined_answer": " \n"}, "refined_answer is empty"),
    ],
)
def test_an_unusable_answer_makes_its_pair_malformed_and_names_the_field(
    fields: dict[str, object], reason: str
) -> None:
    judged = verdicts(line("b205-r1", json.dumps([answer(P1, **fields), answer(P2)])))
    assert judged[P1] == ("malformed", reason)
    assert judged[P2] == ("refined", "")


def test_a_missing_field_is_named_and_a_complete_answer_elsewhere_wins() -> None:
    stub = {"pair_id": P1, "refined_question": "What?"}
    assert verdicts(line("b205-r1", json.dumps([stub])))[P1] == ("malformed", "refined_answer is missing")
    assert verdicts(line("b205-r1", json.dumps([stub, answer(P1)])))[P1] == ("refined", "")
    assert verdicts(line("b205-r1", json.dumps([stub])), answered("b205-r1", P1))[P1] == ("refined", "")


def test_a_cut_off_answer_keeps_what_came_and_counts_it() -> None:
    text = json.dumps([answer(P1), answer(P2), answer(P3)])
    for finish, reason in (
        ("MAX_TOKENS", "the answer ended at the output limit after 2 of 3 pairs"),
        ("STOP", "the answer breaks off in the middle of an object after 2 of 3 pairs"),
    ):
        judged = verdicts(line("b205-r1", text[:-20], finish=finish))
        assert judged[P2] == ("refined", "")
        assert judged[P3] == ("cut_off", reason)


def test_a_blocked_answer_keeps_what_came_complete_and_blocks_the_rest() -> None:
    text = json.dumps([answer(P1), answer(P2, refined_answer="")])
    judged = verdicts(line("b205-r1", text, finish="SAFETY"))
    assert judged[P1] == ("refined", "")
    assert judged[P2] == judged[P3] == ("blocked", "the provider stopped the answer: SAFETY")


def test_thoughts_are_skipped_and_the_other_parts_are_one_text() -> None:
    text = json.dumps([answer(P1), answer(P2)])
    parts = [
        {"text": json.dumps([answer(P3)]), "thought": True},
        {"text": text[:50]},
        {"x": 1},
        {"text": text[50:]},
    ]
    row = {"metadata": {"key": "b205-r1"}, "response": {"candidates": [{"content": {"parts": parts}}]}}
    assert read(json.dumps(row).encode())[1] == [P1, P2]


def test_usage_and_models_are_summed_over_the_lines_and_a_repeated_key_is_not_counted_again() -> None:
    camel = line(
        "b205-r1",
        "",
        usageMetadata={"promptTokenCount": 10, "candidatesTokenCount": "20", "thoughtsTokenCount": 5},
        modelVersion="gemini-2.5-flash",
    )
    snake = line(
        "b205-r2",
        "",
        usage_metadata={"prompt_token_count": "7", "candidates_token_count": 1, "thoughts_token_count": -4},
        model_version="gemini-2.5-flash-emulated",
    )
    reading = read(camel, snake, camel)[0].reading()
    assert (reading.input_tokens, reading.output_tokens) == (17, 26)
    assert reading.models == ("gemini-2.5-flash", "gemini-2.5-flash-emulated")
    assert reading.emulated
    assert not read(camel)[0].reading().emulated


def test_the_reading_lists_every_pair_that_did_not_come_home_and_counts_the_rest() -> None:
    reading = read(answered("b205-r1", P1, P3))[0].reading()
    assert reading.refined == 2
    assert [(u.pair_id, u.verdict) for u in reading.unrefined] == [(p, "missing") for p in (P2, P4, P5, B1)]


def test_reasons_hold_no_control_characters_and_stay_short() -> None:
    hostile = "\x1b[2J\u202e" + "x" * 1000
    rows = (
        json.dumps({"key": "b205-r1", "error": {"code": 13, "message": hostile}}).encode(),
        line(hostile, ""),
        answered("b205-r2", hostile),
    )
    reading = read(*rows)[0].reading()
    assert reading.unrefined[0].reason.startswith("provider error 13: \\x1b[2J\\u202exxx")
    shown = [u.reason for u in reading.unrefined]
    shown += [text for s in reading.strays for text in (s.key, s.pair_id, s.reason) if text is not None]
    assert all(text.isprintable() and len(text) <= REASON_LIMIT for text in shown)


def test_strays_beyond_the_first_are_counted_and_not_kept() -> None:
    reading = read(*[b"nonsense\n"] * (STRAYS_KEPT + 5))[0].reading()
    assert (len(reading.strays), reading.stray_count) == (STRAYS_KEPT, STRAYS_KEPT + 5)


def test_lines_are_taken_one_at_a_time() -> None:
    taken: list[str] = []

    def lines() -> Any:  # noqa: ANN401 - a generator of lines that notes when each is taken
        for key, pair in (("b205-r1", P1), ("b205-r2", P4)):
            taken.append(key)
            yield answered(key, pair)

    pairs = iter(AnswerReader(lines(), REQUESTS))
    assert next(pairs).pair_id == P1
    assert taken == ["b205-r1"]


def test_a_verdict_is_refused_before_the_last_line_was_read() -> None:
    reader = AnswerReader([answered("b205-r1", P1)], REQUESTS)
    with pytest.raises(RuntimeError, match="every result line"):
        reader.reading()
