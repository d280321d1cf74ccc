from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from core.adoption.batch_tally import BatchTally
from core.adoption.findings import Findings
from core.adoption.forms import FileForm
from core.adoption.tracking import ClaimedBatch

if TYPE_CHECKING:
    from core.adoption.batch_facts import BatchFacts, FoundRequest

CLAIMED = ClaimedBatch(7, "batch_007.jsonl", "batch_007.jsonl", 3, None, "200_0", "200_2", "batches[0]")
PROMPT = 'Refine the pairs. Answer like this:\n[{"pair_id": "original_pair_id", "refined_question": "…"}]\n'


def pairs(*ids: object) -> list[dict[str, object]]:
    return [{"pair_id": each, "question": f"What is {each}?", "answer": "It is.", "topic": "t"} for each in ids]


def prompt(*ids: object, total: int | None = None, name: str = "refinement_batch_007") -> str:
    header = f"BATCH: {name}\nTOTAL Q&A PAIRS: {len(ids) if total is None else total}\n\nQ&A PAIRS TO REFINE:\n\n"
    return PROMPT + header + json.dumps(pairs(*ids), indent=2)


def line(text: str, key: str | None = None) -> str:
    row: dict[str, object] = {} if key is None else {"key": key}
    return json.dumps({**row, "request": {"contents": [{"parts": [{"text": text}]}]}})


def read(*lines: str, claimed: ClaimedBatch = CLAIMED) -> tuple[BatchFacts, list[FoundRequest]]:
    tally = BatchTally(claimed, Findings("batch_007.jsonl", 7))
    requests = [request for number, text in enumerate(lines, start=1) for request in tally.line(number, text)]
    requests += tally.together()
    return tally.facts("batch_007.jsonl", "", 0), requests


def codes(facts: BatchFacts) -> list[str]:
    return [finding.code for finding in facts.findings]


def test_one_request_holds_all_pairs() -> None:
    facts, (request,) = read(line(prompt("200_0", "200_1", "200_2")))
    assert (facts.form, facts.requests, facts.stated, facts.whole) == (FileForm.ONE_REQUEST, 1, 3, True)
    assert facts.originals == ("200_0", "200_1", "200_2")
    assert (facts.question_characters, facts.answer_characters) == (3 * len("What is 200_0?"), 3 * len("It is."))
    assert (request.line, request.key, request.pairs[1].question) == (1, None, "What is 200_1?")
    assert codes(facts) == []


def test_many_requests_share_the_pairs_out() -> None:
    facts, requests = read(line(prompt("200_0", "200_1"), "r1"), line(prompt("200_2"), "r2"))
    assert (facts.form, facts.stated, codes(facts)) == (FileForm.MANY_REQUESTS, 3, [])
    assert [(request.key, len(request.pairs)) for request in requests] == [("r1", 2), ("r2", 1)]


def test_pairs_are_found_without_a_header_and_the_prompts_examples_are_none() -> None:
    facts, _ = read(line(PROMPT + json.dumps(pairs("200_0", "200_1", "200_2")) + "\nThat is all."))
    assert (facts.originals, facts.stated, codes(facts)) == (("200_0", "200_1", "200_2"), None, [])


def test_every_line_of_the_prompt_as_a_request_is_the_wrong_form_and_its_pairs_are_still_known() -> None:
    facts, requests = read(*map(line, prompt("200_0", "200_1", "200_2").split("\n")))
    assert (facts.form, facts.originals) == (FileForm.LINE_PER_REQUEST, ("200_0", "200_1", "200_2"))
    assert facts.form.wrong
    assert codes(facts) == ["wrong-form"]
    assert (requests[-1].line, len(requests[-1].pairs)) == (0, 3)


def test_the_wrong_form_is_seen_when_the_pairs_are_on_one_line_too() -> None:
    text = (
        PROMPT + "BATCH: refinement_batch_007\nQ&A PAIRS TO REFINE:\n" + json.dumps(pairs("200_0", "x", "200_2"))
    )
    facts, _ = read(*map(line, text.split("\n")))
    assert (facts.form, codes(facts)) == (FileForm.LINE_PER_REQUEST, ["wrong-form"])


def test_a_file_that_is_the_prompt_itself_holds_no_request() -> None:
    facts, _ = read(*prompt("200_0", "200_1", "200_2").split("\n"))
    assert (facts.form, facts.requests, facts.pairs, codes(facts)) == (FileForm.PLAIN_TEXT, 0, 3, ["wrong-form"])


def test_a_text_that_is_not_pairs_holds_none() -> None:
    for text in ("Hello.", PROMPT, "Q&A PAIRS TO REFINE:\n\nsee the attachment", '[{"a": 1}]'):
        facts, _ = read(line(text))
        assert (facts.form, facts.pairs) == (FileForm.NO_PAIRS, 0)
        assert {"count-disagrees", "wrong-form"} <= set(codes(facts))


def test_lines_that_are_no_requests_are_counted_and_passed_over() -> None:
    facts, _ = read(line(prompt("200_0", "200_1", "200_2")), "{", "[]", '{"request": 1}')
    assert (facts.form, facts.pairs, facts.whole) == (FileForm.ONE_REQUEST, 3, False)
    assert codes(facts) == ["not-a-request"]
    assert facts.findings[0].sentence.startswith("3 of its lines")


def test_an_array_that_breaks_off_keeps_what_stands_before() -> None:
    facts, _ = read(line(prompt("200_0", "200_1", "200_2")[:-60]))
    assert facts.originals == ("200_0", "200_1")
    assert not facts.whole
    assert codes(facts)[0] == "pairs-break-off"


def test_counts_that_disagree_name_both_figures() -> None:
    facts, _ = read(line(prompt("200_0", "200_2", total=5)))
    assert [f.sentence for f in facts.findings if f.code == "count-disagrees"] == [
        "batch 7 holds 2 pairs and 3 are claimed; look for the others",
        "batch 7 holds 2 pairs and 5 are announced in its header; look for the others",
    ]


def test_ids_are_taken_as_text_and_each_oddity_is_told_of() -> None:
    facts, _ = read(line(prompt(1, "2", 1, None, 1.5)))
    assert facts.originals == ("1", "2", "1", "", "")
    assert {"id-disagrees", "ids-of-two-kinds", "id-missing", "ids-twice-in-batch"} <= set(codes(facts))
    assert "ids-are-numbers" in codes(read(line(prompt(1, 2, 3)))[0])


def test_a_file_of_another_batch_is_told_of() -> None:
    facts, _ = read(line(prompt("200_0", "200_1", "200_2", name="refinement_batch_008")))
    assert codes(facts) == ["another-batch"]


def test_pairs_without_question_or_answer_are_told_of_and_counted() -> None:
    facts, _ = read(line("Q&A PAIRS TO REFINE: " + json.dumps([{"pair_id": "200_0"}, 7, *pairs("200_2")])))
    assert (facts.pairs, facts.originals) == (3, ("200_0", "", "200_2"))
    assert codes(facts) == ["not-a-pair", "not-a-pair", "id-missing"]


PIECES = st.sampled_from(
    [
        PROMPT,
        "BATCH: refinement_batch_007\n",
        "TOTAL Q&A PAIRS: 3\n",
        "Q&A PAIRS TO REFINE:\n",
        "[",
        "{",
        "}",
        "]",
        ",",
        '"',
        json.dumps(pairs("200_0", 5)),
        '{"pair_id": ',
        '"\\ud800"',
        "1" * 5000,
        "[" * 3000,
        "\n",
        "\\",
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=6), max_size=8).map("".join)


@given(st.lists(TEXTS.map(line) | TEXTS, max_size=4))
def test_no_file_makes_the_tally_raise_and_every_pair_is_counted_once(lines: list[str]) -> None:
    facts, requests = read(*lines)
    assert facts.pairs == sum(len(request.pairs) for request in requests)
    for finding in facts.findings:
        str(finding).encode()
    for original in facts.originals:
        original.encode()


@given(st.lists(st.text(max_size=8) | st.integers(), min_size=1, max_size=6))
def test_what_was_written_is_what_is_read_in_the_right_form_and_in_the_wrong_one(ids: list[object]) -> None:
    text = prompt(*ids)
    right, _ = read(line(text))
    wrong, _ = read(*map(line, text.split("\n")))
    assert right.originals == wrong.originals == tuple(map(str, ids))
    assert (right.form, wrong.form) == (FileForm.ONE_REQUEST, FileForm.LINE_PER_REQUEST)
