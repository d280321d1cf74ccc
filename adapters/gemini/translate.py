"""Turns what the client library and the wire throw into the errors that say what is known about the effect."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx2
from google.genai import errors

from core.errors import (
    AmbiguousError,
    CredentialsError,
    GoneError,
    ProviderError,
    RateLimitedError,
    RejectedError,
    UnavailableError,
)
from core.one_line import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENT, NOT_FOUND, TIME_OUT, TOO_MANY, SERVER = 400, 404, 408, 429, 500
REFUSED_KEY = (401, 403)
#: A file that is missing or expired is answered with 403 in these words, which is not about the key.
MAY_NOT_EXIST = "or it may not exist"
LONGEST_MESSAGE = 300


@contextmanager
def translated(what: str, *, effect: bool, secret: str) -> Iterator[None]:
    """Run a call named `what`; `effect` says that losing its answer leaves open whether it happened.

    Every message is cut to one line and freed of `secret`, whatever a server may echo.
    """
    try:
        yield
    except errors.APIError as error:
        raise _judge(what, error, effect=effect, secret=secret) from None
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
        raise UnavailableError(_line(f"{what}: no connection to the provider ({error})", secret)) from None
    except (httpx2.TransportError, httpx2.DecodingError) as error:
        said = f"{what}: the answer was lost ({type(error).__name__}: {error})"
        raise _lost(effect=effect)(_line(said, secret)) from None
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        # Not JSON, or JSON of another shape than an operation or a page of them.
        said = f"{what}: the answer cannot be read ({type(error).__name__})"
        raise _lost(effect=effect)(_line(said, secret)) from None


def _lost(*, effect: bool) -> type[ProviderError]:
    return AmbiguousError if effect else UnavailableError


def _judge(what: str, error: errors.APIError, *, effect: bool, secret: str) -> ProviderError:
    code = int(error.code or 0)
    said = _line(f"{what}: the provider answered {code} {error.status or ''}: {_message(error)}", secret)
    if code == TOO_MANY:
        return RateLimitedError(said, _retry_after(error))
    if code == NOT_FOUND or (code in REFUSED_KEY and MAY_NOT_EXIST in str(error.message)):
        return GoneError(said)
    if code in REFUSED_KEY or "API_KEY_INVALID" in json.dumps(error.details, default=str):
        return CredentialsError(f"{said}; check GEMINI_API_KEY")
    if code == TIME_OUT or not (CLIENT <= code < SERVER):
        return _lost(effect=effect)(said)
    return RejectedError(said)


def _message(error: errors.APIError) -> str:
    """Return the provider's words without their full stop, since our sentence goes on behind them."""
    return str(error.message or "no message").rstrip().removesuffix(".")


def _retry_after(error: errors.APIError) -> float | None:
    """Return the provider's wish in seconds: RetryInfo in the body, else the Retry-After header, else None."""
    details: Any = error.details
    try:
        entries = details["error"]["details"]
        wishes = [entry["retryDelay"] for entry in entries if str(entry.get("@type", "")).endswith("RetryInfo")]
        return float(str(wishes[0]).removesuffix("s"))
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        pass
    headers = getattr(error.response, "headers", None) or {}
    try:
        return float(headers.get("retry-after", ""))
    except ValueError:
        return None


def _line(text: str, secret: str) -> str:
    """Return text as one printable line of bounded length, without the secret."""
    if secret:
        text = text.replace(secret, "***")
    flat = one_line(text)
    return flat if len(flat) <= LONGEST_MESSAGE else flat[: LONGEST_MESSAGE - 1] + "…"
