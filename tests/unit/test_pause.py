from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.batch import commands as c
from core.batch.holds import Hold
from core.batch.lifecycle import Status
from core.engine.books import Entry
from core.errors import AmbiguousError, RateLimitedError
from core.provider import JobState

if TYPE_CHECKING:
    from core.provider import Job
    from tests.mill import Mill


def wish(mill: Mill, number: int, kind: type[c.CancelBatch | c.PauseBatch | c.ResumeBatch]) -> None:
    """Record what a person asks for, as a process of its own would."""
    command = kind("a person wants it so", mill.clock.now())
    mill.workshop().books.write([Entry(number, (command,), "asked for")])


def test_a_paused_batch_is_sent_when_it_is_resumed(mill: Mill) -> None:
    mill.stage(205)
    wish(mill, 205, c.PauseBatch)
    engine = mill.engine()
    assert mill.drive(engine).open == 0
    assert mill.provider.calls == []
    wish(mill, 205, c.ResumeBatch)

    mill.drive(engine)

    assert mill.balance().refined == 4


def test_a_paused_submission_that_is_unclear_is_looked_for_and_not_made_again(mill: Mill) -> None:
    mill.stage(205)

    def lose(_: str) -> None:
        raise AmbiguousError("the answer was lost")

    mill.provider.before["create"] = lose
    engine = mill.engine()
    engine.pulse()
    mill.provider.before.clear()
    wish(mill, 205, c.PauseBatch)

    mill.drive(engine)

    assert mill.batch(205).hold is Hold.PAUSED
    assert (mill.batch(205).intent_open, mill.jobs()) == (False, {})
    wish(mill, 205, c.ResumeBatch)
    mill.drive(engine)
    assert (mill.jobs(), mill.balance().refined) == ({"w2-batch_205-a1-00000001": 1}, 4)


def test_a_pause_does_not_shorten_the_wait_for_the_rate_limit(mill: Mill) -> None:
    mill.stage(205)

    def limit(_: str) -> None:
        raise RateLimitedError("429", retry_after=300)

    mill.provider.before["create"] = limit
    engine = mill.engine()
    engine.pulse()
    mill.provider.before.clear()
    wish(mill, 205, c.PauseBatch)
    engine.pulse()
    wish(mill, 205, c.ResumeBatch)
    mill.clock.advance(299)
    engine.pulse()
    assert mill.jobs() == {}

    mill.drive(engine)

    assert mill.balance().refined == 4


def test_a_paused_batchs_job_is_brought_home_all_the_same(mill: Mill) -> None:
    mill.stage(205)
    engine = mill.engine()
    engine.pulse()
    wish(mill, 205, c.PauseBatch)

    mill.drive(engine)

    assert (mill.batch(205).hold, mill.balance().refined) == (None, 4)


def test_a_job_that_fails_while_its_batch_is_paused_is_followed_by_another_one_when_it_is_resumed(
    mill: Mill,
) -> None:
    mill.stage(205)
    engine = mill.engine()
    engine.pulse()
    first = mill.batch(205).job_name

    def expired_at_first(job: Job) -> Job:
        return job if job.name != first else msgspec.structs.replace(job, state=JobState.EXPIRED, result_file=None)

    mill.provider.seen = expired_at_first
    wish(mill, 205, c.PauseBatch)

    pulse = mill.drive(engine)

    assert pulse.open == 0
    assert (mill.batch(205).status, mill.batch(205).hold) == (Status.FAILED, Hold.PAUSED)
    wish(mill, 205, c.ResumeBatch)
    mill.drive(engine)
    assert (mill.batch(205).attempt, mill.balance().refined) == (2, 4)
    mill.check_books()


def test_a_paused_batch_that_is_cancelled_is_not_freed_by_resume(mill: Mill) -> None:
    mill.stage(205)
    wish(mill, 205, c.PauseBatch)
    wish(mill, 205, c.CancelBatch)
    wish(mill, 205, c.ResumeBatch)

    mill.drive()

    assert mill.jobs() == {}
    assert "batch 205 is not paused" in mill.warnings[0]
