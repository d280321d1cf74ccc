"""A vector is taken for the pair whose key it bears, when it is one, and brought to length 1."""

from __future__ import annotations

import json
import math
from array import array
from base64 import b64decode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.batch.numbers import EMBED, number_of
from core.corpus.row import content_sha256
from core.corpus.space import DOCUMENT
from core.embedding.answers import EmbeddingReader, embedded_line
from core.embedding.asking import About, about, key_of, text_of
from core.embedding.vectors import embedded_lines, fault_of, normalised
from core.errors import BadInputError
from core.exchange.lines import Overlong
from core.pairs import ranges_of
from tests.embeds import EMBEDDING

E1 = number_of(EMBED, 1)
PAIRS = [f"w2-s30-tvl-{n:03d}" for n in (1, 2, 3)]
TEXTS = [text_of(pair_id, f"What is {pair_id}?", "A pool.") for pair_id in PAIRS]
REQUESTS = [request for request, _ in EMBEDDING.render(E1, ranges_of(PAIRS), TEXTS)]
KEYS = [request.key for request in REQUESTS]
GOOD = [3.0, 4.0] + [0.0] * 254


def line(key: str, values: object = GOOD, **more: object) -> bytes:
    return json.dumps(
        {"key": key, "response": {"tokenCount": "7", "embedding": {"values": values}}} | more
    ).encode()


def read(*lines: bytes | Overlong) -> EmbeddingReader:
    reader = EmbeddingReader(lines, REQUESTS)
    for _ in reader:
        pass
    return reader


def verdicts(*lines: bytes | Overlong) -> dict[str, tuple[str, str]]:
    return {each.pair_id: (each.verdict, each.reason) for each in read(*lines).reading().unrefined}


def test_a_request_holds_one_text_and_says_in_its_key_what_is_asked_of_which_content() -> None:
    [(request, sent), *_] = EMBEDDING.render(E1, ranges_of(PAIRS), TEXTS, first=5)

    content = content_sha256("What is w2-s30-tvl-001?", "A pool.")
    assert request.key == f"batch_e001/r05/RETRIEVAL_DOCUMENT/256/{content}"
    assert about(request.key) == About(DOCUMENT, 256, content)
    assert json.loads(sent) == {
        "key": request.key,
        "request": {
            "content": {"parts": [{"text": "What is w2-s30-tvl-001?\n\nA pool."}]},
            "taskType": "RETRIEVAL_DOCUMENT",
            "output_dimensionality": 256,
        },
    }


def test_a_text_is_expected_to_cost_its_tokens_up_to_what_the_model_reads_and_nothing_for_the_vector() -> None:
    long = text_of("w2-s30-tvl-004", "", "a" * 100_000)
    estimate = EMBEDDING.estimate([TEXTS[0], long])
    assert (estimate.input_tokens, estimate.output_tokens) == (8 + 2_048, 0)
    assert estimate.cost_usd == pytest.approx(2_056 * 0.075 / 1_000_000, abs=1e-6)


def test_vectors_come_home_by_key_in_any_order_with_length_1() -> None:
    homes = list(EmbeddingReader([line(KEYS[2]), line(KEYS[0])], REQUESTS))

    assert [home.pair_id for home in homes] == [PAIRS[2], PAIRS[0]]
    assert homes[0].vector[:3] == pytest.approx([0.6, 0.8, 0.0])


def test_the_kept_line_names_pair_content_and_request_and_gives_the_vector_back() -> None:
    [home] = EmbeddingReader([line(KEYS[0])], REQUESTS)
    kept = embedded_line(home, batch="e1", attempt=1, model="m")

    [found] = embedded_lines([kept])
    assert (found.pair_id, found.content_sha256) == (PAIRS[0], TEXTS[0].content_sha256)
    assert (found.batch, found.key, found.task, found.dimensions) == ("e1", KEYS[0], DOCUMENT, 256)
    assert array("f", b64decode(found.vector)) == array("f", home.vector)


def test_a_pair_without_a_line_is_missing() -> None:
    assert verdicts(line(KEYS[0]), line(KEYS[1])) == {
        PAIRS[2]: ("missing", f"no result line has the key {KEYS[2]}")
    }


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([1.0] * 128, "the vector has 128 values where 256 were asked for"),
        (["NaN"] + [1.0] * 255, "the vector holds something that is no number"),
        ([None] * 256, "the vector holds something that is no number"),
        ([True] * 256, "the vector holds something that is no number"),
        ([0.0] * 256, "the vector is zero throughout"),
        ([1e308] * 256, "the vector is beyond all bounds"),
        ([10**400] * 256, "the vector is beyond all bounds"),
    ],
)
def test_what_is_no_vector_is_malformed(values: list[object], reason: str) -> None:
    assert fault_of(values, 256) == reason


def test_a_vector_of_another_length_is_malformed_and_an_error_is_missing() -> None:
    failed = json.dumps({"key": KEYS[1], "error": {"code": 13, "message": "An internal error."}}).encode()
    blocked = json.dumps({"key": KEYS[2], "response": {"promptFeedback": {"blockReason": "SAFETY"}}}).encode()

    assert verdicts(line(KEYS[0], [1.0]), failed, blocked) == {
        PAIRS[0]: ("malformed", "the vector has 1 values where 256 were asked for"),
        PAIRS[1]: ("missing", "provider error 13: An internal error."),
        PAIRS[2]: ("blocked", "the provider blocked the prompt: SAFETY"),
    }


def test_a_second_good_line_of_a_key_changes_nothing_and_one_after_a_bad_line_brings_the_pair_home() -> None:
    twice = read(line(KEYS[0]), line(KEYS[0], [1.0] * 256), line(KEYS[1], []), line(KEYS[1]), line(KEYS[2]))

    reading = twice.reading()
    assert (reading.refined, reading.unrefined, reading.stray_count) == (3, (), 2)
    assert reading.input_tokens == 21


def test_lines_without_a_key_or_with_a_foreign_one_are_strays() -> None:
    reading = read(line("batch_e002/r01/x/256/00"), b'{"response": {}}', b"not JSON", b"  ").reading()

    assert [stray.reason for stray in reading.strays] == [
        "no request of this batch has the key batch_e002/r01/x/256/00",
        "the line has no key",
        "the line is not a JSON object in UTF-8",
    ]
    assert (reading.refined, len(reading.unrefined), reading.lines) == (0, 3, 3)


def test_a_line_that_is_too_long_to_read_is_malformed() -> None:
    assert verdicts(Overlong(KEYS[0], 40_000_000), line(KEYS[1]), line(KEYS[2])) == {
        PAIRS[0]: ("malformed", "a result line of 40,000,000 bytes is longer than any answer and was not read")
    }


def test_verdicts_before_the_end_of_the_lines_are_refused() -> None:
    with pytest.raises(RuntimeError, match="only when every result line"):
        EmbeddingReader([], REQUESTS).reading()


def test_answers_of_the_emulator_are_told_from_those_of_a_model() -> None:
    marked: dict[str, Any] = {"response": {"embedding": {"values": GOOD}, "emulated": True}}
    assert read(line(KEYS[0], **marked)).reading().emulated
    assert not read(line(KEYS[0])).reading().emulated


@pytest.mark.parametrize("key", ["", "batch_e001/r01", "a/b/c/d/e", "a/b/c/1/e/f"])
def test_a_key_of_another_form_says_nothing(key: str) -> None:
    with pytest.raises(BadInputError, match="is no key of a request for a vector"):
        about(key)


@given(st.lists(st.floats(-1e150, 1e150), min_size=2, max_size=8))
def test_every_good_vector_gets_length_1(values: list[float]) -> None:
    if fault_of(values, len(values)) is None:
        assert math.hypot(*normalised(values)) == pytest.approx(1, abs=1e-5)


@given(st.binary(max_size=200) | st.dictionaries(st.text(), st.text() | st.none()).map(json.dumps).map(str.encode))
def test_no_line_makes_it_raise_and_every_pair_gets_one_verdict(noise: bytes) -> None:
    reading = read(noise, line(KEYS[0])).reading()
    assert reading.refined + len(reading.unrefined) == 3


def test_a_place_in_a_key_is_as_in_other_batches() -> None:
    assert key_of("batch_e001r1", 12, About(DOCUMENT, 768, "ab")) == "batch_e001r1/r12/RETRIEVAL_DOCUMENT/768/ab"
