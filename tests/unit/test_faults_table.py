from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.faults.verdict import Counts, tally, verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

ASKED = [f"row-{number:05d}" for number in range(20)]
ANSWERED = {name: f"What is {name}?" for name in ASKED}
ONCE = Counter(ASKED)


def judge(
    kept: Mapping[str, str | None] = ANSWERED, ready: Counter[str] = ONCE, *, quiet: bool = True, **more: object
) -> str:
    counts = tally(ASKED, kept, ready, quiet=quiet)
    return verdict(counts._replace(**({"calls": 9} | more)))  # type: ignore[arg-type]


def without(rows: int) -> dict[str, str | None]:
    return {name: text for name, text in ANSWERED.items() if name in ASKED[rows:]}


def test_every_row_home_once_is_ok() -> None:
    assert judge() == "ok"


def test_a_kill_that_the_fault_wanted_is_no_death() -> None:
    assert judge(starts=2) == "ok"


def test_an_answer_under_another_rows_name_is_wrong_and_not_home() -> None:
    swapped = ANSWERED | {ASKED[0]: ANSWERED[ASKED[1]]}
    assert judge(swapped) == "wrong 5 %"


def test_an_answer_that_bears_no_mark_is_wrong() -> None:
    assert judge(ANSWERED | {ASKED[0]: "I am sorry."}) == "wrong 5 %"


def test_an_answer_to_a_row_that_was_not_asked_counts_nothing() -> None:
    assert judge(ANSWERED | {"row-99999": "What is row-99999?"}) == "ok"


def test_an_answer_that_stands_ready_and_is_not_kept_was_paid_for() -> None:
    assert judge(without(5)) == "paid, not home 25 %"


def test_an_answer_that_stands_ready_was_paid_for_though_the_tool_calls_it_failed() -> None:
    assert judge(without(5) | dict.fromkeys(ASKED[:5])) == "paid, not home 25 %"


def test_a_row_that_no_job_answered_is_unanswered_and_told_when_it_is_named() -> None:
    assert judge(without(4) | dict.fromkeys(ASKED[:4]), Counter(ASKED[4:])) == "unanswered 20 % (told)"


def test_a_row_that_no_job_answered_is_untold_when_the_tool_ends_as_though_all_were_well() -> None:
    assert judge(without(4), Counter(ASKED[4:])) == "unanswered 20 % (untold)"


def test_who_dies_has_told() -> None:
    said = judge(without(4), Counter(ASKED[4:]), quiet=False, deaths=("ServerError", "ServerError"), starts=2)
    assert said == "stops: ServerError, unanswered 20 % (told)"


def test_a_row_that_cannot_come_may_be_missing_if_it_is_told() -> None:
    ready = Counter(ASKED[1:])
    assert judge(without(1) | {ASKED[0]: None}, ready, impossible=1) == "ok"
    assert judge(without(1), ready, impossible=1) == "unanswered 5 % (untold)"


def test_a_second_answer_that_stood_ready_is_paid_again() -> None:
    assert judge(ready=ONCE + Counter(ASKED[:5])) == "paid 1.25x"


def test_asking_again_for_a_row_that_did_not_come_is_not_paid_again() -> None:
    assert judge(jobs=5, billed=5) == "ok"


def test_a_death_is_named_and_whether_another_start_made_it_whole() -> None:
    assert judge(deaths=("ServerError",), starts=2) == "died: ServerError, whole when started again"
    assert judge(ready=ONCE + Counter(ASKED), deaths=("ServerError",), starts=2) == "died: ServerError, paid 2.00x"


def test_who_dies_again_stops_for_a_person() -> None:
    assert judge(deaths=("RunPausedError", "RunPausedError"), starts=2) == "stops: RunPausedError"


def test_who_does_not_end_by_itself_has_no_end_though_every_row_is_home() -> None:
    assert judge(ended=False, quiet=False, billed=40) == "no end (40 jobs billed)"


def test_who_makes_no_call_does_not_speak_it() -> None:
    assert judge({}, Counter(), calls=0) == "does not speak it"


def test_a_share_that_rounds_to_nothing_is_still_said() -> None:
    assert verdict(Counts(asked=1000, home=999, untold=1, calls=1)) == "unanswered 1 % (untold)"


@given(
    kept=st.dictionaries(st.sampled_from(ASKED), st.none() | st.sampled_from([*ANSWERED.values(), "no mark"])),
    ready=st.dictionaries(st.sampled_from(ASKED), st.integers(1, 3)),
    quiet=st.booleans(),
)
def test_every_row_asked_is_counted_in_one_place(
    kept: dict[str, str | None], ready: dict[str, int], *, quiet: bool
) -> None:
    counts = tally(ASKED, kept, ready, quiet=quiet)
    assert counts.home + counts.wrong + counts.paid_not_home + counts.told + counts.untold == len(ASKED)
    assert counts.ready + counts.again == sum(ready.values())


@pytest.mark.parametrize("short", ["home", "again", "ended", "deaths", "wrong"])
def test_nothing_but_a_whole_cell_is_ok(short: str) -> None:
    whole = Counts(asked=20, home=20, ready=20, calls=9)
    spoilt = {
        "home": whole._replace(home=19, untold=1),
        "again": whole._replace(again=1),
        "ended": whole._replace(ended=False),
        "deaths": whole._replace(deaths=("exit 1",)),
        "wrong": whole._replace(home=19, wrong=1),
    }
    assert verdict(whole) == "ok"
    assert verdict(spoilt[short]) != "ok"
