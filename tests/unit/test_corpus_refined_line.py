from __future__ import annotations

import io
from hashlib import sha256

import msgspec
import pytest

from core.corpus.inputs import RecordedFile
from core.corpus.refined_line import Hint, Scores, Tags, refined_lines_in
from core.corpus.row import content_sha256
from core.errors import BadInputError, RefusedError
from core.exchange.refined_lines import refined_lines
from core.exchange.verdicts import RefinedPair
from tests.corpora import line

PAIR = "w2-s30-tvl-001"
ANSWER: dict[str, object] = {
    "refined_question": "What is TVL?",
    "refined_answer": "All that is locked.",
    "quality_scores": {"overall": 91, "technical_accuracy": 95.5, "completeness": 80, "rag_readiness": 90},
    "duplicate_analysis": {"is_duplicate": False, "similar_to": [PAIR], "merge_recommendation": "keep_separate"},
    "rag_metadata": {"primary_tags": ["tvl"], "secondary_tags": [], "difficulty_level": "beginner"},
    "enhancements_made": ["shorter"],
    "flags": ["outdated"],
}


def test_what_the_reader_of_answers_writes_is_read_as_it_was() -> None:
    pair = RefinedPair(PAIR, "w2-s30-tvl", "batch_205/r01", ANSWER)
    written = b"".join(refined_lines([pair], batch=205, attempt=2, model="gemini", prompt="0123"))
    file = RecordedFile("results/a.jsonl", sha256(written).hexdigest())

    (found,) = refined_lines_in(io.BytesIO(written), file)

    assert (found.pair_id, found.batch, found.attempt, found.prompt) == (PAIR, 205, 2, "0123")
    assert found.scores() == Scores(91.0, 95.5, 80.0, 90.0)
    assert found.tags() == Tags(("tvl",), (), "beginner", ())
    assert found.hint() == Hint(is_duplicate=False, similar_to=(PAIR,), merge_recommendation="keep_separate")
    assert (found.enhancements(), found.flagged()) == (("shorter",), ("outdated",))


@pytest.mark.parametrize("odd", [None, [], "much", 7, {"overall": "95", "flags": {"a": 1}}])
def test_what_the_model_said_in_another_shape_says_nothing(odd: object) -> None:
    found = line(PAIR, quality_scores=odd, duplicate_analysis=odd, rag_metadata=odd)

    assert found.scores() == Scores(None, None, None, None)
    assert found.hint() == Hint(None, (), None)
    assert found.tags() == Tags((), (), None, ())


@pytest.mark.parametrize("score", [-1, 101, 10**400, True, "90"])
def test_a_score_outside_its_scale_is_none(score: object) -> None:
    assert line(PAIR, quality_scores={"overall": score}).scores().overall is None


def test_one_flag_by_itself_is_a_list_of_it() -> None:
    assert line(PAIR, flags="outdated").flagged() == ("outdated",)
    assert line(PAIR, flags=["outdated", 7, " "]).flagged() == ("outdated",)


def test_bytes_that_were_not_recorded_are_refused_in_the_end() -> None:
    written = msgspec.json.encode(line(PAIR)) + b"\n"

    with pytest.raises(RefusedError, match=r"results/a\.jsonl is not as it was recorded"):
        list(refined_lines_in(io.BytesIO(written), RecordedFile("results/a.jsonl", "0" * 64)))


def test_a_line_that_is_no_refined_pair_is_named() -> None:
    stream = io.BytesIO(msgspec.json.encode(line(PAIR)) + b"\n{}\n")

    with pytest.raises(BadInputError, match=r"results/a\.jsonl, line 2 is no refined pair"):
        list(refined_lines_in(stream, RecordedFile("results/a.jsonl", "0" * 64)))


def test_words_that_move_from_question_to_answer_are_another_text() -> None:
    assert content_sha256("What is", "TVL") != content_sha256("What", " isTVL")
    assert content_sha256("What is", "TVL") == content_sha256("What is", "TVL")
