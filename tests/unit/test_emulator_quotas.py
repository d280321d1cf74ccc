from __future__ import annotations

import pytest

from adapters.emulator.model import count_tokens
from adapters.emulator.quotas import Quotas
from adapters.emulator.refusals import ApiError
from core.errors import RateLimitedError
from tests.scenarios import LONG_ENOUGH, Troubled

REQUEST = {"contents": [{"parts": [{"text": "x" * 400}]}]}


def refused(troubled: Troubled, display_name: str = "over") -> bool:
    """Return whether one more job is refused for a quota."""
    try:
        troubled.submit(display_name)
    except RateLimitedError:
        return True
    return False


def test_more_jobs_at_once_than_allowed_are_refused_until_one_ends() -> None:
    troubled = Troubled(quotas=Quotas(jobs_at_once=2))
    first, _ = troubled.submit(), troubled.submit()
    assert refused(troubled)

    troubled.provider.cancel(first.name)
    assert not refused(troubled)
    assert refused(troubled)

    troubled.clock.jump(LONG_ENOUGH)
    assert not refused(troubled)


def test_a_refused_create_makes_no_job() -> None:
    troubled = Troubled(quotas=Quotas(jobs_at_once=1))
    troubled.submit("in")

    assert refused(troubled)
    assert troubled.emulator.stats()["jobs"] == {"in": 1}


def test_creates_are_counted_over_a_minute() -> None:
    troubled = Troubled("[quotas]\ncreates_a_minute = 2")
    assert [refused(troubled) for _ in range(3)] == [False, False, True]

    troubled.clock.jump(60)

    assert [refused(troubled) for _ in range(3)] == [False, False, True]


def test_enqueued_tokens_are_counted_for_each_model() -> None:
    room = 2 * count_tokens(REQUEST)
    troubled = Troubled(quotas=Quotas(enqueued_tokens=room))
    jobs = troubled.emulator.jobs
    for _ in range(2):
        jobs.create_inline("models/a", [{"request": REQUEST}], "")

    with pytest.raises(ApiError) as error:
        jobs.create_inline("models/a", [{"request": REQUEST}], "")

    assert (error.value.code, error.value.status) == (429, "RESOURCE_EXHAUSTED")
    jobs.create_inline("models/b", [{"request": REQUEST}], "")


def test_tokens_of_a_file_count_like_inline_ones() -> None:
    troubled = Troubled(quotas=Quotas(enqueued_tokens=1))

    assert refused(troubled)


def test_an_option_comes_before_the_scenarios_own_limit() -> None:
    troubled = Troubled("[quotas]\njobs_at_once = 1\ncreates_a_minute = 2", quotas=Quotas(jobs_at_once=3))

    assert [refused(troubled) for _ in range(3)] == [False, False, True]


def test_the_body_of_a_429_at_create_is_the_one_really_seen() -> None:
    troubled = Troubled(quotas=Quotas(enqueued_tokens=1))

    with pytest.raises(ApiError) as error:
        troubled.emulator.jobs.create_inline("models/a", [{"request": REQUEST}], "")

    body = error.value.body()["error"]
    assert isinstance(body, dict)
    assert body["message"].startswith(
        "You exceeded your current quota, please check your plan and billing details."
    )
    assert [detail["@type"] for detail in body["details"]] == ["type.googleapis.com/google.rpc.Help"]
