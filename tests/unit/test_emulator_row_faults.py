from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios import Troubled


def rows_of(rule: str, rows: int = 4) -> list[dict[str, Any]]:
    troubled = Troubled(f"[[row]]\n{rule}")
    return troubled.lines(troubled.ended(rows=rows))


def keys_of(rule: str, rows: int = 4) -> list[str | None]:
    return [row.get("key") for row in rows_of(rule, rows)]


@pytest.mark.parametrize(
    ("rule", "keys"),
    [
        ('fault = "missing"\non = "2"', ["r1", "r3", "r4"]),
        ('fault = "missing"\nevery = 2', ["r1", "r3"]),
        ('fault = "missing"\nkey = "r3"', ["r1", "r2", "r4"]),
        ('fault = "missing"\ntimes = 1', ["r2", "r3", "r4"]),
        ('fault = "missing"', []),
        ('fault = "duplicated"\non = "1"', ["r1", "r1", "r2", "r3", "r4"]),
        ('fault = "out-of-order"\non = "1-2"', ["r3", "r4", "r2", "r1"]),
        ('fault = "key-missing"\non = "3"', ["r1", "r2", None, "r4"]),
        ('fault = "unknown-key"\non = "3"', ["r1", "r2", "unknown-3", "r4"]),
    ],
)
def test_rows_can_go_missing_come_twice_or_lose_their_key(rule: str, keys: list[str | None]) -> None:
    assert keys_of(rule) == keys


def test_a_row_that_is_always_missing_is_missing_from_every_job() -> None:
    troubled = Troubled('[[row]]\nfault = "missing"\nkey = "r2"')

    for name in ("a1", "a2", "a3"):
        assert [row["key"] for row in troubled.lines(troubled.ended(name))] == ["r1", "r3", "r4"]


def test_a_failed_row_carries_its_error_and_is_counted_as_failed() -> None:
    troubled = Troubled('[[row]]\nfault = "failed"\ncode = 3\nmessage = "Bad row."\non = "2"')
    job = troubled.ended()

    assert (job.succeeded, job.failed, job.pending) == (3, 1, 0)
    assert troubled.lines(job)[1] == {"key": "r2", "error": {"code": 3, "message": "Bad row."}}
    shown = troubled.emulator.operation(troubled.emulator.jobs.get(job.name.removeprefix("batches/")))
    assert shown["metadata"]["batchStats"]["failedRequestCount"] == "1"
    assert troubled.faults() == {"row.failed": 1}


def test_a_blocked_prompt_has_a_reason_and_no_candidates() -> None:
    row = rows_of('fault = "blocked"')[0]["response"]

    assert row["promptFeedback"] == {"blockReason": "SAFETY"}
    assert "candidates" not in row
    assert "usageMetadata" in row


def test_a_blocked_answer_has_a_candidate_without_content() -> None:
    row = rows_of('fault = "blocked"\nanswered = true\nreason = "RECITATION"')[0]["response"]

    assert row["candidates"] == [{"finishReason": "RECITATION", "index": 0}]


def test_an_answer_can_be_cut_off_at_a_part_of_its_length() -> None:
    whole, cut = rows_of('fault = "missing"\non = "9"')[0], rows_of('fault = "cut-off"\nkeep = 0.25')[0]
    before, after = (row["response"]["candidates"][0] for row in (whole, cut))

    text = before["content"]["parts"][0]["text"]
    assert after["finishReason"] == "MAX_TOKENS"
    assert after["content"]["parts"][0]["text"] == text[: len(text) // 4]


def test_thinking_can_eat_the_whole_answer() -> None:
    candidate = rows_of('fault = "cut-off"\nkeep = 0')[0]["response"]["candidates"][0]

    assert candidate == {"content": {"role": "model"}, "finishReason": "MAX_TOKENS", "index": 0}


def test_an_answer_can_be_garbage() -> None:
    candidate = rows_of('fault = "garbage"\ntext = "]["')[0]["response"]["candidates"][0]

    assert (candidate["content"]["parts"], candidate["finishReason"]) == ([{"text": "]["}], "STOP")


def test_chance_strikes_the_same_rows_again_when_everything_is_repeated() -> None:
    rule = 'fault = "missing"\nprobability = 0.5'
    first = keys_of(rule, 60)

    assert first == keys_of(rule, 60)
    assert 10 < len(first) < 50


def test_a_rule_can_strike_the_answers_that_hold_a_text() -> None:
    troubled = Troubled('[[row]]\nfault = "blocked"\nholds = "p3"\n')

    lines = troubled.lines(troubled.ended())

    assert [line["key"] for line in lines if "promptFeedback" in line["response"]] == ["r3"]
