"""A sample as a table for people without a terminal: rows to be filled in, and scores read from them again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from core.one_line import one_line
from core.quality.scores import DIMENSIONS, HIGHEST, LONGEST_COMMENT, LOWEST, Score, scored

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from core.quality.review_pair import ReviewPair

PAIR_ID, COMMENT = "pair_id", "comment"
TEXTS = ("category", "source", "question_before", "question_after", "answer_before", "answer_after")
COLUMNS = (PAIR_ID, *TEXTS, *DIMENSIONS, COMMENT)

#: What makes a spreadsheet take a cell for a formula: the signs of ASCII and their wide forms, and what it strips
#: before it looks.
_FORMULA = re.compile("'*\\s*[=+\\-@\t\n\uff1d\uff0b\uff0d\uff20]")
#: A mark, also as a spreadsheet with decimals writes it.
_MARK = re.compile(rf"[{LOWEST}-{HIGHEST}](?:[.,]0+)?")
_SHOWN = 60
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LINE_ENDS = re.compile("\r\n?|\u2028|\u2029|\x85")


class SheetRow(NamedTuple):
    """One row of a filled-in table: its number as a spreadsheet counts, its first line in the file, its cells."""

    number: int
    line: int
    cells: Sequence[str]


class SheetProblem(NamedTuple):
    """What is wrong with one cell of a table; `column` is the column's name, "" for the whole row."""

    row: int
    line: int
    column: str
    sentence: str

    def __str__(self) -> str:
        """Return the problem with its place."""
        column = f", column {self.column}" if self.column else ""
        return f"row {self.row} (line {self.line}){column}: {self.sentence}"


class SheetRead(NamedTuple):
    """What a table says: scores in its order, the pairs left unscored, and every problem."""

    scores: list[Score]
    unscored: list[str]
    problems: list[SheetProblem]


def sheet_rows(pairs: Iterable[ReviewPair], scores: Mapping[str, Score]) -> Iterator[list[str]]:
    """Yield the head and a row a pair; `scores` are what the reviewer gave so far, by pair id.

    No cell is a formula to a spreadsheet, and none holds what steers a terminal.
    """
    yield list(COLUMNS)
    for pair in pairs:
        given = scores.get(pair.pair_id)
        marks = [str(mark) for mark in given.marks] if given else [""] * len(DIMENSIONS)
        texts = [getattr(pair, name) or "" for name in TEXTS]
        comment = given.comment if given else ""
        yield [harmless(cell) for cell in (pair.pair_id, *texts, *marks, comment)]


def read_sheet_rows(rows: Iterable[SheetRow], known: Collection[str], reviewer: str, at: datetime) -> SheetRead:
    """Return the scores of a table whose first row is the head; columns may be moved, added, and texts left out.

    `known` are the pair ids of the sample. A pair without any mark is unscored; one with some marks only, a mark
    that is none, and a pair that is not known or stands twice are problems, and such a row gives no score.
    """
    reading = _Reading(known, reviewer, at)
    lines = iter(rows)
    head = next(lines, None)
    if head is None:
        reading.problem(SheetRow(1, 1, ()), "", "the file is empty; export the sample again")
    elif reading.takes(head):
        for row in lines:
            if any(cell.strip() for cell in row.cells):
                reading.add(row)
    return reading.read


class _Reading:
    """Reads one table, row by row."""

    def __init__(self, known: Collection[str], reviewer: str, at: datetime) -> None:
        self.read = SheetRead([], [], [])
        self._known = known
        self._reviewer = reviewer
        self._at = at
        self._names: list[str] = []
        self._rows: dict[str, int] = {}

    def takes(self, head: SheetRow) -> bool:
        """Return whether the head has every column that is read, once; a problem says so otherwise."""
        self._names = [cell.strip().casefold() for cell in head.cells]
        wrong = [name for name in (PAIR_ID, *DIMENSIONS) if self._names.count(name) != 1]
        if wrong:
            sentence = f"the head must have {', '.join(wrong)} once; export the sample again and fill in that file"
            self.problem(head, "", sentence)
        return not wrong

    def add(self, row: SheetRow) -> None:
        cells = dict(zip(self._names, row.cells, strict=False))
        pair_id = as_written(cells.get(PAIR_ID, "").strip())
        if not self._is_asked(row, pair_id):
            return
        given = {name: cells.get(name, "").strip() for name in DIMENSIONS}
        comment = one_line(as_written(cells.get(COMMENT, "")))
        if not any(given.values()):
            if comment:
                self.problem(row, COMMENT, "a comment needs marks beside it; give the pair its five marks")
            self.read.unscored.append(pair_id)
            return
        marks = [self._mark(row, name, text) for name, text in given.items()]
        if len(comment) > LONGEST_COMMENT:
            sentence = f"the comment has {len(comment):,} characters; keep it within {LONGEST_COMMENT:,}"
            self.problem(row, COMMENT, sentence)
        elif None not in marks:
            whole = [mark for mark in marks if mark is not None]
            self.read.scores.append(scored(self._reviewer, pair_id, whole, comment=comment, at=self._at))

    def problem(self, row: SheetRow, column: str, sentence: str) -> None:
        self.read.problems.append(SheetProblem(row.number, row.line, column, sentence))

    def _is_asked(self, row: SheetRow, pair_id: str) -> bool:
        if pair_id not in self._known:
            named = f"{_short(pair_id)} is no pair of this sample" if pair_id else "the pair's id is missing"
            self.problem(row, PAIR_ID, f"{named}; leave the ids as they were exported")
            return False
        first = self._rows.setdefault(pair_id, row.number)
        if first != row.number:
            self.problem(row, PAIR_ID, f"{pair_id} stands in row {first} as well; keep one of the two")
        return first == row.number

    def _mark(self, row: SheetRow, name: str, text: str) -> int | None:
        if _MARK.fullmatch(text):
            return int(text[0])
        said = f"{_short(text)} is not a whole number" if text else "the mark is missing: give a whole number"
        self.problem(row, name, f"{said} from {LOWEST} to {HIGHEST}")
        return None


def _short(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"


def harmless(text: str) -> str:
    """Return text as a cell that no spreadsheet takes for a formula, with control characters made visible."""
    text = _LINE_ENDS.sub("\n", text)
    text = _STEERING.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
    return f"'{text}" if _FORMULA.match(text) else text


def as_written(cell: str) -> str:
    """Return what a cell of `harmless` says."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
