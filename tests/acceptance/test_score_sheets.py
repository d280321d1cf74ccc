"""CSV files of a sample on disk, as spreadsheets read and write them."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from adapters.files.score_sheets import read_sheet, write_sheet
from core.errors import BadInputError
from core.quality.review_pair import ReviewPair
from core.quality.score_sheet import SheetRead, read_sheet_rows, sheet_rows

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 11, 3, tzinfo=UTC)
ANSWER = 'First, "quoted"; second\nline 2\n- item; and = a sign\r\nlast\t∑ 3 %'
PAIRS = [
    ReviewPair(
        pair_id=f"a-00{number}",
        category="dex",
        source="a",
        question_before="What?",
        answer_before=ANSWER,
        question_after="=What?",
        answer_after=ANSWER * 50,
    )
    for number in (1, 2, 3)
]
IDS = {pair.pair_id for pair in PAIRS}


def imported(path: Path) -> SheetRead:
    return read_sheet_rows(read_sheet(path), IDS, "ann", AT)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_an_exported_sample_comes_back_whichever_delimiter_a_spreadsheet_saves_it_with(
    tmp_path: Path, delimiter: str
) -> None:
    rows = list(sheet_rows(PAIRS, {}))
    rows[2][-6:] = ["5", "4", "3", "2", "1", "fine"]
    path = tmp_path / "sample.csv"
    write_sheet(path, rows, delimiter)

    found = imported(path)
    assert [(score.pair_id, score.marks, score.comment) for score in found.scores] == [
        ("a-002", (5, 4, 3, 2, 1), "fine")
    ]
    assert (found.unscored, found.problems) == (["a-001", "a-003"], [])


def test_the_file_is_one_that_excel_opens_as_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "sample.csv"
    first = write_sheet(path, sheet_rows(PAIRS, {}))

    assert path.read_bytes().startswith(b'\xef\xbb\xbf"pair_id","category"')
    assert path.read_bytes().endswith(b'""\r\n')
    assert write_sheet(path, sheet_rows(PAIRS, {})).sha256 == first.sha256
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert rows[0]["answer_before"] == ANSWER.replace("\r\n", "\n")
    assert rows[0]["question_after"] == "'=What?"


def test_a_bad_mark_is_named_with_the_row_and_the_line_that_it_begins_at(tmp_path: Path) -> None:
    rows = list(sheet_rows(PAIRS[:2], {}))
    rows[2][-6:] = ["5", "4", "x", "2", "1", ""]
    write_sheet(tmp_path / "sample.csv", rows)

    (problem,) = imported(tmp_path / "sample.csv").problems
    line = (tmp_path / "sample.csv").read_text(encoding="utf-8-sig").split("\n")[problem.line - 1]
    assert (problem.row, problem.column) == (3, "depth")
    assert line.startswith('"a-002"')


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("pair_id;clarity\n".encode("utf-16"), "is not UTF-8"),
        ("pair_id,größe\n".encode("latin-1"), "is not UTF-8"),
        (b'pair_id,"clarity\n', "line 1 is not CSV"),
        (b'pair_id,clarity\n"a"b,5\n', "line 2 is not CSV"),
    ],
)
def test_a_file_that_is_no_csv_in_utf_8_is_refused_in_a_sentence(
    tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "sample.csv"
    path.write_bytes(content)

    with pytest.raises(BadInputError, match=said):
        read_sheet(path)


def test_a_missing_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="cannot be read: No such file"):
        read_sheet(tmp_path / "none.csv")


def test_a_cell_of_a_megabyte_is_read(tmp_path: Path) -> None:
    rows = list(sheet_rows(PAIRS[:1], {}))
    rows[1][6] = "x" * (1 << 20)
    write_sheet(tmp_path / "sample.csv", rows)

    assert imported(tmp_path / "sample.csv").unscored == ["a-001"]
