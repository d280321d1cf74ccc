from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.emulator.clock import SECOND
from adapters.emulator.model import count_tokens
from adapters.emulator.quotas import Quotas, RequestQuota
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


def test_requests_of_all_kinds_are_counted_over_a_minute() -> None:
    troubled = Troubled(quotas=Quotas(requests_a_minute=3))
    job = troubled.submit()
    troubled.provider.get(job.name)

    with pytest.raises(RateLimitedError):
        troubled.provider.list_jobs(page_size=1)
    with pytest.raises(RateLimitedError):
        troubled.provider.download(job, io.BytesIO())

    troubled.clock.jump(60)
    for _ in range(3):
        troubled.provider.list_jobs(page_size=1)
    assert refused(troubled)


class Now:
    """A clock in nanoseconds that a test sets."""

    def __init__(self) -> None:
        self.ns = 0

    def __call__(self) -> int:
        return self.ns


def said(quota: RequestQuota, verb: str) -> dict[str, Any]:
    with pytest.raises(ApiError) as error:
        quota.take(verb, "gemini-2.5-flash")
    assert error.value.code == 429
    body: dict[str, Any] = json.loads(json.dumps(error.value.body()))
    return dict(body["error"])


def test_only_generate_content_says_which_quota_and_when_to_come_again() -> None:
    now = Now()
    quota = RequestQuota(1, now, 1.0)
    quota.take("batches.get", "")
    now.ns = 20 * SECOND

    generating, creating, listing = (
        said(quota, verb) for verb in ("models.generateContent", "batches.create", "batches.list")
    )

    kinds = [detail["@type"].rpartition(".")[2] for detail in generating["details"]]
    assert kinds == ["Help", "QuotaFailure", "RetryInfo"]
    assert generating["details"][1]["violations"][0]["quotaValue"] == "1"
    assert generating["details"][2]["retryDelay"] == "40s"
    assert [detail["@type"].rpartition(".")[2] for detail in creating["details"]] == ["Help"]
    assert listing["message"] == "Resource has been exhausted (e.g. check quota)."
    assert "details" not in listing


def test_the_wait_is_told_in_real_seconds() -> None:
    quota = RequestQuota(1, Now(), 30.0)
    quota.take("batches.get", "")

    assert said(quota, "models.generateContent")["details"][2]["retryDelay"] == "2s"


@given(st.lists(st.integers(0, 40 * SECOND), max_size=60), st.integers(1, 5))
def test_no_minute_ever_holds_more_requests_than_allowed(steps: list[int], limit: int) -> None:
    now = Now()
    quota = RequestQuota(limit, now, 1.0)
    let_through = []
    for step in steps:
        now.ns += step
        recent = [moment for moment in let_through if moment > now.ns - 60 * SECOND]
        try:
            quota.take("batches.get", "")
            let_through.append(now.ns)
            assert len(recent) < limit
        except ApiError:
            assert len(recent) == limit


def test_pieces_of_an_upload_and_the_emulators_own_calls_are_not_counted() -> None:
    quota = RequestQuota(1, Now(), 1.0)
    for verb in ("upload.continue", "emulator.stats", "emulator.clock") * 3:
        quota.take(verb, "")

    quota.take("upload.start", "")
    assert said(quota, "upload.start")["status"] == "RESOURCE_EXHAUSTED"
