from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.memory.store import MemoryEventStore
from core.batch import commands as c
from core.batch.decider import decide
from core.batch.numbers import repair_of
from core.ledger.load import load_batch
from core.ledger.recorded import NewEvent
from core.pairs import PairRange, carries
from core.projections.passage import passage
from tests.batches import (
    DOUBLE,
    FAIL,
    GIVE_UP,
    HAND_OVER,
    HAPPY,
    JOB,
    PLAN,
    REFUSE,
    RETRY,
    START,
    WITHDRAW,
    WRITE,
    planned,
)
from tests.ledgers import CONTEXT, SetClock

if TYPE_CHECKING:
    from core.batch.commands import BatchCommand
    from core.projections.way import Passage

SOURCE = "w2-s30-tvl"


def through(ordinal: int, *commands: BatchCommand) -> Passage | None:
    """Return the way of a pair of the source through batch 205 after these commands."""
    store = MemoryEventStore(SetClock())
    for command in commands:
        batch = load_batch(store, 205)
        events = decide(batch, command)
        store.append(
            [NewEvent("batch-205", batch.version + n, event, CONTEXT) for n, event in enumerate(events, 1)]
        )
    return passage(store.read_stream("batch-205"), SOURCE, ordinal, f"{SOURCE}-{ordinal:03d}")


def test_a_pair_that_came_home_has_its_request_job_and_verdict() -> None:
    way = through(1, *HAPPY)

    assert way is not None
    assert (way.label, way.request, way.companions, way.verdict, way.emulated) == (
        *("205", "batch_205/r01", 2, "refined"),
        True,
    )
    (attempt,) = way.attempts
    assert (attempt.attempt, attempt.job_name, attempt.how, attempt.outcome) == (
        *(1, "batches/one", "created"),
        "succeeded",
    )
    assert attempt.downloaded_at
    assert way.result_path == "results/batch_205_results.jsonl"


def test_a_pair_that_did_not_come_home_has_the_reason_and_where_it_went() -> None:
    over, up = through(4, *HAPPY, HAND_OVER), through(4, *HAPPY, GIVE_UP)

    assert over is not None
    assert up is not None
    assert (over.request, over.verdict, over.reason) == ("batch_205/r02", "cut_off", "so it was")
    assert (over.handed_to, over.given_up_at) == (repair_of(205, 1), None)
    assert up.handed_to is None
    assert up.given_up_at


def test_what_befalls_other_pairs_of_the_batch_is_not_told_of_this_one() -> None:
    way = through(1, *HAPPY, HAND_OVER)

    assert way is not None
    assert way.handed_to is None


def test_every_attempt_is_told_with_its_end() -> None:
    way = through(1, *HAPPY[:3], DOUBLE, JOB, FAIL, RETRY, c.StartSubmission("0ddba115", FAIL.at), REFUSE)

    assert way is not None
    assert [(each.attempt, each.outcome) for each in way.attempts] == [(1, "expired"), (2, "refused")]
    assert way.attempts[0].doubles == ["batches/two"]
    assert way.attempts[1].job_name is None
    assert way.verdict is None


def test_a_try_of_the_same_attempt_is_told_once() -> None:
    way = through(1, PLAN, WRITE, START, REFUSE, RETRY, START)

    assert way is not None
    assert [each.attempt for each in way.attempts] == [1]


def test_a_pair_of_another_batch_has_no_way_here() -> None:
    assert through(9, *HAPPY) is None


def test_a_later_plan_that_does_without_the_pair_ends_its_way() -> None:
    fewer = planned(pairs=2, revision=2)
    withdrawn = through(1, PLAN, WITHDRAW)

    assert through(4, PLAN, WRITE, c.PlanBatch(fewer)) is None
    assert withdrawn is not None
    assert withdrawn.withdrawn


def test_ranges_carry_their_ends_and_no_pair_of_another_source() -> None:
    ranges = (PairRange(SOURCE, 2, 4),)

    assert [carries(ranges, SOURCE, n) for n in (1, 2, 4, 5)] == [False, True, True, False]
    assert not carries(ranges, "w2-s30-other", 3)
