from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.memory.read_model import MemoryReadModel
from adapters.memory.store import MemoryEventStore
from core.ledger.recorded import NewEvent, stamp
from core.projections.catch_up import catch_up
from core.projections.milestone import Milestone
from core.projections.timeline import cell, day, milestones, table_row
from tests.batches import (
    CANCEL,
    DEFER,
    FAIL,
    HAPPY,
    PAUSE,
    PLAN,
    QUARANTINE,
    REFUSE,
    RESUME,
    RETRY,
    START,
    UNCLEAR,
    WRITE,
    later,
)
from tests.documents import history, rendered_by, tracked
from tests.ledgers import CONTEXT, SetClock
from tests.waves import planned_source, wave_planned

if TYPE_CHECKING:
    from core.batch.commands import BatchCommand

GOLDEN = Path(__file__).parent.parent / "golden"

#: The keys that other tools read, with what they hold of the small history below.
USERS_KEYS = {
    "batch_number": 205,
    "file_path": "submissions/batch_205.jsonl",
    "qa_count": 4,
    "file_size": 4_096,
    "first_pair_id": "w2-s30-n205-001",
    "last_pair_id": "w2-s30-n205-004",
}


SMALL: tuple[tuple[BatchCommand, ...], ...] = (
    HAPPY,
    HAPPY[:6],
    (*HAPPY[:6], FAIL),
    (PLAN, WRITE, START, DEFER),
    (PLAN,),
)


@pytest.mark.parametrize(
    ("path", "golden"),
    [("submissions/batch_tracking.json", "batch_tracking.json"), ("timeline.md", "timeline.md")],
)
def test_a_small_history_has_these_documents(path: str, golden: str) -> None:
    rendered = rendered_by(history(*SMALL, extra=True))[path]

    assert rendered.decode() == (GOLDEN / golden).read_text(encoding="utf-8")


def test_the_tracking_file_keeps_the_keys_other_tools_read() -> None:
    document = tracked(history(*SMALL))

    assert list(document) == ["total_batches", "total_qa_pairs", "batch_size", "batches", "repairs"]
    assert (document["total_batches"], document["total_qa_pairs"], document["batch_size"]) == (5, 20, 4)
    assert dict(list(document["batches"][0].items())[:6]) == USERS_KEYS
    assert [batch["batch_number"] for batch in document["batches"]] == [205, 206, 207, 208, 209]


def test_a_withdrawn_batch_is_not_tracked() -> None:
    document = tracked(history(HAPPY, extra=True))

    assert [batch["batch_number"] for batch in document["batches"]] == [205]
    assert document["total_qa_pairs"] == 4


def model_of(*pairs: int) -> MemoryReadModel:
    """Give a model of batches with these counts of pairs."""
    [row] = history((PLAN,)).batches()
    rows = [msgspec.structs.replace(row, number=205 + place, pairs=count) for place, count in enumerate(pairs)]
    model = MemoryReadModel()
    model.save((), rows, was=0, checkpoint=1)
    return model


@pytest.mark.parametrize(
    ("pairs", "size"), [((), 0), ((100, 100, 1), 100), ((7, 3, 3), 3), ((3, 7), 7), ((7, 3), 7)]
)
def test_the_batch_size_is_the_most_common_count_and_the_larger_of_two(pairs: tuple[int, ...], size: int) -> None:
    assert tracked(model_of(*pairs))["batch_size"] == size


def texts(model: MemoryReadModel) -> list[tuple[str, str]]:
    return [(line.text, line.state) for line in milestones(model.waves(), model.batches())]


def test_a_milestone_is_reached_when_the_last_batch_has_reached_it() -> None:
    assert texts(history(HAPPY, HAPPY[:5])) == [
        ("Wave 2 planned (2 batches, 8 pairs)", "done"),
        ("Wave 2 batch files written (2 batches)", "done"),
        ("Wave 2 submission complete (2 batches)", "done"),
        ("Wave 2 processing complete (1 of 2 batches)", "pending"),
        ("Wave 2 results downloaded (1 of 2 batches)", "pending"),
        ("Wave 2 deadline: the job under way ends by 12:02 UTC", "pending"),
        ("Wave 2 answers read (3 of 8 pairs refined)", "pending"),
        ("Wave 2 quality validation", "pending"),
    ]


def test_answers_read_without_the_pairs_that_were_given_up_do_not_look_all_well() -> None:
    model = history(HAPPY)
    [row] = model.batches()
    poor = msgspec.structs.replace(row, refined=0, given_up=4)

    told = [line.text for line in milestones(model.waves(), [poor])]

    assert "Wave 2 answers read (0 of 4 pairs refined, 4 given up)" in told
    assert "Wave 2: 4 pairs given up" in told


def test_one_batch_is_not_called_batches() -> None:
    assert texts(history(HAPPY))[:2] == [
        ("Wave 2 planned (1 batch, 4 pairs)", "done"),
        ("Wave 2 batch files written (1 batch)", "done"),
    ]


def test_a_milestone_has_the_date_of_the_last_batch() -> None:
    model = history(HAPPY, HAPPY)
    first, second = model.batches()
    late = msgspec.structs.replace(second, submitted_at="2026-11-09T08:00:00.000000Z")

    line = milestones(model.waves(), [first, late])[2]

    assert (line.at, day(line.at)) == ("2026-11-09T08:00:00.000000Z", "Nov 9")


def test_a_failed_batch_stands_in_the_timeline_with_its_reason() -> None:
    assert ("Batch 205 failed: the job expired", "failed") in texts(history((*HAPPY[:6], FAIL)))


@pytest.mark.parametrize(
    ("life", "line"),
    [
        ((PLAN, WRITE, START, REFUSE), "Batch 205 refused: 400: line 1 is no request"),
        ((PLAN, WRITE, START, UNCLEAR, QUARANTINE), "Batch 205 quarantined: nobody could tell"),
    ],
)
def test_a_batch_that_asks_for_a_person_before_it_was_sent_stands_in_the_timeline(
    life: tuple[BatchCommand, ...], line: str
) -> None:
    assert (line, "failed") in texts(history(life))
    assert "failed" not in {state for _, state in texts(history((*life, RETRY)))}


@pytest.mark.parametrize(
    "life",
    [(PLAN, WRITE, PAUSE), (PLAN, WRITE, CANCEL), (PLAN, WRITE, START, DEFER), (PLAN, WRITE, START, UNCLEAR)],
)
def test_what_waits_or_was_not_wanted_is_no_trouble(life: tuple[BatchCommand, ...]) -> None:
    assert "failed" not in {state for _, state in texts(history(life))}


def test_a_batch_that_was_paused_and_goes_on_has_lost_the_reason() -> None:
    [row] = history((PLAN, WRITE, PAUSE, RESUME)).batches()

    assert (row.hold, row.reason) == (None, None)


def test_the_job_that_ought_to_end_first_has_a_line_of_its_own() -> None:
    model = history(HAPPY, HAPPY[:5], HAPPY[:6])
    home, first, second = model.batches()
    late = msgspec.structs.replace(second, due="2026-11-05T08:00:00.000000Z")

    [line] = [line for line in milestones(model.waves(), [home, first, late]) if "deadline" in line.text]

    assert (line.at, line.state) == (stamp(later(172_922)), "pending")
    assert line.text == "Wave 2 deadline: the first of 2 jobs under way ends by 12:02 UTC"


@pytest.mark.parametrize("life", [(PLAN, WRITE), HAPPY[:7], (*HAPPY[:6], FAIL), HAPPY])
def test_where_no_job_is_under_way_there_is_no_deadline(life: tuple[BatchCommand, ...]) -> None:
    assert not any("deadline" in text for text, _ in texts(history(life)))


def test_a_wave_without_batches_has_nothing_done_but_its_plan() -> None:
    event = wave_planned([planned_source("empty", 0)], [])
    store, model = MemoryEventStore(SetClock()), MemoryReadModel()
    store.append([NewEvent("wave-2", 1, event, CONTEXT)])
    catch_up(store, model)

    assert {state for _, state in texts(model)[1:]} == {"pending"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a | b", r"a \| b"),
        (r"a \| b", r"a \\\| b"),
        ("a\n| x | y |\r\nb", r"a \| x \| y \| b"),
        ("<b>&", "&lt;b&gt;&amp;"),
        ("[x](y) *z* _q_ `r`", r"\[x\](y) \*z\* \_q\_ \`r\`"),
        ("\x1b[31mred\x07", r"\[31mred"),
        ("a\u2028b\u202ec", "a b c"),
    ],
)
def test_a_cell_cannot_be_broken_out_of(text: str, shown: str) -> None:
    assert cell(text) == shown


@given(st.text(alphabet=st.sampled_from("ab|\\`*_[]<>&\n\r\t\x1b \u2028"), max_size=30))
def test_whatever_a_reason_says_the_table_keeps_its_three_columns(text: str) -> None:
    line = Milestone(at=None, text=text, state="failed", wave=2)

    row = table_row(line)

    unescaped = row.replace("\\\\", "").replace("\\|", "")
    assert unescaped.count("|") == 4
    assert row.startswith("| - | ")
    assert row.endswith(" | ❌ Failed |")
    assert row.isprintable()
