"""The API's refusals: HTTP code, status word and message, in the real service's words where they are known."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

EXHAUSTED = (
    "You exceeded your current quota, please check your plan and billing details. For more information on this "
    "error, head to: https://ai.google.dev/gemini-api/docs/rate-limits. To monitor your current usage, head to: "
    "https://ai.dev/rate-limit."
)
EXHAUSTED_SHORT = "Resource has been exhausted (e.g. check quota)."

_HELP = {
    "@type": "type.googleapis.com/google.rpc.Help",
    "links": [
        {
            "description": "Learn more about Gemini API quotas",
            "url": "https://ai.google.dev/gemini-api/docs/rate-limits",
        }
    ],
}


class ApiError(Exception):
    """An answer other than 200; `code` is the HTTP status, `status` Google's word for it."""

    def __init__(
        self,
        code: int,
        status: str,
        message: str,
        headers: dict[str, str] | None = None,
        details: Sequence[object] = (),
    ) -> None:
        """Keep what the error body carries, and headers that the reply needs beside it."""
        super().__init__(message)
        self.code = code
        self.status = status
        self.message = message
        self.headers = headers or {}
        self.details = details

    @property
    def wish(self) -> float | None:
        """The seconds to wait that the reply names: in a RetryInfo, else in Retry-After, else None."""
        for detail in self.details:
            if isinstance(detail, dict) and is_retry_info(detail):
                return float(detail["retryDelay"].removesuffix("s"))
        header = self.headers.get("Retry-After")
        return None if header is None else float(header)

    def body(self) -> dict[str, object]:
        """Return the JSON body of the reply."""
        error: dict[str, object] = {"code": self.code, "message": self.message, "status": self.status}
        return {"error": error | {"details": self.details} if self.details else error}


def invalid(message: str, headers: dict[str, str] | None = None) -> ApiError:
    """Return the 400 for a request that cannot be meant."""
    return ApiError(400, "INVALID_ARGUMENT", message, headers)


def exhausted() -> ApiError:
    """Return the 429 that a batch create really gets over a quota: help for people, and no word of when."""
    return ApiError(429, "RESOURCE_EXHAUSTED", EXHAUSTED, details=[_HELP])


def exhausted_generating(model: str, seconds: float, limit: int = 10) -> ApiError:
    """Return the 429 of generateContent: the quota, its value, and when to come again, in whole seconds."""
    metric = "generativelanguage.googleapis.com/generate_requests_per_model"
    quota = {
        "quotaMetric": metric,
        "quotaId": "GenerateRequestsPerMinutePerProjectPerModel",
        "quotaDimensions": {"location": "global", "model": model},
        "quotaValue": str(limit),
    }
    failure = {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [quota]}
    message = (
        f"{EXHAUSTED} \n* Quota exceeded for metric: {metric}, limit: {limit}, model: {model}\n"
        f"Please retry in {seconds:g}s."
    )
    return ApiError(429, "RESOURCE_EXHAUSTED", message, details=[_HELP, failure, retry_info(math.ceil(seconds))])


def exhausted_by_requests(verb: str, model: str, limit: int, seconds: float) -> ApiError:
    """Return the 429 for one request too many in a minute, as each verb is known to get it."""
    if verb == "models.generateContent":
        return exhausted_generating(model, seconds, limit)
    if verb == "batches.create":
        return exhausted()
    return ApiError(429, "RESOURCE_EXHAUSTED", EXHAUSTED_SHORT)


def retry_info(seconds: float) -> dict[str, str]:
    """Return the detail of an error that says when to come again."""
    return {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{seconds:g}s"}


def is_retry_info(detail: object) -> bool:
    """Whether a detail of an error says when to come again."""
    return isinstance(detail, dict) and "retryDelay" in detail


def unknown_entity() -> ApiError:
    """Return the 404 for a job that does not exist."""
    return ApiError(404, "NOT_FOUND", "Requested entity was not found.")


def unknown_file(file_id: str) -> ApiError:
    """Return the real service's answer for a file that does not exist (any more): a 403, not a 404."""
    message = f"You do not have permission to access the File {file_id} or it may not exist."
    return ApiError(403, "PERMISSION_DENIED", message)


def unknown_model(model: str, version: str, method: str = "generateContent") -> ApiError:
    """Return the 404 for a model that nobody knows, or that does not do what was asked of it."""
    return ApiError(
        404,
        "NOT_FOUND",
        f"models/{model} is not found for API version {version}, or is not supported for {method}. "
        "Call ListModels to see the list of available models and their supported methods.",
    )


def no_key() -> ApiError:
    """Return the 403 for a request without an API key."""
    return ApiError(
        403,
        "PERMISSION_DENIED",
        "Method doesn't allow unregistered callers (callers without established identity). "
        "Please use API Key or other form of API consumer identity to call this API.",
    )
