"""Result lines without a key: whose they are is told by their pair_ids, or they are set aside."""

from __future__ import annotations

import json

import pytest

from core.batch.parts import RequestLine
from core.exchange.answers import AnswerReader
from core.exchange.lines import Overlong
from core.pairs import PairRange

REQUESTS = (RequestLine("k1", (PairRange("p", 1, 2),)), RequestLine("k2", (PairRange("p", 3, 4),)))


def row(key: str | None, *pair_ids: object, says: str = "a", **response: object) -> bytes:
    answers = [{"pair_id": each, "refined_question": "q", "refined_answer": says} for each in pair_ids]
    candidate = {"content": {"parts": [{"text": json.dumps(answers)}]}, **response}
    named = {} if key is None else {"key": key}
    return json.dumps({"response": {"candidates": [candidate]}, **named}).encode()


def read(*lines: bytes | Overlong) -> tuple[AnswerReader, dict[str, tuple[str, object]]]:
    """Read the lines; return by pair the request it came home under, and its answer."""
    reader = AnswerReader(lines, REQUESTS)
    return reader, {pair.pair_id: (pair.key, pair.answer["refined_answer"]) for pair in reader}


def strays(reader: AnswerReader) -> list[tuple[int, str]]:
    return [(stray.line, stray.reason) for stray in reader.reading().strays]


def test_a_line_without_a_key_belongs_to_the_one_request_that_its_pair_ids_are_of() -> None:
    reader, home = read(row(None, "p-004", "p-003"), row("k1", "p-001", "p-002"))

    assert home == {"p-001": ("k1", "a"), "p-002": ("k1", "a"), "p-004": ("k2", "a"), "p-003": ("k2", "a")}
    assert (strays(reader), reader.reading().lines) == ([], 2)


def test_what_such_a_line_leaves_out_gets_its_verdict_from_how_the_line_ended() -> None:
    reader, _ = read(row(None, "p-003", finishReason="MAX_TOKENS"))

    judged = {each.pair_id: (each.verdict.value, each.reason) for each in reader.verdicts()}
    assert judged["p-004"] == ("cut_off", "the answer ended at the output limit after 1 of 2 pairs")
    assert judged["p-001"] == ("missing", "no result line has the key k1")


@pytest.mark.parametrize("first", [True, False])
def test_a_request_with_a_line_of_its_own_takes_nothing_from_a_line_without_a_key(*, first: bool) -> None:
    own, keyless = row("k1", "p-001"), row(None, "p-001", "p-002", says="other")
    reader, home = read(*((own, keyless) if first else (keyless, own)))

    assert home == {"p-001": ("k1", "a")}
    assert strays(reader) == [(2 if first else 1, "the line has no key")]


def test_a_line_that_was_too_long_to_be_read_is_a_line_of_its_requests_own() -> None:
    reader, home = read(row(None, "p-001"), Overlong("k1", 5_000_000))

    assert home == {}
    assert [line for line, _ in strays(reader)] == [1, 2]


def test_of_two_lines_without_a_key_the_first_is_the_requests() -> None:
    reader, home = read(row(None, "p-001"), row(None, "p-001", "p-002", says="other"))

    assert home == {"p-001": ("k1", "a")}
    assert strays(reader) == [(2, "the line has no key")]


@pytest.mark.parametrize(
    "pair_ids", [(), ("p-001", "p-003"), ("p-001", "p-009"), ("p-001", None), ("p-001", ["p-002"]), ("p-009",)]
)
def test_a_line_whose_pair_ids_do_not_all_name_one_request_is_set_aside_and_counted(
    pair_ids: tuple[object, ...],
) -> None:
    reader, home = read(row(None, *pair_ids))

    assert home == {}
    assert strays(reader) == [(1, "the line has no key")]
    [reason] = {each.reason for each in reader.verdicts() if each.key == "k1"}
    assert reason == "no result line has the key k1; lines set aside without a key of this batch: 1"


def test_a_key_that_nobody_asked_for_is_not_overruled_by_pair_ids() -> None:
    reader, home = read(row("k9", "p-001", "p-002"))

    assert home == {}
    assert strays(reader) == [(1, "no request of this batch has the key k9")]
