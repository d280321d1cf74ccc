"""What a scenario can do to a call: refuse it, lose or garble its answer, make it wait."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from adapters.emulator.refusals import (
    EXHAUSTED,
    EXHAUSTED_SHORT,
    ApiError,
    exhausted,
    exhausted_generating,
    is_retry_info,
    retry_info,
)
from adapters.emulator.when import Seconds, Share, When

if TYPE_CHECKING:
    from collections.abc import Callable

VERBS = (
    "batches.create",
    "batches.get",
    "batches.list",
    "batches.cancel",
    "batches.delete",
    "files.get",
    "files.list",
    "files.delete",
    "files.download",
    "models.countTokens",
    "models.embedContent",
    "models.generateContent",
    "models.get",
    "models.list",
    "upload.start",
    "upload.continue",
)
"""What a rule can name: every call of the API that the emulator serves."""

_TOO_MANY = 429
_USUAL_WAIT = 34.0
"""Seconds that the RetryInfo of generateContent names when a scenario does not say."""

_WORDS = {
    400: ("INVALID_ARGUMENT", "Request contains an invalid argument."),
    401: ("UNAUTHENTICATED", "Request had invalid authentication credentials."),
    403: ("PERMISSION_DENIED", "The caller does not have permission."),
    404: ("NOT_FOUND", "Requested entity was not found."),
    408: ("CANCELLED", "The request timed out."),
    429: ("RESOURCE_EXHAUSTED", EXHAUSTED),
    500: ("INTERNAL", "An internal error has occurred. Please retry."),
    502: ("UNAVAILABLE", "Bad gateway."),
    503: ("UNAVAILABLE", "The model is overloaded. Please try again later."),
    504: ("DEADLINE_EXCEEDED", "The request timed out. Please try again."),
}


class CallRule(When, frozen=True, kw_only=True):
    """A rule about calls: `verb` is a pattern over VERBS, or several."""

    verb: str | tuple[str, ...] = "*"

    def __post_init__(self) -> None:
        """Refuse a verb that no call has."""
        super().__post_init__()
        for pattern in self._patterns():
            if not any(fnmatchcase(verb, pattern) for verb in VERBS):
                raise ValueError(f"no call is named {pattern!r}; the verbs are {', '.join(VERBS)}, or *")

    def concerns(self, display_name: str, subject: str, _text: Callable[[], str] = str) -> bool:
        """Whether the rule counts this call."""
        fits = any(fnmatchcase(subject, pattern) for pattern in self._patterns())
        return fits and super().concerns(display_name, subject)

    def _patterns(self) -> tuple[str, ...]:
        return (self.verb,) if isinstance(self.verb, str) else self.verb


class Spoilt(CallRule, frozen=True, kw_only=True):
    """A fault that can strike before the call has its effect, or after it."""

    after_effect: bool = False


class Refused(Spoilt, frozen=True, kw_only=True, tag="refused"):
    """An error of the API; a 429 carries the body really seen at this verb, `short` the other one.

    `retry_info` adds a RetryInfo to the body, `retry_after` the header; both are seconds.
    """

    code: int = 503
    message: str = ""
    short: bool = False
    retry_info: Seconds | None = None
    retry_after: Annotated[int, msgspec.Meta(ge=0)] | None = None

    def __post_init__(self) -> None:
        """Refuse codes that the API does not answer with."""
        super().__post_init__()
        if self.code not in _WORDS:
            raise ValueError(f"`code` is {self.code}; give one of {', '.join(map(str, _WORDS))}")

    def error(self, verb: str, model: str = "") -> ApiError:
        """Return the error as the API would give it to this call, which concerns `model` if it names one."""
        status, message = _WORDS[self.code]
        details: list[object] = []
        if self.code == _TOO_MANY and self.short:
            message = EXHAUSTED_SHORT
        elif self.code == _TOO_MANY and verb == "models.generateContent":
            seen = exhausted_generating(model, _USUAL_WAIT if self.retry_info is None else self.retry_info)
            message, details = seen.message, list(seen.details)
        elif self.code == _TOO_MANY:
            details = list(exhausted().details)
        if self.retry_info is not None and not any(is_retry_info(detail) for detail in details):
            details.append(retry_info(self.retry_info))
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        return ApiError(self.code, status, self.message or message, headers, details)


class Lost(Spoilt, frozen=True, kw_only=True, tag="lost"):
    """The connection is closed without an answer."""


class Reset(Spoilt, frozen=True, kw_only=True, tag="reset"):
    """The connection is reset without an answer."""


class Slow(CallRule, frozen=True, kw_only=True, tag="slow"):
    """The call is carried out and answered, so many real seconds late."""

    seconds: Seconds


class Hang(Spoilt, frozen=True, kw_only=True, tag="hang"):
    """No answer ever comes; the connection stays open until the client gives up."""


class Empty(Spoilt, frozen=True, kw_only=True, tag="empty"):
    """A 200 without a body."""


class Html(Spoilt, frozen=True, kw_only=True, tag="html"):
    """A page for people in place of JSON."""

    status: Literal[200, 500, 502, 503, 504] = 200


class Truncated(CallRule, frozen=True, kw_only=True, tag="truncated"):
    """The first `keep` of the answer's body, and the connection closes; `length` says how much there should be."""

    keep: Share = 0.5
    length: bool = True


CallFault = Refused | Lost | Reset | Slow | Hang | Empty | Html | Truncated
