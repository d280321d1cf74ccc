from __future__ import annotations

import os

import msgspec
import pytest

from cli.doctor.finding import Finding, State, fail_of, ok, safely
from cli.doctor.machine import FORGOTTEN, MIB, Part, amount, is_left, judge_parts, judge_room, need
from cli.render.checkup import finding_line, summary
from core.errors import LedgerError
from core.projections.rows import BatchRow

GIB = 1024 * MIB
ROW = BatchRow(number=205, wave=2, status="written", title="tvl", pairs=4, planned_at="", changed_at="", version=1)


@pytest.mark.parametrize(
    ("free", "needed", "state"),
    [
        (2 * GIB, 0, State.OK),
        (2 * GIB, 2 * GIB, State.OK),
        (2 * GIB, 2 * GIB + 1, State.WARN),
        (GIB - 1, 0, State.WARN),
        (MIB, 0, State.FAIL),
        (0, 0, State.FAIL),
    ],
)
def test_a_disk_with_less_than_a_gibibyte_or_than_the_batches_need_is_a_warning(
    free: int, needed: int, state: State
) -> None:
    finding = judge_room("the workspace", free, needed)

    assert finding.state is state
    assert ("may need" in finding.found) is bool(needed)


def test_what_is_not_home_needs_three_times_its_file_or_of_what_it_is_estimated_at() -> None:
    rows = [
        msgspec.structs.replace(ROW, status=status, file_size=1000)
        for status in ("written", "submitted", "processing", "succeeded", "downloaded", "failed", "withdrawn")
    ]
    planned = msgspec.structs.replace(ROW, status="planned", estimated_input_tokens=100)

    assert need([*rows, planned]) == 3 * (4 * 1000 + 400)


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 bytes"), (1023, "1023 bytes"), (1536, "1.5 KiB"), (MIB, "1.0 MiB"), (GIB, "1.0 GiB")]
)
def test_sizes_are_said_in_their_largest_unit(size: int, text: str) -> None:
    assert amount(size) == text


def test_a_part_is_left_when_its_process_is_gone_or_has_long_forgotten_it() -> None:
    mine = Part("results/.x.part", 10, os.getpid(), 1.0)

    assert not is_left(mine)
    assert is_left(mine._replace(age=FORGOTTEN + 1))
    assert is_left(mine._replace(pid=None))
    # No process has this number: it is beyond what a kernel gives out.
    assert is_left(mine._replace(pid=2**30))


def test_leftover_parts_are_named_with_their_sizes() -> None:
    parts = [Part("results/.x.1.a.part", 1536, None, 1.0), Part("results/.y.part", 1, os.getpid(), 1.0)]

    [finding] = judge_parts(parts, "sweep")

    assert finding == Finding("leftover parts", State.WARN, "results/.x.1.a.part (1.5 KiB)", "sweep")
    assert judge_parts(parts[1:], "sweep") == []


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (LedgerError("it is locked; wait"), Finding("x", State.FAIL, "it is locked", "wait")),
        (
            PermissionError(13, "Permission denied", "results"),
            Finding("x", State.FAIL, "results: Permission denied", "mend that and ask again"),
        ),
        (
            ZeroDivisionError("hush"),
            Finding("x", State.FAIL, "this check could not be made (ZeroDivisionError)", "go by the other lines"),
        ),
    ],
)
def test_whatever_a_check_raises_is_a_finding(error: Exception, said: Finding) -> None:
    def look() -> list[Finding]:
        raise error

    assert list(safely("x", look)) == [said]


def test_an_errors_sentence_is_divided_into_trouble_and_advice() -> None:
    assert fail_of("x", LedgerError("gone; look; again")) == Finding("x", State.FAIL, "gone", "look; again")
    assert fail_of("x", LedgerError("gone")).advice == ""


def test_a_finding_is_one_line_that_needs_no_colour() -> None:
    assert finding_line(ok("key", "from GEMINI_API_KEY")) == "ok    key                 from GEMINI_API_KEY"
    line = finding_line(Finding("results", State.FAIL, "a\nb\x1b[2J is missing", "put it back"))

    assert line == r"FAIL  results             a\nb\x1b[2J is missing; put it back"


def test_the_summary_counts_every_state() -> None:
    findings = [Finding("x", state, "") for state in (State.OK, State.OK, State.WARN, State.FAIL)]

    assert summary(findings) == "4 checks: 2 ok, 1 warning, 1 failed"
