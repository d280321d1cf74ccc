from __future__ import annotations

from typing import Any

import msgspec
import pytest

from core.corpus.clusters import Link, Linked
from core.corpus.hints import Hinted, Opinion, takes_for_duplicate
from core.corpus.outcome import Asked, Known, Member, Tie, outcome, rows_asked
from core.corpus.ports import Kind


def known(row: int, **fields: Any) -> Known:  # noqa: ANN401 - any field
    plain: dict[str, Any] = {
        "row": row,
        "pair_id": f"p{row}",
        "question": f"Question {row}?",
        "overall": 90.0,
        "completeness": 80.0,
        "is_duplicate": None,
        "similar_to": (),
        "merge_recommendation": None,
    }
    return msgspec.convert(plain | fields, Known)


LINKED = Linked(
    links=(Link(1, 4, Kind.NEAR, 0.9), Link(1, 3, Kind.BOTH, 1.0)), joined=((1, 3, 4),), repeated=((4, 6), (0, 2))
)


def facts(**fields: Any) -> dict[int, Known]:  # noqa: ANN401 - any field of row 4
    rows = {row: known(row) for row in (0, 1, 2, 3, 6)}
    return rows | {4: known(4, overall=95.0, **fields)}


def test_the_rows_that_are_asked_for_are_those_of_clusters_and_repeated_questions() -> None:
    assert rows_asked(LINKED) == {0, 1, 2, 3, 4, 6}


def test_members_bear_the_id_of_the_pair_that_stays() -> None:
    assert outcome(LINKED, facts()).members == (
        Member("p4", 1, "p1", "p4", 90.0, 80.0),
        Member("p4", 3, "p3", "p4", 90.0, 80.0),
        Member("p4", 4, "p4", None, 95.0, 80.0),
    )


def test_ties_say_why_in_the_order_of_rows() -> None:
    assert outcome(LINKED, facts()).ties == (
        Tie("p4", "p1", "p3", Kind.BOTH, 1.0),
        Tie("p4", "p1", "p4", Kind.NEAR, 0.9),
    )


def test_repeated_questions_are_listed_by_their_first_pair() -> None:
    assert outcome(LINKED, facts()).repeated == (
        Asked(0, 0, "p0", "p0", "Question 0?"),
        Asked(0, 2, "p2", "p2", "Question 0?"),
        Asked(1, 4, "p4", "p4", "Question 4?"),
        Asked(1, 6, "p6", "p6", "Question 4?"),
    )


def test_the_models_word_stands_beside_ours() -> None:
    model = {
        2: known(2, is_duplicate=True, similar_to=("p9",)),
        3: known(3, merge_recommendation="merge_with_p1", similar_to=("p1", "p9")),
    }

    hints = {hint.pair_id: hint for hint in outcome(LINKED, facts() | model).hints}

    assert hints == {
        "p1": Hinted("p1", Opinion.OURS, (), (), None, "p4"),
        "p2": Hinted("p2", Opinion.MODEL, ("p9",), (), None, None),
        "p3": Hinted("p3", Opinion.BOTH, ("p1", "p9"), ("p1",), "merge_with_p1", "p4"),
        "p4": Hinted("p4", Opinion.OURS, (), (), None, None),
    }


@pytest.mark.parametrize(
    ("said", "recommended", "taken"),
    [
        (True, None, True),
        (False, "keep_separate", False),
        (None, "Keep separate", False),
        (None, "discard", True),
        (False, "merge_with_w2-s30-tvl-001", True),
        (None, None, False),
    ],
)
def test_the_model_takes_a_pair_for_a_duplicate_by_its_word_or_its_wish(
    recommended: str | None, *, said: bool | None, taken: bool
) -> None:
    assert takes_for_duplicate(is_duplicate=said, merge_recommendation=recommended) is taken
