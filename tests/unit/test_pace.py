from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from core.batch import events as e
from core.batch.lifecycle import Status
from core.engine.pace import admitted, held_until, next_room
from core.errors import AmbiguousError, RateLimitedError
from core.ports import Share
from tests.batches import MODEL, later

if TYPE_CHECKING:
    from collections.abc import Collection

    from core.engine.workshop import Workshop
    from tests.mill import Mill

#: What every batch of the tests is expected to need.
TOKENS = 2_000


def paced(mill: Mill, **limits: object) -> None:
    mill.policy = msgspec.structs.replace(mill.policy, **limits)


def opened(mill: Mill) -> Workshop:
    shop = mill.workshop()
    shop.books.refresh()
    return shop


def numbers(shop: Workshop, share: Share | None = None, only: Collection[int] | None = None) -> list[int]:
    return [batch.number for batch in admitted(shop, share, only)]


def sent(mill: Mill) -> list[int]:
    return [number for number in range(205, 230) if Status.SUBMITTED.value in mill.types(number)]


def test_batches_are_sent_by_number_and_a_chunk_at_a_time(mill: Mill) -> None:
    mill.stage(207, 205, 206)
    paced(mill, chunk=2)

    assert numbers(opened(mill)) == [205, 206]


def test_with_only_no_others_are_sent(mill: Mill) -> None:
    mill.stage(205, 206, 207)
    paced(mill, chunk=1)

    shop = opened(mill)
    assert numbers(shop, only={206, 207}) == [206]
    assert numbers(shop, only=()) == []


def test_no_more_jobs_are_created_in_a_minute_than_allowed(mill: Mill) -> None:
    mill.stage(*range(205, 212))
    paced(mill, creates_a_minute=2, chunk=5)

    mill.drive()

    starts = sorted(start.at for number in range(205, 212) for start in mill.events(number, e.SubmissionStarted))
    assert len(starts) == 7
    assert all((third - first).total_seconds() >= 60 for first, third in zip(starts, starts[2:], strict=False))
    assert mill.balance().refined == 28


def test_a_pulse_that_used_up_the_rate_says_when_there_is_room_again(mill: Mill) -> None:
    mill.stage(205, 206)
    paced(mill, creates_a_minute=1, poll_every=500.0)
    engine = mill.engine()

    assert engine.pulse().due == later(60)
    assert sent(mill) == [205]
    mill.clock.advance(59.9)
    engine.pulse()
    assert sent(mill) == [205]
    mill.clock.advance(0.1)
    engine.pulse()
    assert sent(mill) == [205, 206]


def test_the_rate_outlives_a_restart(mill: Mill) -> None:
    mill.stage(*range(205, 210))
    paced(mill, creates_a_minute=2)
    mill.engine().pulse()
    mill.clock.advance(30)

    mill.engine().pulse()
    assert sent(mill) == [205, 206]
    assert next_room(opened(mill)) == later(60)

    mill.clock.advance(30)
    mill.engine().pulse()
    assert sent(mill) == [205, 206, 207, 208]


def test_what_others_began_counts_towards_the_rate(mill: Mill) -> None:
    mill.stage(205, 206, 207)
    paced(mill, creates_a_minute=2)
    shop = opened(mill)
    mill.append([("batch-205", 3, e.SubmissionStarted(1, "w2-batch_205-a1-x", "f" * 64, later(0)))])
    shop.books.refresh()

    assert numbers(shop) == [206]


def test_there_is_no_moment_to_wait_for_while_there_is_room_or_nothing_to_send(mill: Mill) -> None:
    assert next_room(opened(mill)) is None
    mill.stage(205)
    assert next_room(opened(mill)) is None


def test_a_submission_that_is_unclear_or_quarantined_takes_the_room_of_a_job(mill: Mill) -> None:
    mill.stage(205, 206)
    paced(mill, jobs_at_once=1)
    start = e.SubmissionStarted(1, "w2-batch_205-a1-x", "f" * 64, later(-600))
    mill.append([("batch-205", 3, start), ("batch-205", 4, e.SubmissionQuarantined("so", later(-1)))])

    assert numbers(opened(mill)) == []


def test_the_wait_of_one_batch_holds_all_and_outlives_a_restart(mill: Mill) -> None:
    mill.stage(205, 206)
    paced(mill, chunk=1)

    def limit(_: str) -> None:
        raise RateLimitedError("429", retry_after=100)

    mill.provider.before["create"] = limit
    mill.engine().pulse()
    mill.clock.advance(99)

    shop = opened(mill)
    assert held_until(shop) == later(100)
    assert numbers(shop) == []
    mill.clock.advance(1)
    assert held_until(shop) is None
    assert numbers(shop) == [205]


@pytest.mark.parametrize(("room", "workers"), [(7, 3), (1, 4), (4, 4), (2, 3), (60, 1)])
def test_workers_divide_the_room_and_all_of_it(mill: Mill, room: int, workers: int) -> None:
    mill.stage(*range(205, 225))
    paced(mill, jobs_at_once=room, chunk=20)
    shop = opened(mill)
    mine = frozenset(range(205, 225))

    parts = [len(numbers(shop, Share(mine, place, workers))) for place in range(workers)]

    assert sum(parts) == min(room, 20)
    assert max(parts) - min(parts) <= 1


def test_a_room_smaller_than_the_number_of_workers_reaches_each_of_them_in_turn(mill: Mill) -> None:
    mill.stage(205)
    paced(mill, jobs_at_once=1)
    shop = opened(mill)

    served = set()
    for _ in range(3):
        served |= {place for place in range(3) if numbers(shop, Share(frozenset({205}), place, 3))}
        mill.clock.advance(60)

    assert served == {0, 1, 2}


def test_a_worker_sends_its_own_batches_alone(mill: Mill) -> None:
    mill.stage(*range(205, 211))

    assert numbers(opened(mill), Share(frozenset({206, 209}), 1, 2)) == [206, 209]


def test_a_worker_without_room_sends_nothing(mill: Mill) -> None:
    mill.stage(205, 206)
    paced(mill, jobs_at_once=1)
    mill.engine().pulse()

    assert numbers(opened(mill), Share(frozenset({206}), 0, 2)) == []


def running_at_most(mill: Mill, limit: int) -> None:
    paced(mill, enqueued_tokens={MODEL: limit})


def test_no_more_tokens_wait_than_the_model_lets(mill: Mill) -> None:
    mill.stage(*range(205, 212))
    running_at_most(mill, 2 * TOKENS + 1)
    at_once = []

    def note(_: str) -> None:
        states = [mill.emulator.jobs.standing(row).state for row in mill.emulator.jobs.page(limit=99)]
        at_once.append(sum(state in {"PENDING", "RUNNING"} for state in states))

    mill.provider.after["create"] = note
    mill.drive()

    assert (len(at_once), max(at_once)) == (7, 2)
    assert mill.balance().refined == 28
    mill.check_books()


def test_tokens_that_just_fit_are_sent(mill: Mill) -> None:
    mill.stage(205, 206, 207)
    running_at_most(mill, 2 * TOKENS)

    assert numbers(opened(mill)) == [205, 206]


def test_another_models_tokens_do_not_count(mill: Mill) -> None:
    mill.stage(205, 206)
    paced(mill, enqueued_tokens={"gemini-2.5-pro": 1})

    assert numbers(opened(mill)) == [205, 206]


def test_a_large_batch_is_not_overtaken_by_smaller_ones_for_ever(mill: Mill) -> None:
    mill.stage(205, 206, 207)
    running_at_most(mill, 3 * TOKENS)
    larger(mill, 206, 3 * TOKENS)

    shop = opened(mill)
    assert numbers(shop) == [205]
    mill.drive()

    order = [about for verb, about in mill.provider.calls if verb == "create"]
    assert [name.split("-")[1] for name in order] == ["batch_205", "batch_206", "batch_207"]


def larger(mill: Mill, number: int, tokens: int) -> None:
    """Plan a batch again, with more tokens, and write its file."""
    batch, [planned] = mill.batch(number), mill.events(number, e.BatchPlanned)
    estimate = msgspec.structs.replace(planned.estimate, input_tokens=tokens)
    planned = msgspec.structs.replace(planned, estimate=estimate)
    mill.append([(f"batch-{number}", batch.version + 1, planned)])
    mill.write(planned)


def test_a_batch_above_the_limit_is_refused_with_what_to_do_and_holds_up_nobody(mill: Mill) -> None:
    mill.stage(205, 206)
    running_at_most(mill, 2 * TOKENS)
    larger(mill, 205, 2 * TOKENS + 1)

    mill.drive()

    [refused] = mill.events(205, e.SubmissionRefused)
    assert refused.reason == (
        "its 4,001 expected input tokens are more than the 4,000 that gemini-2.5-flash lets wait at your tier; "
        "plan smaller batches, or set provider.tier or enqueued_tokens of the model, "
        "then run `batchmill retry 205`"
    )
    assert not any("batch_205" in about for _, about in mill.provider.calls)
    assert mill.batch(206).read


def test_an_unclear_submissions_tokens_count(mill: Mill) -> None:
    mill.stage(205, 206)
    running_at_most(mill, TOKENS)

    def lose(_: str) -> None:
        raise AmbiguousError("lost")

    mill.provider.after["create"] = lose
    mill.engine().pulse()

    assert numbers(opened(mill)) == []
