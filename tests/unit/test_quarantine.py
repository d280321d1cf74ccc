from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from core.batch import commands as c
from core.batch import events as e
from core.batch.holds import Hold
from core.batch.lifecycle import Status
from core.engine.books import Entry
from core.errors import AmbiguousError, CredentialsError, UnavailableError
from tests.batches import MODEL

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.engine.advance import Engine
    from tests.mill import Mill

HOUR = 3_600.0


def broken(_: str) -> None:
    raise UnavailableError("503: overloaded")


def lost(_: str) -> None:
    raise AmbiguousError("the answer was lost")


def unclear(mill: Mill, *numbers: int, place: str = "after") -> Engine:
    """Leave the submissions of these batches unclear, and return the engine that began them."""
    mill.stage(*numbers)
    getattr(mill.provider, place)["create"] = lost
    engine = mill.engine()
    engine.pulse()
    getattr(mill.provider, place).clear()
    return engine


def unseen(mill: Mill, hours: float, engine: Engine) -> None:
    """Let so much time pass in which nobody can read the provider's job list."""
    mill.provider.before["list"] = broken
    for _ in range(round(hours * 2)):
        mill.clock.advance(HOUR / 2)
        engine.pulse()


def retried(mill: Mill, number: int = 205) -> None:
    entry = Entry(number, (c.RetryBatch("the list is there again", mill.clock.now()),), "asked for")
    mill.workshop().books.write([entry])


def test_a_submission_is_not_quarantined_before_its_time(mill: Mill) -> None:
    engine = unclear(mill, 205)

    unseen(mill, 11.5, engine)

    assert (mill.batch(205).hold, mill.batch(205).intent_open) == (None, True)
    mill.provider.before.clear()
    mill.drive(engine)
    assert mill.balance().refined == 4
    assert list(mill.jobs().values()) == [1]


def test_a_submission_that_nobody_could_find_out_about_for_half_a_day_is_left_to_a_person(mill: Mill) -> None:
    engine = unclear(mill, 205)

    unseen(mill, 12, engine)

    [quarantined] = mill.events(205, e.SubmissionQuarantined)
    assert quarantined.reason == (
        "for 12 h nobody could find out whether the provider has a job named w2-batch_205-a1-00000001 (503: "
        "overloaded); `batchmill retry 205` looks again; if you know, say `batchmill settle 205 --job NAME` or "
        "`batchmill settle 205 --no-job`"
    )
    assert (mill.batch(205).hold, mill.balance().in_flight) == (Hold.QUARANTINED, 4)
    assert engine.pulse().open == 0
    mill.check_books()


def test_a_quarantined_batch_is_neither_looked_for_nor_sent_by_itself(mill: Mill) -> None:
    engine = unclear(mill, 205)
    unseen(mill, 12, engine)
    mill.provider.before.clear()
    mill.provider.calls.clear()

    for _ in range(50):
        mill.clock.advance(HOUR)
        engine.pulse()
        mill.engine().pulse()

    assert mill.provider.calls == []
    assert list(mill.jobs().values()) == [1]


@pytest.mark.parametrize(("place", "how"), [("after", "found"), ("before", "created")])
def test_a_retry_looks_for_the_job_before_anything_is_made(mill: Mill, place: str, how: str) -> None:
    engine = unclear(mill, 205, place=place)
    unseen(mill, 12, engine)
    mill.provider.before.clear()
    mill.provider.calls.clear()
    retried(mill)

    mill.drive(engine)

    assert mill.provider.calls[0] == ("list", "")
    assert [each.how for each in mill.events(205, e.BatchSubmitted)] == [how]
    assert (mill.jobs(), mill.balance().refined) == ({"w2-batch_205-a1-00000001": 1}, 4)
    mill.check_books()


def test_a_retry_begins_the_time_anew(mill: Mill) -> None:
    engine = unclear(mill, 205)
    unseen(mill, 12, engine)
    retried(mill)

    unseen(mill, 11.5, engine)
    assert mill.batch(205).hold is None
    unseen(mill, 0.5, engine)

    assert len(mill.events(205, e.SubmissionQuarantined)) == 2


def test_only_submissions_that_are_unclear_for_long_are_quarantined(mill: Mill) -> None:
    mill.stage(205, 206)
    mill.provider.after["create"] = lost
    mill.engine(only={205}).pulse()
    unseen(mill, 6, mill.engine(only=()))
    engine = mill.engine(only={206})
    engine.pulse()

    unseen(mill, 6, engine)

    assert [mill.batch(number).intent_open for number in (205, 206)] == [True, True]
    assert [mill.batch(number).hold for number in (205, 206)] == [Hold.QUARANTINED, None]


def test_a_key_that_is_not_accepted_quarantines_nothing(mill: Mill) -> None:
    engine = unclear(mill, 205)

    def refuse(_: str) -> None:
        raise CredentialsError("401: set GEMINI_API_KEY")

    mill.provider.before["list"] = refuse
    mill.clock.advance(13 * HOUR)
    with pytest.raises(CredentialsError):
        engine.pulse()

    assert mill.batch(205).hold is None


def doubled(mill: Mill, number: int) -> None:
    """Make a second job under the name of a batch's attempt."""
    content = mill.files.kept[f"submissions/batch_{number}.jsonl"]
    file = mill.provider.upload(io.BytesIO(content), display_name="again")
    mill.clock.advance(0.5)
    mill.provider.create(model=MODEL, input_file=file.name, display_name=mill.batch(number).display_name)


def test_a_double_that_cannot_be_cancelled_leaves_its_batch_alone_unclear(mill: Mill) -> None:
    engine = unclear(mill, 205, 206)
    doubled(mill, 205)
    mill.provider.before["cancel"] = broken
    mill.clock.advance(10)

    engine.pulse()

    assert (mill.batch(205).intent_open, mill.batch(206).status) == (True, Status.SUBMITTED)
    assert mill.warnings == ["503: overloaded"]
    mill.provider.before.clear()
    mill.drive(engine)
    assert [each.cancelled for each in mill.events(205, e.DoubleFound)] == [True]
    assert mill.balance().refined == 8
    mill.check_books()


def test_a_batch_whose_double_cannot_be_cancelled_for_half_a_day_is_quarantined_and_no_other(mill: Mill) -> None:
    engine = unclear(mill, 205, 206)
    doubled(mill, 205)
    mill.provider.before["list"] = broken
    mill.clock.advance(13 * HOUR - 1)
    mill.provider.before = {"cancel": broken}

    engine.pulse()

    assert [mill.batch(number).hold for number in (205, 206)] == [Hold.QUARANTINED, None]
    assert [each.how for each in mill.events(206, e.BatchSubmitted)] == ["found"]


@pytest.mark.parametrize(
    ("settle", "how", "attempts"),
    [
        (lambda mill, job: c.RecordJob(job, "settled", mill.clock.now()), ["settled"], 1),
        (lambda mill, _: c.RecordDeferral("no job", mill.clock.now(), mill.clock.now()), ["created"], 1),
    ],
)
def test_what_a_person_found_out_is_taken_for_it(
    mill: Mill, settle: Callable[[Mill, str], c.BatchCommand], how: list[str], attempts: int
) -> None:
    engine = unclear(mill, 205, place="before" if how == ["created"] else "after")
    unseen(mill, 12, engine)
    mill.provider.before.clear()
    jobs = mill.provider.list_jobs(page_size=9).jobs
    mill.workshop().books.write([Entry(205, (settle(mill, jobs[0].name if jobs else ""),), "settle 205")])

    mill.drive(engine)

    assert [each.how for each in mill.events(205, e.BatchSubmitted)] == how
    assert (mill.batch(205).attempt, list(mill.jobs().values())) == (attempts, [1])
    assert mill.balance().refined == 4
    mill.check_books()


def test_a_cancelled_quarantined_batch_is_looked_for_and_its_job_is_stopped(mill: Mill) -> None:
    engine = unclear(mill, 205)
    unseen(mill, 12, engine)
    mill.provider.before.clear()
    mill.workshop().books.write([Entry(205, (c.CancelBatch("enough", mill.clock.now()),), "asked for")])
    mill.provider.calls.clear()

    mill.drive(engine)

    assert [verb for verb, _ in mill.provider.calls][:2] == ["list", "cancel"]
    assert list(mill.jobs().values()) == [1]
