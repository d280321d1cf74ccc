from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from core.batch import events as e
from core.batch.lifecycle import Status
from core.errors import (
    AmbiguousError,
    CredentialsError,
    GoneError,
    ProviderError,
    RateLimitedError,
    RejectedError,
    UnavailableError,
)
from tests.batches import later
from tests.mill import PENDING, RUNNING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.mill import Mill

QUOTA = RateLimitedError("creating the job: the provider answered 429", None)


def failing(times: int, error: ProviderError, *, about: str = "") -> Callable[[str], None]:
    """Return a rule that raises `error` at the first `times` calls about something with `about` in its name."""
    left = [times]

    def rule(name: str) -> None:
        if about in name and left[0]:
            left[0] -= 1
            raise error

    return rule


def test_a_rate_limit_with_a_wait_of_its_own_is_waited_out_to_the_second(mill: Mill) -> None:
    mill.stage(205)
    mill.provider.before["create"] = failing(1, RateLimitedError("429: slow down", 77.0))
    engine = mill.engine()

    pulse = engine.pulse()

    [deferred] = mill.events(205, e.SubmissionDeferred)
    assert deferred == e.SubmissionDeferred("429: slow down", until=later(77), tries=1, at=later(0))
    assert pulse.due == later(77)
    mill.clock.advance(76)
    engine.pulse()
    assert mill.provider.verbs["create"] == 1
    mill.clock.advance(1)
    engine.pulse()
    assert mill.provider.verbs["create"] == 2
    assert mill.batch(205).status is Status.SUBMITTED


def test_a_rate_limit_without_a_wait_is_waited_out_longer_each_time(mill: Mill) -> None:
    mill.stage(205)
    mill.provider.before["create"] = failing(3, QUOTA)

    mill.drive()

    deferrals = mill.events(205, e.SubmissionDeferred)
    assert [(each.tries, (each.until - each.at).total_seconds()) for each in deferrals] == [
        (1, 22.5),
        (2, 45.0),
        (3, 90.0),
    ]
    assert mill.batch(205).read
    assert set(mill.jobs().values()) == {1}


@pytest.mark.parametrize("wish", [0.0, -1.0, math.nan, math.inf, 1e9])
def test_a_wait_that_nobody_can_mean_is_replaced_by_our_own(mill: Mill, wish: float) -> None:
    mill.stage(205)
    mill.provider.before["create"] = failing(9, RateLimitedError("429", wish))

    pulse = mill.engine().pulse()

    assert mill.provider.verbs["create"] == 1
    assert pulse.due == later(22.5)


def test_while_a_rate_limit_is_waited_out_no_other_batch_is_tried(mill: Mill) -> None:
    mill.stage(205, 206, 207)
    mill.policy = msgspec.structs.replace(mill.policy, chunk=1)
    mill.provider.before["create"] = failing(1, RateLimitedError("429", 60.0), about="batch_206")
    engine = mill.engine()

    engine.pulse()
    mill.clock.advance(59)
    engine.pulse()

    assert [name[:12] for verb, name in mill.provider.calls if verb == "create"] == [
        "w2-batch_205",
        "w2-batch_206",
    ]
    assert mill.types(207) == ["planned", "written"]
    mill.drive(engine)
    assert mill.balance().refined == 12


def test_the_rest_of_a_chunk_is_put_off_with_the_one_that_met_the_limit(mill: Mill) -> None:
    mill.stage(205, 206, 207)
    mill.provider.before["create"] = failing(1, RateLimitedError("429", 60.0), about="batch_206")

    mill.engine().pulse()

    assert mill.batch(205).status is Status.SUBMITTED
    assert mill.events(207, e.SubmissionDeferred) == [
        e.SubmissionDeferred("the provider limits the rate", until=later(60), tries=1, at=later(0))
    ]
    assert not any("batch_207" in name for _, name in mill.provider.calls)


def test_a_batch_that_was_put_off_goes_on_under_its_name_with_the_file_already_there(mill: Mill) -> None:
    mill.stage(205)
    mill.provider.before["create"] = failing(1, QUOTA)

    mill.drive()

    assert {start.display_name for start in mill.events(205, e.SubmissionStarted)} == {"w2-batch_205-a1-00000001"}
    assert mill.provider.verbs["upload"] == 1


def test_an_upload_that_is_about_to_expire_is_made_anew(mill: Mill) -> None:
    mill.stage(205)
    mill.provider.before["create"] = failing(2, RateLimitedError("429", 23.75 * 3_600))

    mill.drive()

    assert mill.provider.verbs["upload"] == 2
    assert mill.balance().refined == 4


def test_an_upload_the_provider_has_lost_is_made_anew_at_once(mill: Mill) -> None:
    mill.stage(205)
    mill.provider.before["create"] = failing(1, QUOTA)
    engine = mill.engine()
    engine.pulse()
    mill.emulator.files.delete(str(mill.batch(205).uploaded_file).removeprefix("files/"))

    mill.drive(engine)

    assert mill.provider.verbs["upload"] == 2
    assert mill.provider.verbs["create"] == 3
    assert mill.balance().refined == 4
    assert set(mill.jobs().values()) == {1}


def test_a_refusal_holds_its_batch_with_the_reason_and_the_others_go_on(mill: Mill) -> None:
    mill.stage(205, 206, 207)
    mill.provider.before["create"] = failing(9, RejectedError("400: line 2 is no request"), about="batch_206")

    pulse = mill.drive()

    assert mill.batch(206).hold_reason == "400: line 2 is no request"
    assert mill.batch(206).status is Status.WRITTEN
    assert [verb for verb, name in mill.provider.calls if "batch_206" in name] == ["upload", "create"]
    assert (mill.balance().refined, mill.balance().planned) == (8, 4)
    assert pulse.open == 0
    mill.check_books()


def test_a_provider_that_cannot_be_reached_is_tried_again_later(mill: Mill) -> None:
    mill.stage(205, 206)
    mill.provider.before["upload"] = failing(2, UnavailableError("no connection to the provider"))
    engine = mill.engine()

    pulse = engine.pulse()

    assert [each.reason for each in mill.events(205, e.SubmissionDeferred)] == ["no connection to the provider"]
    assert mill.provider.verbs["create"] == 0
    assert pulse.due == later(22.5)
    mill.drive(engine)
    assert mill.balance().refined == 8


def test_an_upload_whose_end_is_unclear_leaves_no_job_behind_and_is_done_again(mill: Mill) -> None:
    mill.stage(205)
    mill.provider.after["upload"] = failing(1, AmbiguousError("time-out"))

    mill.drive()

    assert mill.events(205, e.SubmissionUnclear) == []
    assert len(mill.events(205, e.SubmissionDeferred)) == 1
    assert mill.provider.verbs["upload"] == 2
    assert mill.balance().refined == 4


def test_a_key_that_is_not_accepted_stops_the_engine_and_keeps_what_was_found_out(mill: Mill) -> None:
    mill.stage(205, 206)
    mill.provider.before["create"] = failing(1, CredentialsError("401: check GEMINI_API_KEY"), about="batch_206")
    engine = mill.engine()

    with pytest.raises(CredentialsError, match="GEMINI_API_KEY"):
        engine.pulse()

    assert mill.batch(205).status is Status.SUBMITTED
    assert not mill.batch(206).intent_open
    mill.drive()
    assert mill.balance().refined == 8
    assert set(mill.jobs().values()) == {1}


@pytest.mark.parametrize("error", [GoneError("404: no such model"), ProviderError("something else")])
def test_whatever_else_the_provider_says_no_with_is_a_refusal(mill: Mill, error: ProviderError) -> None:
    mill.stage(205)
    mill.provider.before["create"] = failing(9, error)

    mill.drive()

    assert mill.batch(205).hold_reason == str(error)


def test_a_job_is_asked_for_with_the_model_of_the_plan(mill: Mill) -> None:
    mill.stage(205)
    mill.engine().pulse()

    [job] = mill.provider.list_jobs(page_size=9).jobs
    assert job.model.endswith("gemini-2.5-flash")
    assert job.created_at == later(0)
    mill.clock.advance(PENDING + RUNNING)
    [job] = mill.provider.list_jobs(page_size=9).jobs
    assert job.ended_at == later(0) + timedelta(seconds=PENDING + RUNNING)
