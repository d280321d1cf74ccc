"""The API's refusals: HTTP code, status word and message, in the real service's words where they are known."""

from __future__ import annotations


class ApiError(Exception):
    """An answer other than 200; `code` is the HTTP status, `status` Google's word for it."""

    def __init__(self, code: int, status: str, message: str, headers: dict[str, str] | None = None) -> None:
        """Keep what the error body carries, and headers that the reply needs beside it."""
        super().__init__(message)
        self.code = code
        self.status = status
        self.message = message
        self.headers = headers or {}

    def body(self) -> dict[str, object]:
        """Return the JSON body of the reply."""
        return {"error": {"code": self.code, "message": self.message, "status": self.status}}


def invalid(message: str, headers: dict[str, str] | None = None) -> ApiError:
    """Return the 400 for a request that cannot be meant."""
    return ApiError(400, "INVALID_ARGUMENT", message, headers)


def unknown_entity() -> ApiError:
    """Return the 404 for a job that does not exist."""
    return ApiError(404, "NOT_FOUND", "Requested entity was not found.")


def unknown_file(file_id: str) -> ApiError:
    """Return the real service's answer for a file that does not exist (any more): a 403, not a 404."""
    message = f"You do not have permission to access the File {file_id} or it may not exist."
    return ApiError(403, "PERMISSION_DENIED", message)


def no_key() -> ApiError:
    """Return the 403 for a request without an API key."""
    return ApiError(
        403,
        "PERMISSION_DENIED",
        "Method doesn't allow unregistered callers (callers without established identity). "
        "Please use API Key or other form of API consumer identity to call this API.",
    )
