from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from core.batch import events as e
from core.batch.lifecycle import Status
from core.errors import AmbiguousError, GoneError, ProviderError, RejectedError, UnavailableError
from tests.batches import MODEL, later

if TYPE_CHECKING:
    from tests.mill import Mill

LOST = AmbiguousError("the answer was lost")


def lose(mill: Mill, place: str, times: int = 1) -> None:
    """Let the next creates raise: `after` the job was made, or `before`."""
    left = [times]

    def rule(_: str) -> None:
        if left[0]:
            left[0] -= 1
            raise LOST

    getattr(mill.provider, place)["create"] = rule


def test_a_job_whose_answer_was_lost_is_found_by_its_name_and_not_made_again(mill: Mill) -> None:
    mill.stage(205)
    lose(mill, "after")
    engine = mill.engine()

    pulse = engine.pulse()

    assert mill.batch(205).intent_open
    assert mill.balance().in_flight == 4
    assert pulse.due == later(2)
    mill.drive(engine)
    [submitted] = mill.events(205, e.BatchSubmitted)
    assert submitted.how == "found"
    assert mill.provider.verbs["create"] == 1
    assert mill.jobs() == {"w2-batch_205-a1-00000001": 1}
    assert mill.balance().refined == 4
    mill.check_books()


def test_a_job_that_was_never_made_is_looked_for_three_times_and_then_made_under_the_same_attempt(
    mill: Mill,
) -> None:
    mill.stage(205)
    lose(mill, "before")

    mill.drive()

    unclear = mill.events(205, e.SubmissionUnclear)
    assert [(each.looks, each.at, each.look_again_at) for each in unclear] == [
        (0, later(0), later(2)),
        (1, later(2), later(22)),
        (2, later(22), later(82)),
    ]
    [deferred] = mill.events(205, e.SubmissionDeferred)
    assert deferred.at == later(82)
    assert "looked 3 times" in deferred.reason
    starts = mill.events(205, e.SubmissionStarted)
    assert [(start.attempt, start.display_name) for start in starts] == [(1, "w2-batch_205-a1-00000001")] * 2
    assert mill.jobs() == {"w2-batch_205-a1-00000001": 1}
    assert mill.balance().refined == 4
    mill.check_books()


def test_a_job_that_turns_up_at_the_last_look_is_taken(mill: Mill) -> None:
    mill.stage(205)
    lose(mill, "after")
    mill.provider.seen = lambda job: job if mill.clock.now() >= later(80) else None

    mill.drive()

    assert [each.how for each in mill.events(205, e.BatchSubmitted)] == ["found"]
    assert mill.provider.verbs["create"] == 1


def test_an_intent_left_by_an_engine_that_died_is_looked_up_before_anything_is_made(mill: Mill) -> None:
    mill.stage(205)
    mill.append(
        [
            (
                "batch-205",
                3,
                e.SubmissionStarted(1, "w2-batch_205-a1-dead", mill.batch(205).file_sha256, mill.clock.now()),
            )
        ]
    )

    mill.engine().pulse()

    assert mill.provider.verbs == {"list": 1}
    assert mill.batch(205).looks == 1


def doubled(mill: Mill) -> list[str]:
    """Leave batch 205's submission unclear and its job made three times; return the jobs' names, first first."""
    mill.stage(205)
    lose(mill, "after")
    mill.engine().pulse()
    [first] = mill.provider.list_jobs(page_size=9).jobs
    names = [first.name]
    content = mill.files.kept["submissions/batch_205.jsonl"]
    for _ in range(2):
        mill.clock.advance(0.5)
        file = mill.provider.upload(io.BytesIO(content), display_name="again")
        job = mill.provider.create(model=MODEL, input_file=file.name, display_name=first.display_name)
        names.append(job.name)
    mill.provider.calls.clear()
    return names


def test_of_jobs_that_share_a_name_the_first_is_taken_and_the_others_are_cancelled(mill: Mill) -> None:
    first, *others = doubled(mill)

    mill.drive()

    assert [each.job_name for each in mill.events(205, e.BatchSubmitted)] == [first]
    assert [name for verb, name in mill.provider.calls if verb == "cancel"] == others
    states = [mill.emulator.jobs.standing(row).state for row in mill.emulator.jobs.page(limit=9)]
    assert sorted(states) == ["CANCELLED", "CANCELLED", "SUCCEEDED"]
    assert mill.events(205, e.DoubleFound) == [
        e.DoubleFound(job_name=name, kept=first, cancelled=True, at=mill.events(205, e.BatchSubmitted)[0].at)
        for name in others
    ]
    assert mill.balance().refined == 4


def test_of_jobs_that_share_a_name_one_that_can_bring_a_result_is_taken_before_one_that_cannot(mill: Mill) -> None:
    first, second, third = doubled(mill)
    mill.provider.cancel(first)
    mill.provider.calls.clear()

    mill.drive()

    assert [each.job_name for each in mill.events(205, e.BatchSubmitted)] == [second]
    assert [name for verb, name in mill.provider.calls if verb == "cancel"] == [third, first]
    assert mill.balance().refined == 4


@pytest.mark.parametrize("error", [GoneError("404"), RejectedError("400: the job has ended")])
def test_a_double_that_cannot_be_cancelled_does_not_keep_the_first_from_being_taken(
    mill: Mill, error: ProviderError
) -> None:
    first, *_ = doubled(mill)

    def refuse(_: str) -> None:
        raise error

    mill.provider.before["cancel"] = refuse
    mill.drive()

    assert [each.job_name for each in mill.events(205, e.BatchSubmitted)] == [first]
    assert [each.cancelled for each in mill.events(205, e.DoubleFound)] == [False, False]
    assert mill.balance().refined == 4


def test_a_job_is_found_on_whatever_page_it_stands(mill: Mill) -> None:
    mill.stage(205)
    lose(mill, "after")
    mill.policy = type(mill.policy)(workers=1, page_size=2)
    engine = mill.engine()
    engine.pulse()
    file = mill.provider.upload(io.BytesIO(mill.files.kept["submissions/batch_205.jsonl"]), display_name="x")
    for place in range(5):
        mill.provider.create(model=MODEL, input_file=file.name, display_name=f"somebody else's {place}")
    mill.clock.advance(2)
    mill.provider.calls.clear()

    engine.pulse()

    assert mill.batch(205).status is Status.SUBMITTED
    assert mill.provider.verbs["list"] == 3


def test_nothing_is_concluded_from_half_a_list(mill: Mill) -> None:
    mill.stage(205)
    lose(mill, "after")
    mill.policy = type(mill.policy)(workers=1, page_size=1)
    engine = mill.engine()
    engine.pulse()
    file = mill.provider.upload(io.BytesIO(mill.files.kept["submissions/batch_205.jsonl"]), display_name="x")
    mill.provider.create(model=MODEL, input_file=file.name, display_name="somebody else's")
    mill.clock.advance(2)

    def break_off(token: str) -> None:
        if token:
            raise UnavailableError("the connection broke off")

    mill.provider.before["list"] = break_off
    head = mill.store.head()
    pulse = engine.pulse()

    assert mill.store.head() == head
    assert mill.warnings == ["the connection broke off"]
    assert pulse.due == later(2 + mill.policy.poll_every)
    mill.provider.before = {}
    mill.drive(engine)
    assert mill.balance().refined == 4
