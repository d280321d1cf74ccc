from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx2
import msgspec
import pytest
from google.genai import errors
from hypothesis import given
from hypothesis import strategies as st

from adapters.gemini.operations import page_of
from adapters.gemini.translate import LONGEST_MESSAGE, translated
from core.errors import (
    AmbiguousError,
    CredentialsError,
    GoneError,
    ProviderError,
    RateLimitedError,
    RejectedError,
    UnavailableError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = "AIza-not-a-real-key"  # noqa: S105 - its absence is what is tested
RETRY_INFO = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "33s"}
QUOTA = {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": []}


def answer(code: int, message: str = "so it is", *details: dict[str, Any], **headers: str) -> errors.APIError:
    """Return what the client library raises for this answer of the service."""
    status = {400: "INVALID_ARGUMENT", 429: "RESOURCE_EXHAUSTED", 503: "UNAVAILABLE"}.get(code, "SAID_NO")
    body = {"error": {"code": code, "message": message, "status": status, "details": list(details)}}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    response = httpx2.Response(code, json=body, headers=named)
    kind = errors.ServerError if code >= 500 else errors.ClientError
    return kind(code, body, response)


def told(error: BaseException, *, effect: bool = True) -> ProviderError:
    """Return what becomes of `error` on its way out of the adapter."""
    with pytest.raises(ProviderError) as raised, translated("creating the job j", effect=effect, secret=SECRET):
        raise error
    return raised.value


@pytest.mark.parametrize("effect", [True, False])
@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (answer(429), RateLimitedError),
        (answer(401), CredentialsError),
        (answer(403), CredentialsError),
        (answer(403, "You do not have permission to access the File x or it may not exist."), GoneError),
        (answer(400, "API key not valid.", {"reason": "API_KEY_INVALID"}), CredentialsError),
        (answer(400), RejectedError),
        (answer(404), GoneError),
        (answer(409), RejectedError),
        (answer(499), RejectedError),
        (httpx2.ConnectError("refused"), UnavailableError),
        (httpx2.ConnectTimeout("too long"), UnavailableError),
        (httpx2.PoolTimeout("no connection free"), UnavailableError),
    ],
    ids=str,
)
def test_what_is_certain_is_certain_whatever_the_call(
    error: Exception, kind: type[ProviderError], *, effect: bool
) -> None:
    assert type(told(error, effect=effect)) is kind


@pytest.mark.parametrize(
    "error",
    [
        answer(408),
        answer(500),
        answer(502),
        answer(503),
        answer(504),
        errors.APIError(0, {"error": {"message": "no code"}}),
        httpx2.ReadTimeout("too long"),
        httpx2.WriteTimeout("too long"),
        httpx2.ReadError("reset by peer"),
        httpx2.RemoteProtocolError("closed without an answer"),
        httpx2.DecodingError("bad gzip"),
        json.JSONDecodeError("no JSON", "<html>", 0),
        msgspec.DecodeError("no JSON"),
        errors.UnknownApiResponseError("no JSON"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"),
        KeyError("name"),
    ],
    ids=lambda error: f"{type(error).__name__} {error}"[:40],
)
def test_a_lost_answer_is_ambiguous_where_something_may_have_happened(error: Exception) -> None:
    assert type(told(error, effect=True)) is AmbiguousError
    assert type(told(error, effect=False)) is UnavailableError


@pytest.mark.parametrize(
    ("error", "wish"),
    [
        (answer(429, "slow down", QUOTA, RETRY_INFO), 33.0),
        (answer(429, "slow down", {**RETRY_INFO, "retryDelay": "1.5s"}), 1.5),
        (answer(429, "slow down", RETRY_INFO, retry_after="7"), 33.0),
        (answer(429, "slow down", QUOTA, retry_after="7"), 7.0),
        (answer(429, "slow down", {**RETRY_INFO, "retryDelay": "soon"}, retry_after="7"), 7.0),
        (answer(429, "slow down", retry_after="Wed, 21 Oct 2026 07:28:00 GMT"), None),
        (answer(429, "slow down"), None),
        (errors.ClientError(429, {"error": "quota"}), None),
        (errors.ClientError(429, {}), None),
    ],
    ids=["RetryInfo", "fraction", "both", "Retry-After", "bad RetryInfo", "a date", "neither", "text", "empty"],
)
def test_a_rate_limit_carries_the_providers_wish_if_it_has_one(error: errors.APIError, wish: float | None) -> None:
    limited = told(error)

    assert isinstance(limited, RateLimitedError)
    assert limited.retry_after == wish


def test_a_message_names_the_call_and_what_the_provider_said() -> None:
    assert str(told(answer(400, "line 3 is no request"))) == (
        "creating the job j: the provider answered 400 INVALID_ARGUMENT: line 3 is no request"
    )
    assert str(told(answer(401, "Not this key."))).endswith("Not this key; check GEMINI_API_KEY")
    assert str(told(answer(401, "who are you?"))).endswith("who are you?; check GEMINI_API_KEY")
    assert str(told(httpx2.ReadTimeout("too long"))) == (
        "creating the job j: the answer was lost (ReadTimeout: too long)"
    )


@pytest.mark.parametrize(
    "error_with",
    [
        lambda text: answer(400, text),
        lambda text: answer(429, text),
        lambda text: answer(401, text),
        lambda text: answer(503, text),
        httpx2.ConnectError,
        httpx2.ReadTimeout,
    ],
)
def test_a_secret_that_is_echoed_is_not_told_on(error_with: Callable[[str], Exception]) -> None:
    error = told(error_with(f"the key {SECRET} in https://x/?key={SECRET}\n is bad"))

    assert SECRET not in str(error)
    assert "the key *** in https://x/?key=*** is bad" in str(error)
    assert error.__cause__ is None
    assert error.__suppress_context__


def test_a_long_message_is_cut_and_no_part_of_the_secret_is_left_at_its_end() -> None:
    filled = "x" * (LONGEST_MESSAGE - 70)
    said = str(told(answer(400, f"{filled}{SECRET}{SECRET}{SECRET}{'y' * 200}")))

    assert len(said) == LONGEST_MESSAGE
    assert said.endswith("…")
    assert "AIza" not in said


@given(st.text(max_size=400))
def test_a_message_is_one_printable_line_of_bounded_length(text: str) -> None:
    said = str(told(answer(400, text)))

    assert said.isprintable()
    assert len(said) <= LONGEST_MESSAGE


def test_what_the_adapter_says_itself_passes_through() -> None:
    mine = AmbiguousError("the answer names no job")

    assert told(mine) is mine


def test_an_error_of_the_disk_is_not_the_providers() -> None:
    with pytest.raises(OSError, match="no space"), translated("downloading", effect=False, secret=SECRET):
        raise OSError("no space")


@pytest.mark.parametrize(
    "body", ["", "<html>", "[", '{"operations": [{}]}', '{"operations": 7}', '{"operations": [7]}', "[]"]
)
def test_a_body_that_is_no_page_is_an_answer_that_cannot_be_read(body: str) -> None:
    with (
        pytest.raises(UnavailableError, match="listing the jobs: the answer cannot be read"),
        translated("listing the jobs", effect=False, secret=SECRET),
    ):
        page_of(body)
