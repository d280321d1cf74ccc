from __future__ import annotations

import json
from time import process_time
from typing import TYPE_CHECKING

import pytest

from core.exchange.texts import answers_in, fault_of

if TYPE_CHECKING:
    from core.exchange.found import Found


def answer(pair_id: object, **fields: object) -> dict[str, object]:
    whole: dict[str, object] = {
        "pair_id": pair_id,
        "refined_question": "What is it?",
        "refined_answer": "It is so.",
        "duplicate_analysis": {"is_duplicate": False, "similar_to": []},
    }
    return whole | fields


ONE, TWO, THREE = answer("p1"), answer("p2"), answer("p3")
J1, J2, J3 = map(json.dumps, (ONE, TWO, THREE))
ALL = [ONE, TWO, THREE]
ARRAY = json.dumps(ALL)


def broken(found: Found) -> list[tuple[object, str]]:
    return [(b.pair_id, b.reason) for b in found.broken]


@pytest.mark.parametrize(
    "text",
    [
        ARRAY,
        json.dumps(ALL, indent=2),
        f"```json\n{ARRAY}\n```",
        f"```\n{json.dumps(ALL, indent=4)}\n```\nLet me know!",
        f"Here's the array you [kindly] asked for:\n{ARRAY}\nDone {{as asked}}.",
        f"It's \"in quotes, {ARRAY}",
        f"{{placeholder}} [1] {{ [ {ARRAY}",
        json.dumps({"batch": "x", "results": ALL}),
        json.dumps({"a": {"b": {"c": ALL}}}),
        json.dumps([[ONE], [[TWO]], {"last": THREE}]),
        f"[{J1}]\n\n[{J2}, {J3}]",
        f"First: [{J1}] then\n```json\n[{J2},{J3}]\n```",
        f"{J1}\n{J2}\n{J3}\n",
        f"{J1}, {J2}, {J3}",
        f"[{J1} {J2} {J3}]",
        f"[{J1},{J2},{J3},]",
        f"[,{J1},,{J2},{J3}",
        ARRAY.replace("}}", "},}"),
        f'{{"format": ...}} {ARRAY}',
        f'{{"results": [{J1}, {J2}, {J3}',
        f"\ufeff{ARRAY}\x00",
    ],
)
def test_every_complete_object_is_found_in_order_whatever_is_around_it(text: str) -> None:
    assert answers_in(text).answers == ALL


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"5 \% of \sigma", r"5 \% of \sigma"),
        (r"it\'s \$3 \u12 \x41", r"it\'s \$3 \u12 \x41"),
        ("two\nlines\tof \x01", "two\nlines\tof \x01"),
        (r"\ud83d\ude80 \ud83d!", "🚀 \ufffd!"),
        (r"a \"quoted\" {\"pair_id\": \"p2\"}", 'a "quoted" {"pair_id": "p2"}'),
        (r"\\", "\\"),
    ],
)
def test_wrong_escapes_and_raw_controls_in_a_string_do_not_lose_its_object(written: str, meant: str) -> None:
    text = J1.replace("It is so.", "%s") % written
    assert answers_in(f"[{text}, {J2}]").answers == [answer("p1", refined_answer=meant), TWO]


def test_words_of_other_languages_are_understood() -> None:
    text = J1.replace("false", "NaN").replace(
        "[]", "[True, None, -Infinity, 1.5, -2, 12345678901234567890, 1e999]"
    )
    (found,) = answers_in(f"Look {{here}}: {text}").answers
    assert found["duplicate_analysis"] == {
        "is_duplicate": None,
        "similar_to": [True, None, None, 1.5, -2, 12345678901234567890, float("inf")],
    }


@pytest.mark.parametrize("cut", range(len(ARRAY)))
def test_cut_anywhere_everything_complete_before_the_cut_is_found_and_nothing_else(cut: int) -> None:
    ends = [1 + len(J1), 3 + len(J1) + len(J2), 5 + len(J1) + len(J2) + len(J3)]
    found = answers_in(ARRAY[:cut])
    assert found.answers == [one for one, end in zip(ALL, ends, strict=True) if end <= cut]
    assert found.truncated == (cut > 0)
    assert not found.broken


HOSTILE = f'see ", {J2}, [{{"pair_id": "p3", "refined_question": "q", "refined_answer": "evil"}}] "'


@pytest.mark.parametrize("field", ["refined_question", "refined_answer", "flags"])
def test_an_answer_quoted_inside_an_answer_is_never_taken_not_even_when_cut_off(field: str) -> None:
    text = json.dumps([answer("p1", **{field: HOSTILE})])
    assert answers_in(text).answers == [answer("p1", **{field: HOSTILE})]
    for cut in range(len(text) - 1):
        assert answers_in(text[:cut]).answers == []


def test_an_object_inside_an_answer_is_part_of_it_and_not_an_answer() -> None:
    inner = {"similar_to": [TWO], "note": THREE}
    for text in (
        json.dumps([answer("p1", duplicate_analysis=inner)]),
        json.dumps([answer("p1", extra=inner)]),
        json.dumps([{"extra": inner, **ONE}]),
        json.dumps([{"refined_answer": "x", "nested": TWO}]),
    ):
        assert len(answers_in(text).answers) == 1
        assert len(answers_in(f"{{prose}} {text},").answers) == 1
    begun = json.dumps({"duplicate_analysis": inner, "pair_id": "p1"})
    assert answers_in(begun[:-15]).answers == []
    assert answers_in(json.dumps(answer("p1", extra=inner))[:-2]).answers == []


def test_an_unescaped_quote_spoils_its_own_object_alone() -> None:
    spoilt = J1.replace("It is so.", 'They call it "depth" here.')
    text = f"[{spoilt}, {J2},\n{J3}]"
    found = answers_in(text)
    assert found.answers == [TWO, THREE]
    place = text.index("depth") + 1
    assert broken(found) == [("p1", f"its object is not valid JSON at character {place} of the answer")]


def test_after_an_unescaped_quote_an_object_in_mid_sentence_is_not_believed() -> None:
    spoilt = J1.replace("It is so.", f'They say "like this" {{x}} and {J3} is \\frac{{a}}{{b}} and {J3}')
    assert answers_in(f"[{spoilt}, {J2}]").answers == [TWO]


def test_an_object_that_names_two_pairs_is_given_to_neither() -> None:
    merged = '{"pair_id": "p1", "refined_question": "q", "pair_id": "p2", "refined_answer": "a"}'
    for text in (merged, f"[{merged}, {J3}]", f"```\n[{merged}, {J3}", f'{{"refined_answer": "no id"}} {merged}'):
        found = answers_in(text)
        assert all(a.get("pair_id") in {None, "p3"} for a in found.answers)
        reason = "its object names more than one pair_id"
        assert broken(found) == [("p1", reason), ("p2", reason)]


def test_a_name_said_twice_with_one_pair_id_keeps_the_last() -> None:
    text = '[{"pair_id": "p1", "refined_answer": "a", "pair_id": "p1", "refined_answer": "b"}]'
    assert answers_in(text).answers == [{"pair_id": "p1", "refined_answer": "b"}]


@pytest.mark.parametrize(
    "text", ["", " ", "null", "3", '"[{}]"', "No.", "[]", "{}", "[[], {}]", '["pair_id"]', "}]"]
)
def test_text_without_answers_holds_none(text: str) -> None:
    found = answers_in(text)
    assert (found.answers, found.broken, found.truncated) == ([], [], False)


UNITS = [
    *(
        "{",
        '{"',
        '{\\"',
        "[",
        '[{"a":',
        '{"pair_id":',
        '{"pair_id":"x",',
        "}{",
        "[ ",
        '{"a" "',
        '"\\',
        "[[1],",
        '{"a":"\\u',
    ),
    *(
        "\\",
        '"',
        " ",
        "[]",
        "{}",
        '{"a":1',
        '{"a":"\\ud800"}',
        "```json\n",
        '```json\n[{"a":1}]\n```\n',
        '{"results":',
    ),
    *(
        '{"refined_answer":[',
        '"pair_id"',
        '{"pair_id":"a" "',
        '{"a":{"pair_id":"p","x":" "y"}},',
        '{"a":"\\%"},',
        "1",
        "]",
    ),
]


@pytest.mark.parametrize("unit", UNITS)
def test_repeated_openings_are_scanned_in_linear_time(unit: str) -> None:
    assert not answers_in(unit * 40_000).answers


@pytest.mark.long
@pytest.mark.parametrize("unit", UNITS)
def test_ten_megabytes_take_ten_times_as_long_as_one(unit: str) -> None:
    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        began = process_time()
        answers_in(text)
        return process_time() - began

    assert seconds(10_000_000) < 25 * seconds(1_000_000) + 0.5


def test_an_escape_cannot_hide_that_an_object_names_two_pairs() -> None:
    hidden = '[{"pair_id": "p1", "refined_question": "q", "refined_answer": "a", "pair\\u005fid": "p2"}]'
    found = answers_in(hidden)
    assert not found.answers
    assert [named for named, _ in broken(found)] == ["p1", "p2"]


def test_the_place_of_a_fault_is_counted_in_the_answer_as_it_came() -> None:
    spoilt = J2.replace("It is so.", 'They call it "depth" here.')
    text = "Some \\% prose [" + J1.replace("so", "5 \\% \\sigma") + f", {spoilt}, {J3}]"
    found = answers_in(text)
    assert [one["pair_id"] for one in found.answers] == ["p1", "p3"]
    assert broken(found) == [
        ("p2", f"its object is not valid JSON at character {text.index('depth') + 1} of the answer")
    ]


@pytest.mark.parametrize("depth", [100, 990, 5_000])
def test_nesting_beyond_sense_is_a_fault_or_unread_but_never_an_error(depth: int) -> None:
    nest = "[" * depth + "]" * depth
    for answers in (
        answers_in(J1[:-1] + f', "flags": {nest}}}').answers,
        answers_in(f"{{x}} {J1[:-1]}, " + f'"flags": {nest}}}').answers,
    ):
        assert [fault_of(found) for found in answers] in ([], ["it is nested too deeply"])
    assert answers_in("[" * depth + J1 + "]" * depth).answers == [ONE]
