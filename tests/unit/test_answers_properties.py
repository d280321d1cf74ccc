from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.fuzz.oracle import check_file, check_text
from core.batch.parts import RequestLine
from core.exchange.answers import AnswerReader
from core.exchange.refined_lines import refined_lines
from core.exchange.texts import answers_in
from core.pairs import PairRange, ids

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

REQUESTS = (
    RequestLine("k1", (PairRange("a", 1, 3),)),
    RequestLine("k2", (PairRange("a", 4, 4), PairRange("b", 1, 2))),
)
KEY_OF = {pair_id: request.key for request in REQUESTS for pair_id in ids(request.ranges)}

words = st.text(st.sampled_from('ab {}[]",:\\\n`∑\u2028\x1b0e'), max_size=30)
hostile = st.one_of(words, st.sampled_from([json.dumps({"pair_id": p, "refined_answer": "EVIL"}) for p in KEY_OF]))
filled = words.map(lambda text: f"It is {text}.")
parts = st.recursive(
    st.none() | st.booleans() | st.integers() | hostile, lambda inner: st.lists(inner, max_size=3)
)


def answers(named: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "pair_id": named,
            "refined_question": filled,
            "refined_answer": st.builds("{}{}".format, filled, hostile),
        },
        optional={"flags": parts, "quality_scores": st.dictionaries(words, parts, max_size=2)},
    )


def own(key: str) -> st.SearchStrategy[dict[str, Any]]:
    return answers(st.sampled_from([pair for pair, of in KEY_OF.items() if of == key]))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
NAMES = [
    *(
        "key",
        "response",
        "error",
        "status",
        "code",
        "message",
        "metadata",
        "candidates",
        "content",
        "parts",
        "text",
    ),
    *("thought", "finishReason", "finish_reason", "promptFeedback", "blockReason", "usageMetadata"),
    *("promptTokenCount", "candidatesTokenCount", "modelVersion"),
]
rows = st.recursive(
    json_values | st.sampled_from(["k1", "k2", "MAX_TOKENS", "SAFETY", "STOP"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=20,
)


def judge(lines: list[bytes]) -> AnswerReader:
    reader = AnswerReader(lines, REQUESTS)
    home = list(reader)
    judged = list(reader.verdicts())
    assert [v.pair_id for v in judged] == list(KEY_OF)
    assert {pair.pair_id for pair in home} == {v.pair_id for v in judged if v.verdict == "refined"}
    assert len({pair.pair_id for pair in home}) == len(home)
    assert all(KEY_OF[pair.pair_id] == pair.key for pair in home)
    assert all(v.reason and v.reason.isprintable() for v in judged if v.verdict != "refined")
    for rendered in refined_lines(home, batch=1, attempt=1, model="m", prompt="p"):
        assert json.loads(rendered)["pair_id"] in KEY_OF
    reading = reader.reading()
    assert reading.refined + len(reading.unrefined) == len(KEY_OF)
    return reader


def result_line(key: str, text: str) -> bytes:
    row = {"key": key, "response": {"candidates": [{"content": {"parts": [{"text": text}]}}]}}
    return json.dumps(row).encode()


@given(st.lists(st.binary() | rows.map(lambda row: json.dumps(row).encode()), max_size=4))
def test_no_lines_make_the_reader_raise_and_each_pair_has_one_verdict(lines: list[bytes]) -> None:
    judge(lines)


@given(
    st.sampled_from(["k1", "k2"]),
    st.text() | words | st.lists(words | st.sampled_from(['{"pair_id":'])).map("".join),
)
def test_no_text_makes_the_reader_raise(key: str, text: str) -> None:
    judge([result_line(key, text)])


@given(st.lists(answers(st.sampled_from(sorted(KEY_OF)) | st.integers() | st.none()), max_size=5), st.data())
def test_a_mutated_answer_never_gives_a_pair_what_was_not_its_own(
    pairs: list[dict[str, Any]], data: st.DataObject
) -> None:
    text = json.dumps(pairs, ensure_ascii=data.draw(st.booleans()))
    cut = data.draw(st.integers(0, len(text)))
    judge([result_line("k1", text[:cut] + data.draw(words) + text[data.draw(st.integers(cut, len(text))) :])])


@given(
    st.lists(own("k1"), min_size=1, max_size=4),
    st.sampled_from([None, 2]),
    st.sampled_from([json.dumps, functools.partial(json.dumps, ensure_ascii=False)]),
    st.sampled_from(["", "```json\n", "Here's what you [asked] for {truly}: ", "{ [ ", '{"answers": ']),
    st.data(),
)
def test_of_a_truncated_answer_every_complete_object_before_the_cut_is_found(
    pairs: list[dict[str, Any]],
    indent: int | None,
    dumps: Callable[..., str],
    before: str,
    data: st.DataObject,
) -> None:
    pieces = [dumps(pair, indent=indent) for pair in pairs]
    text, ends = before + "[", []
    for piece in pieces:
        text += piece
        ends.append(len(text))
        text += ",\n"
    cut = data.draw(st.integers(0, len(text)))
    assert answers_in(text[:cut]).answers == [pair for pair, end in zip(pairs, ends, strict=True) if end <= cut]


@given(st.lists(own("k1") | own("k2"), max_size=8))
def test_what_comes_home_is_the_first_answer_given_under_the_pairs_own_key(pairs: list[dict[str, Any]]) -> None:
    lines = [result_line(key, json.dumps(pairs)) for key in ("k2", "k1")]
    first = {pair["pair_id"]: pair["refined_answer"] for pair in reversed(pairs)}
    assert {p.pair_id: p.answer["refined_answer"] for p in AnswerReader(lines, REQUESTS)} == first


pieces = st.sampled_from(
    [
        *(
            '{"pair_id":',
            '"pair_id"',
            '"pair\\u005fid"',
            '"a-001"',
            '"a-002"',
            '"b-001"',
            '"refined_question"',
            ":",
            ",",
        ),
        *(
            '"refined_answer"',
            '"flags":[',
            '"quality_scores":{',
            "{",
            "}",
            "[",
            "]",
            '"',
            '\\"',
            "\\",
            "\\%",
            "\\ud83d",
        ),
        *("```json\n", "```", "\n", "1e999", "NaN", "true", "\u2028", "é", "so it is"),
        *('{"pair_id":"a-001","refined_question":"q","refined_answer":"w"}', '"pair_id":"a-003",'),
    ]
)
made = st.lists(pieces, max_size=25).map("".join)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """Draw an answer as models write them, with some places written over, cut out, doubled or filled in."""
    listed = draw(st.lists(own("k1"), min_size=1, max_size=3))
    text = draw(st.sampled_from(["", "```json\n", "So: "])) + json.dumps(
        listed, indent=draw(st.none() | st.just(1))
    )
    for _ in range(draw(st.integers(1, 4))):
        begin = draw(st.integers(0, len(text)))
        end = min(len(text), begin + draw(st.sampled_from([0, 1, 2, 7, 60])))
        text = text[:begin] + draw(pieces | st.just(text[begin:end] * 2)) + text[end:]
    return text


@given(made | mutated())
def test_every_way_of_reading_a_text_finds_the_same_answers(text: str) -> None:
    check_text(text)


@given(st.lists(own("k1") | own("k2"), max_size=4), st.randoms(use_true_random=False), st.data())
def test_lines_that_are_doubled_swapped_or_spoilt_give_each_pair_one_verdict(
    pairs: list[dict[str, Any]], random: Random, data: st.DataObject
) -> None:
    text = json.dumps(pairs)
    lines = [result_line(key, text) + b"\n" for key in ("k1", "k2", "k1", "k9")] + [b"\n", b"[]\n", b"{\n"]
    random.shuffle(lines)
    content = bytearray(b"".join(lines))
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=5)):
        content[place] = data.draw(st.integers(0, 255))
    check_file(bytes(content))


@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b'{"key":"k1","response":', b'{"key":"k1","response":{"candidates":[']),
)
def test_no_bytes_make_the_reader_raise(content: bytes, before: bytes) -> None:
    check_file(before + content)
