from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.quality.review_pair import ReviewPair
from core.quality.score_sheet import (
    COLUMNS,
    SheetRead,
    SheetRow,
    as_written,
    harmless,
    read_sheet_rows,
    sheet_rows,
)
from core.quality.scores import DIMENSIONS, scored

if TYPE_CHECKING:
    from collections.abc import Sequence

AT = datetime(2026, 11, 3, tzinfo=UTC)
IDS = ("a-001", "a-002", "a-003")


def pair(pair_id: str = "a-001", text: str = "text") -> ReviewPair:
    return ReviewPair(
        pair_id=pair_id,
        category=None,
        source="a",
        question_before=text,
        answer_before=text,
        question_after=text,
        answer_after=text,
    )


def exported(*pairs: ReviewPair) -> list[list[str]]:
    return list(sheet_rows(pairs or [pair(pair_id) for pair_id in IDS], {}))


def read(rows: Sequence[Sequence[str]]) -> SheetRead:
    numbered = [SheetRow(number, number * 10, cells) for number, cells in enumerate(rows, 1)]
    return read_sheet_rows(numbered, IDS, "ann", AT)


def filled(row: list[str], marks: str = "54321", comment: str = "") -> list[str]:
    return [*row[: -len(DIMENSIONS) - 1], *marks.replace("_", " "), comment]


def problems(rows: Sequence[Sequence[str]]) -> list[str]:
    return list(map(str, read(rows).problems))


def test_what_was_exported_and_filled_in_comes_back_as_scores() -> None:
    head, *rows = exported()

    found = read([head, filled(rows[0], comment="=good"), rows[1], filled(rows[2], "11111")])
    assert [(score.pair_id, score.marks, score.comment, score.reviewer) for score in found.scores] == [
        ("a-001", (5, 4, 3, 2, 1), "=good", "ann"),
        ("a-003", (1, 1, 1, 1, 1), "", "ann"),
    ]
    assert (found.unscored, found.problems) == (["a-002"], [])


def test_scores_given_so_far_are_exported_too() -> None:
    score = scored("ann", "a-001", (5, 4, 3, 2, 1), comment="-5 %", at=AT)
    rows = list(sheet_rows([pair()], {"a-001": score}))

    assert rows[1][-6:] == ["5", "4", "3", "2", "1", "'-5 %"]
    assert read(rows).scores == [score]


def test_columns_may_be_moved_added_and_left_out() -> None:
    names = ["Tone", " CLARITY ", "my own", "depth", "pair_id", "practical_use", "technical_accuracy"]

    found = read([names, ["1", "2", "?", "3", "a-002", "4", "5"]])
    assert [score.marks for score in found.scores] == [(5, 2, 3, 4, 1)]


@pytest.mark.parametrize(("text", "mark"), [("4", 4), (" 4 ", 4), ("4.0", 4), ("4,00", 4)])
def test_a_mark_may_be_written_as_spreadsheets_write_it(text: str, mark: int) -> None:
    head, row = exported(pair())

    assert read([head, [*row[:-2], text, ""]]).problems != []
    assert read([head, [*row[:-6], text, "1", "1", "1", "1", ""]]).scores[0].technical_accuracy == mark


def test_every_bad_value_is_named_with_its_row_line_and_column() -> None:
    head, row, other, _ = exported()

    assert problems([head, filled(row, "540_9"), filled(other, "54321")]) == [
        "row 2 (line 20), column depth: 0 is not a whole number from 1 to 5",
        "row 2 (line 20), column practical_use: the mark is missing: give a whole number from 1 to 5",
        "row 2 (line 20), column tone: 9 is not a whole number from 1 to 5",
    ]
    assert [score.pair_id for score in read([head, filled(row, "540_9"), filled(other, "54321")]).scores] == [
        "a-002"
    ]


@pytest.mark.parametrize("odd", ["\u0664", "4\u0661", "1e0", "five", "4.5", "+4", "\x1b[2J", "9" * 99])
def test_what_is_no_mark_is_shown_as_one_short_line(odd: str) -> None:
    head, row = exported(pair())

    (said,) = problems([head, [*row[:-6], odd, "1", "1", "1", "1", ""]])
    assert "technical_accuracy" in said
    assert said.isprintable()
    assert len(said) < 140


def test_unknown_pairs_and_pairs_that_stand_twice_are_refused_by_name() -> None:
    head, row, *_ = exported()

    assert problems([head, filled(["b-001", *row[1:]]), filled(["", *row[1:]]), filled(row), filled(row)]) == [
        "row 2 (line 20), column pair_id: b-001 is no pair of this sample; leave the ids as they were exported",
        "row 3 (line 30), column pair_id: the pair's id is missing; leave the ids as they were exported",
        "row 5 (line 50), column pair_id: a-001 stands in row 4 as well; keep one of the two",
    ]


def test_a_comment_without_marks_is_not_lost_silently() -> None:
    head, row = exported(pair())

    assert problems([head, [*row[:-1], "good"]]) == [
        "row 2 (line 20), column comment: a comment needs marks beside it; give the pair its five marks"
    ]


def test_a_comment_that_is_too_long_is_a_problem_and_no_score() -> None:
    head, row = exported(pair())

    found = read([head, filled(row, comment="x" * 2_001)])
    assert list(map(str, found.problems)) == [
        "row 2 (line 20), column comment: the comment has 2,001 characters; keep it within 2,000"
    ]
    assert found.scores == []


def test_partial_files_are_fine() -> None:
    head, row, *_ = exported()

    assert read([head]) == SheetRead([], [], [])
    assert read([head, [], [""] * len(COLUMNS), filled(row)[:-1]]).scores[0].marks == (5, 4, 3, 2, 1)


@pytest.mark.parametrize("rows", [[], [[]], [["pair_id", "tone"]], [[*COLUMNS, "tone"]]])
def test_a_file_that_is_no_exported_sample_is_refused(rows: list[list[str]]) -> None:
    (said,) = problems(rows)

    assert "export the sample again" in said


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\uff1d1", "'=1", "''@x", "\u2028=1"]
)
def test_a_cell_never_is_a_formula_and_says_the_same_afterwards(text: str) -> None:
    (_, row) = exported(pair(text=text))

    assert all(cell.startswith("'") for cell in row[3:7])
    assert as_written(harmless(text)).strip() == text.replace("\r", "\n").replace("\u2028", "\n").strip()


@given(st.text())
def test_no_text_makes_a_formula_or_steers_a_terminal(text: str) -> None:
    cell = harmless(text)

    assert not cell.lstrip().startswith(("=", "+", "-", "@"))
    assert all(char.isprintable() or char in "\n\t" or ord(char) > 0x9F for char in cell)


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126)))
def test_plain_text_comes_back_as_it_was(text: str) -> None:
    assert as_written(harmless(text)) == text
