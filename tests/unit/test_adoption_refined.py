from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from core.adoption.attribution import Attribution
from core.adoption.pair_ids import adopt_ids
from core.adoption.refined import RefinedReader


def attribution() -> Attribution:
    return Attribution(
        [adopt_ids(1, 11, ("190_0", "190_1"), 0), adopt_ids(1, 197, ("1", "2"), 0), adopt_ids(1, 198, ("1",), 0)]
    )


def reader(source: str = "results.jsonl", number: int | None = None) -> RefinedReader:
    return RefinedReader(source, attribution(), number)


def refined(identity: object, **fields: object) -> dict[str, object]:
    return {"pair_id": identity, "refined_question": "What is it?", "refined_answer": "It is this.", **fields}


def taken(read: RefinedReader, *lines: object) -> list[str]:
    texts = [each if isinstance(each, str) else json.dumps(each) for each in lines]
    return [a.ledger_id for number, text in enumerate(texts, start=1) for a in read.line(number, text)]


def codes(read: RefinedReader) -> list[str]:
    return [finding.code for finding in read.findings.told()]


def test_an_answer_keeps_its_fields_its_file_and_its_line() -> None:
    read = reader()
    (answer,) = read.line(3, json.dumps(refined("190_1", flags=["x"])))
    assert (answer.original, answer.ledger_id, answer.number) == ("190_1", "w1-adopted-b011-002", 11)
    assert (answer.source, answer.line, answer.answer["flags"]) == ("results.jsonl", 3, ["x"])
    assert codes(read) == []


def test_an_id_of_several_batches_is_attributed_only_within_a_named_one() -> None:
    read = reader()
    assert taken(read, refined(1)) == []
    assert codes(read) == ["id-ambiguous"]
    assert taken(reader(number=198), refined(1)) == ["w1-adopted-b198-001"]
    assert taken(reader("results\\batch_197_results.jsonl"), refined("1")) == ["w1-adopted-b197-001"]
    assert taken(reader(), {"batch_number": 198, "pairs": [refined(1)]}) == ["w1-adopted-b198-001"]


def test_what_the_user_says_goes_before_what_the_file_says() -> None:
    assert taken(reader("batch_197.jsonl", 198), {"batch_number": 11, "pairs": [refined(1)]}) == [
        "w1-adopted-b198-001"
    ]


def test_a_providers_result_line_gives_its_answers_and_its_key_names_the_batch() -> None:
    text = "```json\n" + json.dumps([refined(1), refined("2")]) + "\n```"
    row = {"key": "refinement_batch_197", "response": {"candidates": [{"content": {"parts": [{"text": text}]}}]}}
    assert taken(reader(), row) == ["w1-adopted-b197-001", "w1-adopted-b197-002"]


def test_the_checks_are_those_of_a_download() -> None:
    read = reader()
    assert (
        taken(
            read,
            {"pair_id": "190_0"},
            refined("190_0", refined_answer=" "),
            refined(None),
            {"refined_answer": "x"},
        )
        == []
    )
    assert codes(read) == ["malformed", "malformed", "id-missing", "id-missing"]
    assert "190_0" in read.findings.told()[0].sentence


def test_an_answer_that_is_cut_off_is_told_of_and_the_whole_ones_before_it_are_kept() -> None:
    read = reader()
    assert taken(read, json.dumps([refined("190_0"), refined("190_1")])[:-30]) == ["w1-adopted-b011-001"]
    assert codes(read) == ["cut-off"]


def test_the_first_answer_to_a_pair_is_kept_and_a_second_one_told_of() -> None:
    shared = attribution()
    first, second = RefinedReader("a.jsonl", shared), RefinedReader("b.jsonl", shared)
    assert taken(first, refined("190_0")) == ["w1-adopted-b011-001"]
    assert taken(second, refined("190_0"), refined("190_1"), refined("190_1")) == ["w1-adopted-b011-002"]
    assert codes(second) == ["answered-twice", "answered-twice"]
    assert "a.jsonl line 1" in second.findings.told()[0].sentence


def test_one_document_over_many_lines_tells_the_line_of_each_answer() -> None:
    text = json.dumps([refined("190_0"), refined("190_1")], indent=1)
    assert [(a.original, a.line) for a in reader().whole(text)] == [("190_0", 3), ("190_1", 8)]


def test_a_line_without_an_answer_is_told_of() -> None:
    for line in ("{}", "[]", "nothing", {"key": "k", "response": {}}):
        read = reader()
        assert taken(read, line) == []
        assert codes(read) == ["no-answer"]


MESS = st.lists(
    st.sampled_from(
        [json.dumps(refined("190_0")), '{"pair_id":', "[", "{", "}", "]", ",", '"', '"response":', "\\ud800"]
    )
    | st.text(max_size=5),
    max_size=8,
).map("".join)


@given(st.lists(MESS, max_size=4))
def test_no_line_makes_the_reader_raise_and_no_pair_is_answered_twice(lines: list[str]) -> None:
    read = reader()
    ids = taken(read, *lines) + [a.ledger_id for text in lines for a in read.whole(text)]
    assert len(ids) == len(set(ids))
    for finding in read.findings.told():
        str(finding).encode()
