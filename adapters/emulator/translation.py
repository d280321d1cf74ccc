"""Says the emulator's refusals and a scenario's mishaps as the errors of the core, for callers in this process."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, TypeVar

from adapters.emulator.call_faults import CallFault, Html, Refused, Slow, Spoilt, Truncated
from adapters.emulator.refusals import ApiError
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

T = TypeVar("T")

_TIME_OUT, _NOT_FOUND, _TOO_MANY, _SERVER_ERRORS = 408, 404, 429, 500


def lost(said: str, *, effect: bool) -> ProviderError:
    """Return the error for an answer that did not come; `effect` says that the call may have changed something."""
    return AmbiguousError(said) if effect else UnavailableError(said)


def core_error(error: ApiError, *, effect: bool) -> ProviderError:
    """Return the core's error for a refusal."""
    message = f"the emulator answered {error.code} {error.status}: {error.message.strip()}"
    if error.code == _NOT_FOUND or "or it may not exist" in error.message:
        return GoneError(message)
    if error.code == _TOO_MANY:
        return RateLimitedError(message, error.wish)
    if error.status in {"PERMISSION_DENIED", "UNAUTHENTICATED"}:
        return CredentialsError(message)
    if error.code == _TIME_OUT or error.code >= _SERVER_ERRORS:
        return lost(message, effect=effect)
    return RejectedError(message)


def struck(fault: CallFault | None, verb: str, work: Callable[[], T], *, effect: bool) -> T:
    """Do a call's work as its fault lets it; raises ApiError, or AmbiguousError or UnavailableError.

    Nobody waits in this process: a slow call is answered at once, one that hangs is given up at once.
    """
    if isinstance(fault, Spoilt) and fault.after_effect:
        with contextlib.suppress(ApiError):
            work()
    match fault:
        case None | Slow() | Truncated():
            return work()
        case Refused():
            raise fault.error(verb)
        case Html(status=status):
            raise lost(f"the emulator answered {status} with a page for people", effect=effect)
        case _:
            raise lost("the emulator's answer was lost", effect=effect)
