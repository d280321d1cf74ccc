"""What is believed of a provider that does not know our jobs, or does not accept the key any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from core.batch import events as e
from core.batch.lifecycle import Status
from core.errors import CredentialsError, GoneError, ProviderError, UnavailableError
from core.provider import JobPage

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.engine.advance import Engine
    from core.provider import Job
    from tests.mill import Mill

HOUR = 3600.0


def raising(error: ProviderError) -> Callable[[str], None]:
    def fail(_: str) -> None:
        raise error

    return fail


def estranged(mill: Mill, *numbers: int) -> Engine:
    """Begin to drive these batches, and then let the provider be one that knows nothing of them."""
    mill.stage(*numbers)
    engine = mill.engine()
    engine.pulse()
    mill.provider.before["get"] = raising(GoneError("404"))
    mill.provider.list_jobs = lambda **_: JobPage((), None)  # type: ignore[method-assign]
    return engine


def come_back(mill: Mill) -> None:
    mill.provider.before.clear()
    del mill.provider.list_jobs


def pulses(mill: Mill, engine: Engine, number: int, seconds: float = 60.0) -> None:
    for _ in range(number):
        mill.clock.advance(seconds)
        engine.pulse()


def test_jobs_that_another_provider_does_not_know_are_not_paid_for_again(mill: Mill) -> None:
    engine = estranged(mill, 205, 206)
    pulses(mill, engine, 20)

    [warning] = mill.warnings
    assert warning.startswith("none of the 2 jobs under way is known to the provider; is this another key")
    assert not mill.events(205, e.BatchFailed)
    come_back(mill)
    mill.drive(engine)
    assert mill.balance().refined == 8
    assert set(mill.jobs().values()) == {1}


def test_a_person_is_warned_again_when_the_provider_is_a_stranger_once_more(mill: Mill) -> None:
    engine = estranged(mill, 205)
    pulses(mill, engine, 2)
    come_back(mill)
    pulses(mill, engine, 2)
    mill.provider.before["get"] = raising(GoneError("404"))
    mill.provider.list_jobs = lambda **_: JobPage((), None)  # type: ignore[method-assign]
    pulses(mill, engine, 2)

    assert len(mill.warnings) == 2


def test_nothing_is_sent_to_a_provider_that_knows_none_of_our_jobs(mill: Mill) -> None:
    mill.policy = msgspec.structs.replace(mill.policy, creates_a_minute=1)
    engine = estranged(mill, 205, 206)
    pulses(mill, engine, 5)

    assert mill.batch(206).status is Status.WRITTEN
    come_back(mill)
    mill.drive(engine)
    assert mill.balance().refined == 8


def test_a_job_past_its_time_that_no_provider_knows_is_left_to_a_person(mill: Mill) -> None:
    engine = estranged(mill, 205)
    pulses(mill, engine, 100, HOUR / 2)

    [failed] = mill.events(205, e.BatchFailed)
    assert (failed.cause, failed.again) == ("gone", False)
    assert "is this another key, project or address?" in failed.reason
    assert sum(mill.jobs().values()) == 1


def test_another_job_of_ours_in_the_list_shows_that_this_is_the_right_provider(mill: Mill) -> None:
    mill.stage(205, 206)
    engine = mill.engine()
    engine.pulse()
    lost = str(mill.batch(205).job_name)

    def hide(job: Job) -> Job | None:
        return None if job.name == lost else job

    mill.provider.seen = hide
    mill.provider.before["get"] = raising(GoneError("404"))
    pulses(mill, engine, 2)
    assert not mill.events(205, e.BatchFailed)
    pulses(mill, engine, 2)

    assert mill.events(205, e.BatchFailed)[0].again
    assert not mill.events(206, e.BatchFailed)
    assert not mill.warnings


def test_a_job_that_the_list_shows_is_not_gone_however_often_it_is_denied(mill: Mill) -> None:
    mill.stage(205)
    engine = mill.engine()
    engine.pulse()
    mill.provider.before["get"] = raising(GoneError("404"))
    mill.drive(engine)

    assert not mill.events(205, e.BatchFailed)
    assert mill.balance().refined == 4
    assert sum(mill.jobs().values()) == 1


def test_a_job_is_not_believed_gone_before_the_list_can_be_read(mill: Mill) -> None:
    mill.stage(205, 206)
    engine = mill.engine()
    engine.pulse()
    lost = str(mill.batch(205).job_name)
    mill.emulator.jobs.delete(lost.removeprefix("batches/"))
    mill.policy = msgspec.structs.replace(mill.policy, page_size=1)
    engine = mill.engine()
    mill.provider.before["list"] = raising(UnavailableError("503"))
    pulses(mill, engine, 8)

    assert not mill.events(205, e.BatchFailed)
    mill.provider.before.clear()
    mill.drive(engine)
    assert [failed.cause for failed in mill.events(205, e.BatchFailed)] == ["gone"]
    assert mill.balance().refined == 8


@pytest.mark.parametrize("verb", ["get", "download"])
def test_a_key_that_is_refused_while_jobs_are_under_way_is_waited_for(mill: Mill, verb: str) -> None:
    mill.stage(205)
    engine = mill.engine()
    engine.pulse()
    mill.provider.before[verb] = raising(CredentialsError("403: check GEMINI_API_KEY"))
    pulses(mill, engine, 600)

    # Ten hours: a few tries at first, then four an hour.
    assert 30 < len(mill.warnings) < 60
    mill.provider.before.clear()
    mill.drive(engine)
    assert mill.balance().refined == 4


def test_a_key_that_is_refused_for_new_jobs_does_not_make_the_engine_run_hot(mill: Mill) -> None:
    mill.stage(205, 206)
    mill.policy = msgspec.structs.replace(mill.policy, jobs_at_once=1)
    engine = mill.engine()
    engine.pulse()
    mill.provider.before["create"] = raising(CredentialsError("403: check GEMINI_API_KEY"))
    pulses(mill, engine, 120)

    assert 3 < len(mill.events(206, e.SubmissionDeferred)) < 20
    mill.provider.before.clear()
    mill.drive(engine)
    assert mill.balance().refined == 8


def test_a_key_that_was_never_accepted_ends_the_engine(mill: Mill) -> None:
    mill.stage(205)
    mill.engine().pulse()
    mill.provider.before["get"] = raising(CredentialsError("403: check GEMINI_API_KEY"))

    with pytest.raises(CredentialsError, match="GEMINI_API_KEY"):
        mill.engine().pulse()
