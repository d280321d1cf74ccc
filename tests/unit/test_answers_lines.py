from __future__ import annotations

import io
import json

import pytest

from core.batch.parts import RequestLine
from core.exchange.answers import AnswerReader
from core.exchange.lines import Overlong, result_lines
from core.pairs import PairRange

REQUESTS = (RequestLine("k1", (PairRange("p", 1, 2),)), RequestLine("k2", (PairRange("p", 3, 3),)))
ANSWER = json.dumps([{"pair_id": "p-003", "refined_question": "q", "refined_answer": "a"}])
LONGEST = 300
#: More than is read of a line at once when it is passed over.
HUGE = 3 << 20


def row(key: str, text: str = ANSWER) -> bytes:
    return json.dumps(
        {"key": key, "response": {"candidates": [{"content": {"parts": [{"text": text}]}}]}}
    ).encode()


def verdicts(content: bytes) -> tuple[AnswerReader, dict[str, tuple[str, str]]]:
    reader = AnswerReader(result_lines(io.BytesIO(content), LONGEST), REQUESTS)
    list(reader)
    return reader, {judged.pair_id: (judged.verdict.value, judged.reason) for judged in reader.verdicts()}


@pytest.mark.parametrize("excess", [1, 2, 5000, HUGE])
@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('{"key": "k1", "response": "%s"}', "k1"),
        ('{"response": "%s", "key": "k1"}', "k1"),
        (' { "key" : "a\\"\\u0062" , "response": "%s"}', 'a"b'),
        ('{"response": "%s", "metadata": {"key": "k1"}}', None),
        ('{"response": "\\"key\\": \\"k1\\"%s"}', None),
        ('{"key": "\\x", "response": "%s"}', None),
        ("%s", None),
    ],
)
def test_a_line_beyond_the_limit_is_passed_over_and_still_says_whose_it_is(
    line: str, key: str | None, excess: int
) -> None:
    long = (line % ("[" * (LONGEST - len(line) + 2 + excess))).encode()
    assert len(long) == LONGEST + excess
    lines = list(result_lines(io.BytesIO(row("k2") + b"\n" + long + b"\n" + row("k2")), LONGEST))
    assert lines == [row("k2") + b"\n", Overlong(key, len(long) + 1), row("k2")]


def test_a_line_at_the_limit_is_read() -> None:
    content = row("k2").ljust(LONGEST) + b"\n" + row("k2").ljust(LONGEST)
    assert list(result_lines(io.BytesIO(content), LONGEST)) == content.splitlines(keepends=True)


def test_no_more_than_the_limit_is_ever_read_at_once() -> None:
    class Watched(io.BytesIO):
        asked: tuple[int, ...] = ()

        def readline(self, size: int | None = -1, /) -> bytes:
            self.asked += (size or -1,)
            return super().readline(size)

    file = Watched(b"[" * (10 * HUGE))
    assert list(result_lines(file, 4 << 20)) == [Overlong(None, 10 * HUGE)]
    assert 0 < min(file.asked) <= max(file.asked) == (4 << 20) + 1


def test_the_pairs_of_a_line_that_was_not_read_are_malformed_and_the_others_come_home() -> None:
    long = row("k1", "x" * 1_000_000)
    reader, judged = verdicts(long + b"\n" + row("k2"))
    reason = f"a result line of {len(long) + 1:,} bytes is longer than any answer and was not read"
    assert judged == {"p-001": ("malformed", reason), "p-002": ("malformed", reason), "p-003": ("refined", "")}
    assert [(s.line, s.key, s.reason) for s in reader.reading().strays] == [(1, "k1", reason)]
    assert reader.reading().lines == 2


def test_a_line_that_was_not_read_takes_nothing_from_one_that_was() -> None:
    long = row("k2", "x" * 5000)
    for content in (long + b"\n" + row("k2"), row("k2") + b"\n" + long):
        assert verdicts(content)[1]["p-003"] == ("refined", "")
    for content in (long + b"\n" + row("k2", "No."), row("k2", "No.") + b"\n" + long):
        assert verdicts(content)[1]["p-003"] == ("malformed", "the answer holds no object with a pair_id")
    assert verdicts(row("k9", "x" * 5000))[1]["p-003"] == ("missing", "no result line has the key k2")
