from __future__ import annotations

import hashlib
import itertools
import json
from collections import Counter
from typing import Any

import pytest

from sample.wave import SEED, sample_files


@pytest.fixture(scope="module")
def staged() -> list[dict[str, Any]]:
    return [json.loads(content) for _, content in sample_files()]


def fingerprint(seed: int = SEED) -> str:
    return hashlib.sha256(b"".join(content for _, content in sorted(sample_files(seed)))).hexdigest()


def test_nine_sources_over_two_sessions_hold_701_pairs(staged: list[dict[str, Any]]) -> None:
    assert sorted(Counter(source["session"] for source in staged).values()) == [4, 5]
    assert sorted(len(source["qa_pairs"]) for source in staged) == [0, 1] + [100] * 7
    assert all(source["total_pairs"] == len(source["qa_pairs"]) for source in staged)
    assert len({source["indicator"] for source in staged}) == 9


def test_questions_repeat_as_in_real_waves_and_no_answer_does(staged: list[dict[str, Any]]) -> None:
    questions = [[pair["question"] for pair in source["qa_pairs"]] for source in staged]
    assert sum(len(asked) - len(set(asked)) for asked in questions) == 118
    assert [len(set(asked)) for asked in questions if len(asked) == 100 and len(set(asked)) < 50] == [1]
    answers = [pair["answer"] for source in staged for pair in source["qa_pairs"]]
    assert len(set(answers)) == 701
    assert 2800 <= sum(map(len, answers)) / 701 <= 3200
    assert any(not answer.isascii() for answer in answers)
    assert 100 < sum(answer.startswith("Certainly") for answer in answers) < 600
    assert not any("{" in text or "\n" in text for text in itertools.chain(answers, *questions))


def test_each_pair_says_where_it_stands(staged: list[dict[str, Any]]) -> None:
    for source in staged:
        for number, pair in enumerate(source["qa_pairs"], start=1):
            assert pair["pair_number"] == number
            assert pair["topic"] == source["research_topic"]
            for field in ("indicator", "category", "session"):
                assert pair[field] == source[field]


def test_the_same_seed_gives_the_same_bytes_on_every_machine() -> None:
    assert fingerprint() == "560842846b44bb6d4d69fd9e82ea80ecff8e3d60cf35cb27074bff8b331dda51"


def test_another_seed_gives_other_texts_in_the_same_shape() -> None:
    names = [[name for name, _ in sample_files(seed)] for seed in (SEED, 7)]
    assert names[0] == names[1]
    assert fingerprint(7) != fingerprint()
