from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from core.batch import commands as c
from core.batch import events as e
from core.batch.folding import evolve
from core.batch.holds import Hold
from core.batch.state import Batch
from core.engine.books import Books, Entry
from core.engine.purse import Purse
from core.planning.models import models_with
from tests.batches import DEFER, FAIL, HAPPY, JOB, MODEL, REFUSE, told

if TYPE_CHECKING:
    from tests.mill import Mill

replace = msgspec.structs.replace
EXPECTED = 0.0405
"""What one batch of the tests is expected to cost, in US dollars."""


def purse_after(*commands: c.BatchCommand) -> Purse:
    purse, batch = Purse(models_with()), Batch(number=205)
    for event in told(commands)[0]:
        batch = evolve(batch, event)
        purse.fold(batch, event)
    return purse


@pytest.mark.parametrize(
    ("commands", "usd"),
    [
        (HAPPY[:2], 0.0),
        (HAPPY[:3], EXPECTED),
        ((*HAPPY[:3], JOB), EXPECTED),
        ((*HAPPY[:3], DEFER), 0.0),
        ((*HAPPY[:3], REFUSE), 0.0),
        ((*HAPPY[:3], JOB, FAIL), 0.0),
        (HAPPY, (1_900 * 0.15 + 2_800 * 1.25) / 1_000_000),
    ],
)
def test_an_expectation_is_reserved_at_intent_and_settled_when_the_answers_are_read(
    commands: tuple[c.BatchCommand, ...], usd: float
) -> None:
    purse = purse_after(*commands)

    assert purse.committed(2) == pytest.approx(usd)
    assert purse.committed() == pytest.approx(usd)
    assert purse.committed(3) == 0.0


@pytest.mark.parametrize("limit", ["usd_per_wave", "usd_in_all"])
def test_what_would_pass_the_budget_is_held_with_the_sum(mill: Mill, limit: str) -> None:
    mill.stage(205, 206, 207)
    usd = sum(mill.batch(number).expected_usd for number in (205, 206)) * 1.1
    mill.policy = replace(mill.policy, **{limit: usd})

    mill.engine().pulse()

    assert [len(mill.events(number, e.SubmissionStarted)) for number in (205, 206, 207)] == [1, 1, 0]
    held = mill.batch(207)
    assert held.hold is Hold.BUDGET
    assert held.hold_reason.startswith("it is expected to cost $0.")
    assert f"of ${usd:.4f}; raise budget.{limit}, then run `batchmill retry 207`" in held.hold_reason


def test_a_held_batch_goes_on_when_the_budget_was_raised_and_a_person_says_so(mill: Mill) -> None:
    mill.stage(205)
    mill.policy = replace(mill.policy, usd_in_all=0.0)
    assert mill.drive().open == 0
    assert mill.jobs() == {}

    mill.policy = replace(mill.policy, usd_in_all=100.0)
    assert mill.drive().open == 0
    books = Books(mill.store, "ann@desk")
    books.write([Entry(205, (c.RetryBatch("raised", mill.clock.now()),), "retry 205")])
    mill.drive()

    assert mill.balance().refined == 4
    mill.check_books()


def test_money_is_counted_over_restarts(mill: Mill) -> None:
    mill.stage(205)
    mill.engine().pulse()
    books = Books(mill.store, "anybody", models={MODEL: models_with()[MODEL]})

    books.refresh()

    assert books.purse.committed(2) == pytest.approx(mill.batch(205).expected_usd)
