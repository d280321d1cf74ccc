"""Answers of an older process: no keys, ids of its own, and one request that stood for a whole batch."""

from __future__ import annotations

import json

import msgspec

from core.batch.parts import RequestLine
from core.engine.read import reader_of
from core.exchange.answers import AnswerReader
from core.exchange.verdicts import Verdict
from core.pairs import PairRange
from tests.adopted import after
from tests.batches import ADOPT, FILE_READ, given

REQUEST = RequestLine("line 1", (PairRange("p", 1, 4),))
ALIASES = {"7_0": "p-001", "7_1": "p-002", "7_2": "p-003", "7_3": "p-004"}


def row(*pair_ids: object, key: str | None = None, cut: int | None = None, **candidate: object) -> bytes:
    """Return a result line with an answer for each id; `cut` is how many characters of its text are left."""
    answers = [{"pair_id": each, "refined_question": "q", "refined_answer": f"of {each}"} for each in pair_ids]
    text = json.dumps(answers)[:cut]
    said = {"content": {"parts": [{"text": text}]}, **candidate}
    named = {} if key is None else {"key": key}
    return json.dumps({"response": {"candidates": [said]}, **named}).encode()


def read(*lines: bytes, whole: bool = True) -> tuple[AnswerReader, dict[str, object]]:
    reader = AnswerReader(lines, [REQUEST], aliases=ALIASES, whole=whole)
    return reader, {pair.pair_id: pair.answer["refined_answer"] for pair in reader}


def verdicts(reader: AnswerReader) -> dict[str, Verdict]:
    return {each.pair_id: each.verdict for each in reader.verdicts()}


def test_an_answer_is_known_by_the_id_that_its_pair_came_with() -> None:
    reader, home = read(row("7_2", "7_0", "7_3", "7_1"))
    assert home == {"p-003": "of 7_2", "p-001": "of 7_0", "p-004": "of 7_3", "p-002": "of 7_1"}
    assert set(verdicts(reader).values()) == {Verdict.REFINED}


def test_an_answer_that_has_the_ledgers_id_is_known_as_well() -> None:
    assert read(row("p-002", "7_0"))[1] == {"p-002": "of p-002", "p-001": "of 7_0"}


def test_ids_that_came_as_numbers_are_taken_as_text() -> None:
    reader = AnswerReader([row(1, 2)], [REQUEST], aliases={"1": "p-001", "2": "p-002"}, whole=True)
    assert [pair.pair_id for pair in reader] == ["p-001", "p-002"]


def test_several_lines_answer_the_one_request_together_whatever_their_keys() -> None:
    reader, home = read(row("7_0"), row("7_1", key="request-2"), row("7_2", "7_3", key="somebody"))
    assert list(home) == ["p-001", "p-002", "p-003", "p-004"]
    assert reader.reading().stray_count == 0


def test_the_first_complete_answer_of_a_pair_wins_over_all_lines() -> None:
    reader, home = read(row("7_0"), row("7_0", "7_1"))
    assert list(home) == ["p-001", "p-002"]
    assert [stray.reason for stray in reader.reading().strays] == [
        "the pair was answered before; its first complete answer stays"
    ]


def test_what_was_cut_off_is_cut_off_whichever_line_it_was() -> None:
    line = row("7_1", "7_2", cut=100, finishReason="MAX_TOKENS")
    for lines in ([row("7_0"), line], [line, row("7_0")]):
        reader, home = read(*lines)
        assert set(home) == {"p-001", "p-002"}
        judged = verdicts(reader)
        assert (judged["p-003"] in {Verdict.CUT_OFF, Verdict.MALFORMED}, judged["p-004"]) == (
            True,
            Verdict.CUT_OFF,
        )


def test_a_line_that_ended_well_without_them_leaves_pairs_missing() -> None:
    reader, _ = read(row("7_0", "7_1", finishReason="STOP"))
    assert [verdicts(reader)[name] for name in ("p-003", "p-004")] == [Verdict.MISSING, Verdict.MISSING]


def test_an_id_of_nobody_is_a_stray_and_nobodys_answer() -> None:
    reader, home = read(row("8_0", "7_0"))
    assert list(home) == ["p-001"]
    assert [(stray.pair_id, stray.reason) for stray in reader.reading().strays] == [
        ("8_0", "no pair of this batch has this pair_id")
    ]


def test_without_whole_a_line_of_a_foreign_key_stays_a_stray() -> None:
    reader, home = read(row("7_0", key="somebody"), row("7_1", key="line 1"), whole=False)
    assert list(home) == ["p-002"]
    assert reader.reading().stray_count == 1


def test_two_pairs_that_came_with_one_id_are_never_told_apart_by_a_guess() -> None:
    read_file = msgspec.structs.replace(FILE_READ.file, originals=("7_0", "7_0", "7_2", ""))
    batch = after(given(ADOPT), type(FILE_READ)(read_file))
    reader = reader_of(batch, [row("7_0", "7_2", "")])
    assert [pair.pair_id for pair in reader] == ["w1-adopted-b205-003"]
    judged = verdicts(reader)
    assert [judged[f"w1-adopted-b205-{place:03d}"] for place in (1, 2, 4)] == [Verdict.MISSING] * 3


def test_a_batch_without_its_file_is_read_by_the_ids_that_follow_from_its_claim() -> None:
    reader = reader_of(given(ADOPT), [row("7_1", "7_3")])
    assert [pair.pair_id for pair in reader] == ["w1-adopted-b205-002", "w1-adopted-b205-004"]


def test_a_batch_whose_requests_had_keys_is_read_by_them() -> None:
    run = PairRange("w1-adopted-b205", 1, 2), PairRange("w1-adopted-b205", 3, 4)
    requests = tuple(RequestLine(f"k{place}", (each,)) for place, each in enumerate(run, start=1))
    read_file = msgspec.structs.replace(FILE_READ.file, requests=requests)
    reader = reader_of(after(given(ADOPT), type(FILE_READ)(read_file)), [row("7_0", "7_2", key="k1")])
    assert [pair.pair_id for pair in reader] == ["w1-adopted-b205-001"]
    assert reader.reading().strays[0].reason == "the pair belongs to the request k2"
