from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.batch.lifecycle import Status
from core.engine.steps import Kind, Step, next_step
from tests.batches import (
    DEFER,
    FAIL,
    GIVE_UP,
    HAND_OVER,
    HAPPY,
    JOB,
    LOOKED,
    REFUSE,
    RETRY,
    START,
    UNCLEAR,
    WAYS,
    given,
    later,
)

if TYPE_CHECKING:
    from core.batch.commands import BatchCommand

SENT = HAPPY[:3]


@pytest.mark.parametrize(
    ("before", "step"),
    [
        (WAYS[Status.UNPLANNED], Step(Kind.NOTHING)),
        (WAYS[Status.PLANNED], Step(Kind.NOTHING)),
        (WAYS[Status.WITHDRAWN], Step(Kind.NOTHING)),
        (WAYS[Status.WRITTEN], Step(Kind.SUBMIT)),
        (SENT, Step(Kind.RESOLVE)),
        ((*SENT, UNCLEAR), Step(Kind.RESOLVE, later(124))),
        ((*SENT, UNCLEAR, LOOKED), Step(Kind.RESOLVE, later(144))),
        ((*SENT, DEFER), Step(Kind.SUBMIT, later(300))),
        ((*SENT, DEFER, START), Step(Kind.RESOLVE)),
        ((*SENT, REFUSE), Step(Kind.NOTHING)),
        ((*SENT, REFUSE, RETRY), Step(Kind.SUBMIT)),
        (WAYS[Status.SUBMITTED], Step(Kind.POLL)),
        (WAYS[Status.PROCESSING], Step(Kind.POLL)),
        (WAYS[Status.SUCCEEDED], Step(Kind.HARVEST)),
        (WAYS[Status.FAILED], Step(Kind.NOTHING)),
        ((*SENT, JOB, FAIL, RETRY), Step(Kind.SUBMIT)),
        (WAYS[Status.DOWNLOADED], Step(Kind.READ)),
        (HAPPY, Step(Kind.REPAIR)),
        ((*HAPPY, HAND_OVER), Step(Kind.NOTHING)),
        ((*HAPPY, GIVE_UP), Step(Kind.NOTHING)),
    ],
)
def test_what_a_batch_needs_next(before: tuple[BatchCommand, ...], step: Step) -> None:
    assert next_step(given(*before)) == step
