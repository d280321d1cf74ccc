from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.render.text import clean, clock_time, number_ranges, table, told_once
from cli.render.views import MOST_LINES, balance_lines, status_lines, timeline_lines
from core.batch.numbers import JUDGE, number_of, repair_of
from core.projections.balance import Balance
from core.projections.milestone import Milestone
from core.projections.rows import BatchRow, WaveRow

if TYPE_CHECKING:
    from collections.abc import Iterable

ROW = BatchRow(
    number=205,
    wave=2,
    status="written",
    title="tvl",
    pairs=100,
    requests=5,
    planned_at="2026-11-02T12:00:00.000000Z",
    changed_at="2026-11-02T12:00:05.000000Z",
    version=2,
)
READ_AT = "2026-11-02T14:00:00.000000Z"
HELD = WaveRow(
    wave=2,
    revision=1,
    staged=400,
    excluded=0,
    sources=1,
    batches=(205, 206, 207, 208),
    strategy="by-source",
    model="gemini-2.5-flash",
    input_tokens=1,
    output_tokens=1,
    cost_usd=1.0,
    planned_at="2026-11-02T12:00:00.000000Z",
    extract_path="extract.json",
    held="batch 205 came home with 0 of 100 pairs refined",
    status="running",
    status_at="2026-11-02T12:00:00.000000Z",
    status_by="daemon@mill",
    version=3,
)


def rows(numbers: Iterable[int], **changes: object) -> list[BatchRow]:
    return [msgspec.structs.replace(ROW, number=number, **changes) for number in numbers]


def test_columns_are_aligned_and_empty_cells_are_empty() -> None:
    assert table(("batch", "title"), [(205, "tvl"), (6, None)], right=(0,)) == [
        "batch  title",
        "─────  ─────",
        "  205  tvl",
        "    6",
    ]


def test_a_row_is_one_line_whatever_its_cells_hold() -> None:
    lines = table(("a", "b"), [("one\ntwo", "\x1b[2J"), ("x", "y")])

    assert len(lines) == 4
    assert "one\\ntwo" in lines[2]
    assert all(line.isprintable() for line in lines)


@given(st.text())
def test_text_from_data_never_steers_the_terminal(text: str) -> None:
    assert clean(text).isprintable()


@given(st.text().filter(str.isprintable))
def test_printable_text_is_shown_as_it_is(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("numbers", "shown"),
    [
        ((), ""),
        ((5,), "5"),
        ((205, 206, 207), "205-207"),
        ((211, 205, 206), "205-206, 211"),
        ((1, 3, 5), "1, 3, 5"),
        ((number_of(JUDGE, 2), 205, number_of(JUDGE, 1), repair_of(number_of(JUDGE, 1), 1)), "205, j1-j2, j1r1"),
    ],
)
def test_numbers_are_written_as_people_write_them(numbers: tuple[int, ...], shown: str) -> None:
    assert number_ranges(numbers) == shown


@given(st.sets(st.integers(0, 60)))
def test_ranges_of_numbers_hold_these_numbers_and_no_others(numbers: set[int]) -> None:
    named: set[int] = set()
    for part in filter(None, number_ranges(numbers).split(", ")):
        first, _, last = part.partition("-")
        named |= set(range(int(first), int(last or first) + 1))

    assert named == numbers


def test_a_time_is_shown_to_the_second() -> None:
    assert clock_time("2026-11-02T12:00:05.123456Z") == "11-02 12:00:05"
    assert clock_time(None) is None


def test_the_status_counts_batches_by_wave_and_status_in_the_order_of_their_lives() -> None:
    lines = status_lines(
        [
            *rows([211], status="downloaded", read_at=READ_AT),
            *rows([205, 206, 208]),
            *rows([207], status="failed"),
        ],
        everything=False,
    )

    assert [line.split() for line in lines[2:5]] == [
        ["2", "written", "3", "205-206,", "208"],
        ["2", "failed", "1", "207"],
        ["2", "downloaded", "1", "211"],
    ]


def test_the_status_of_a_batch_says_its_attempt_what_came_home_and_when() -> None:
    done = rows(
        [205], status="downloaded", attempt=2, emulated=True, read_at=READ_AT, refined=98, job_name="batches/x"
    )

    line = status_lines(done, everything=False)[-1]

    assert line.split() == [
        *("205", "2", "downloaded,", "attempt", "2", "(emulated)", "tvl", "100", "5", "98", "2", "batches/x"),
        *("11-02", "12:00:05"),
    ]


def test_a_reason_is_told_with_the_next_try() -> None:
    waiting = rows([205], reason="429: quota", next_try_at="2026-11-02T12:05:00.000000Z")

    assert status_lines(waiting, everything=False)[-1] == (
        "batch 205: 429: quota (next try at 11-02 12:05:00 UTC)"
    )


def test_a_long_list_shows_what_matters_and_says_how_to_see_the_rest() -> None:
    many = [*rows(range(1, 205), status="downloaded", read_at=READ_AT), *rows(range(205, 212))]

    short, long = status_lines(many, everything=False), status_lines(many, everything=True)

    assert sum("  tvl  " in line for line in short) == 7
    assert short[-1] == "204 more batches are not shown; `batchmill status --all` shows them."
    assert sum("  tvl  " in line for line in long) == 211
    assert sum("  tvl  " in line for line in status_lines(rows(range(205, 305)), everything=False)) == MOST_LINES


def test_an_empty_ledger_says_how_to_begin() -> None:
    assert status_lines([], everything=False) == [
        "The ledger holds no batch yet; begin with `batchmill plan --wave N`."
    ]
    assert timeline_lines([]) == ["Nothing has happened yet; begin with `batchmill plan --wave N`."]


def test_the_timeline_is_a_table() -> None:
    done = Milestone(at="2026-11-02T12:00:00.000000Z", text="Wave 2 planned", state="done", wave=2)

    assert timeline_lines([done])[-1].split("  ") == ["Nov 2", "Wave 2 planned", "✅ Done"]


def test_the_balance_is_spelt_out_by_wave_and_in_all() -> None:
    lines = balance_lines(
        {1: Balance(staged=4, refined=4), 2: Balance(staged=701, planned=701)}, Balance(705, 0, 701, 0, 4)
    )

    assert [line.split() for line in lines[2:]] == [
        ["1", "4", "0", "0", "0", "4", "0", "0"],
        ["2", "701", "0", "701", "0", "0", "0", "0"],
        ["all", "705", "0", "701", "0", "4", "0", "0"],
    ]


def test_a_balance_that_is_off_says_by_how_much() -> None:
    off = Balance(staged=10, planned=9)

    assert balance_lines({2: off}, off)[-1] == "The balance is off by 1 pairs: run `batchmill replay --check`."


def test_the_status_tells_of_a_held_wave_and_of_the_batches_that_wait_for_it() -> None:
    came = rows([205], status="downloaded", read_at=READ_AT, attempt=1)

    lines = status_lines([*came, *rows([206, 207])], everything=False, waves=[HELD])

    assert lines[-1] == (
        "wave 2 is held: batch 205 came home with 0 of 100 pairs refined; "
        "`batchmill release --wave 2` sends the rest all the same"
    )
    assert sum("written, waits" in line for line in lines) == 2


def test_a_held_wave_of_which_nothing_is_left_to_send_is_no_news() -> None:
    came = rows([205, 206], status="downloaded", read_at=READ_AT, attempt=1)

    assert not any("held" in line for line in status_lines(came, everything=False, waves=[HELD]))


def test_equal_reasons_are_one_line_for_a_range_of_batches() -> None:
    over = [
        msgspec.structs.replace(
            row, hold="over budget", reason=f"too dear, then run `batchmill retry {row.number}`"
        )
        for row in rows(range(205, 213))
    ]

    assert status_lines(over, everything=False)[-2:] == [
        "",
        "batches 205-212: too dear, then run `batchmill retry 205 212`",
    ]


def test_a_batch_on_hold_is_told_with_its_next_step() -> None:
    paused = rows([207], hold="paused", reason="asked for by a person")

    assert status_lines(paused, everything=False)[-1] == (
        "batch 207: paused (asked for by a person); `batchmill resume 207` lets it go on"
    )


def test_pairs_given_up_have_a_column_when_there_are_any() -> None:
    done = rows([205], status="downloaded", read_at=READ_AT, refined=90, given_up=7)

    assert any("given up" in line for line in status_lines(done, everything=False))
    assert not any("given up" in line for line in status_lines(rows([205]), everything=False))


@pytest.mark.parametrize(
    ("told", "once"),
    [
        (
            [
                (205, "batch 205 is read; see `batchmill history 205`"),
                (207, "batch 207 is read; see `batchmill history 207`"),
            ],
            [([205, 207], "batches 205, 207 are read; see `batchmill history N`")],
        ),
        (
            [(205, "run `batchmill retry 205`"), (207, "run `batchmill retry 207`")],
            [([205, 207], "run `batchmill retry N`")],
        ),
        (
            [(205, "no job named w2-batch_205-a1-x"), (206, "no job named w2-batch_206-a1-y")],
            [([205, 206], "no job named w2-batch_N…")],
        ),
        (
            [(205, "`batchmill retry 205`"), (repair_of(205, 1), "`batchmill retry 205r1`")],
            [([205, repair_of(205, 1)], "`batchmill retry N`")],
        ),
        (
            [(number_of(JUDGE, 1), "`batchmill retry j1`"), (number_of(JUDGE, 2), "`batchmill retry j2`")],
            [([number_of(JUDGE, 1), number_of(JUDGE, 2)], "`batchmill retry j1 j2`")],
        ),
        ([(205, "205 pairs"), (206, "206 pairs")], [([205], "205 pairs"), ([206], "206 pairs")]),
    ],
)
def test_what_differs_in_the_number_alone_is_told_once(
    told: list[tuple[int, str]], once: list[tuple[list[int], str]]
) -> None:
    assert told_once(told) == once


def test_the_timeline_is_no_wider_than_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    long = Milestone(at=None, text="Batch 205 refused: " + "because " * 20, state="failed", wave=2)

    lines = timeline_lines([long])

    assert max(map(len, lines)) == 59
    assert "…" in lines[-1]
    assert lines[-1].endswith("❌ Failed")
