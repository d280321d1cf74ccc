from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.doctor.finding import State
from cli.doctor.provider import check_key, check_live, judge_clock
from cli.doctor.settings import check_base_url, check_pace, is_real
from cli.setting_sections import Driving, Provider
from cli.settings import Settings
from core.errors import (
    CredentialsError,
    GoneError,
    ProviderError,
    RateLimitedError,
    RejectedError,
    UnavailableError,
)
from tests.ledgers import NOON, SetClock

if TYPE_CHECKING:
    from datetime import datetime

KEY, OTHER = "AIza-one", "AIza-two"


class Answering:
    """A provider that gives its time, or its trouble."""

    def __init__(self, answer: datetime | ProviderError | None) -> None:
        self._answer = answer

    def server_time(self) -> datetime | None:
        if isinstance(self._answer, ProviderError):
            raise self._answer
        return self._answer


@pytest.mark.parametrize(
    ("environ", "state", "said"),
    [
        ({}, State.FAIL, "neither GEMINI_API_KEY nor GOOGLE_API_KEY is set"),
        ({"GEMINI_API_KEY": ""}, State.FAIL, "neither"),
        ({"GEMINI_API_KEY": KEY}, State.OK, "from GEMINI_API_KEY"),
        ({"GOOGLE_API_KEY": KEY}, State.OK, "from GOOGLE_API_KEY"),
        ({"GEMINI_API_KEY": KEY, "GOOGLE_API_KEY": f"{KEY}\n"}, State.OK, "from GEMINI_API_KEY"),
        ({"GEMINI_API_KEY": KEY, "GOOGLE_API_KEY": OTHER}, State.WARN, "GEMINI_API_KEY is used"),
        ({"GEMINI_API_KEY": " ", "GOOGLE_API_KEY": OTHER}, State.FAIL, "GEMINI_API_KEY holds blanks alone"),
        ({"GEMINI_API_KEY": "AIza one"}, State.FAIL, "holds blanks or characters"),
        ({"GEMINI_API_KEY": "AIza\x1b[2J"}, State.FAIL, "holds blanks or characters"),
    ],
)
def test_the_key_is_named_by_its_variable_and_never_shown(
    environ: dict[str, str], state: State, said: str
) -> None:
    [finding] = check_key(environ)

    assert finding.state is state
    assert said in finding.found
    assert "AIza" not in finding.found + finding.advice
    assert bool(finding.advice) is (state is not State.OK)


@given(st.integers(-86_400, 86_400))
def test_clocks_apart_are_fine_up_to_30_s_and_too_far_above_5_minutes(seconds: int) -> None:
    served = NOON - timedelta(seconds=0.5)

    finding = judge_clock(served + timedelta(seconds=seconds + 0.5), served)

    apart = abs(seconds)
    assert finding.state is (State.FAIL if apart > 300 else State.WARN if apart > 30 else State.OK)
    assert apart == 0 or finding.found.startswith(f"{apart} s {'ahead of' if seconds > 0 else 'behind'}")


def test_the_middle_of_the_call_is_compared() -> None:
    clock, ticks = SetClock(), count(0, 40)

    class Slow(Answering):
        def server_time(self) -> datetime | None:
            clock.advance(40)
            return NOON + timedelta(seconds=20)

    live, skew = check_live(Slow(None), clock, lambda: float(next(ticks)))

    assert (live.state, live.found) == (State.WARN, "the list of jobs came in 40.0 s")
    assert (skew.state, skew.found) == (State.OK, "as the server's")


def test_an_answer_without_a_date_is_a_warning() -> None:
    live, skew = check_live(Answering(None), SetClock())

    assert (live.state, skew.state) == (State.OK, State.WARN)
    assert "no Date" in skew.found


@pytest.mark.parametrize(
    ("error", "state", "advice"),
    [
        (CredentialsError("it answered 403; check GEMINI_API_KEY"), State.FAIL, "set a key"),
        (RateLimitedError("it answered 429"), State.WARN, "wait"),
        (UnavailableError("no connection"), State.FAIL, "check the network"),
        (GoneError("it answered 404"), State.FAIL, "provider.base_url"),
        (RejectedError("it answered 400"), State.FAIL, "do what the provider says"),
    ],
)
def test_a_trouble_of_the_provider_says_what_to_do(error: ProviderError, state: State, advice: str) -> None:
    live, skew = check_live(Answering(error), SetClock())

    assert live.state is state
    assert live.found == str(error).partition(";")[0]
    assert advice in live.advice
    assert (skew.check, skew.state) == ("clock", State.WARN)


@pytest.mark.parametrize(
    ("url", "environ", "state", "found"),
    [
        (None, {}, State.OK, "the Gemini API"),
        ("http://127.0.0.1:8086", {}, State.OK, "http://127.0.0.1:8086"),
        ("https://u:hush@mill.example/v?key=hush", {}, State.OK, "https://mill.example/v"),
        ("http://mill.example", {}, State.WARN, "unencrypted"),
        (None, {"GOOGLE_GEMINI_BASE_URL": "http://127.0.0.1:1"}, State.WARN, "GOOGLE_GEMINI_BASE_URL"),
    ],
)
def test_the_base_url_is_shown_without_secrets(
    url: str | None, environ: dict[str, str], state: State, found: str
) -> None:
    [finding] = check_base_url(Provider(base_url=url), environ)

    assert finding.state is state
    assert found in finding.found
    assert "hush" not in finding.found


@pytest.mark.parametrize(
    ("url", "real"),
    [
        ("", True),
        ("https://generativelanguage.googleapis.com", True),
        ("http://127.0.0.1:8086", False),
        ("https://googleapis.com.mill.example", False),
    ],
)
def test_the_real_provider_is_known_by_its_address(url: str, real: bool) -> None:  # noqa: FBT001 - a table
    assert is_real(url) is real


def test_a_pace_that_only_an_emulator_bears_is_a_warning_for_the_real_provider() -> None:
    hasty = Settings(driving=Driving(poll_every=0.5, job_hours=72, jobs_at_once=500))
    emulated = hasty.model_copy(update={"provider": Provider(base_url="http://127.0.0.1:8086")})

    assert [finding.state for finding in check_pace(emulated, {})] == [State.OK]
    assert [finding.found.split()[0] for finding in check_pace(hasty, {})] == [
        "driving.poll_every",
        "driving.job_hours",
        "driving.jobs_at_once",
    ]
    assert [finding.state for finding in check_pace(Settings(), {})] == [State.OK]
