"""Which failures of a job are worth another attempt by themselves."""

from __future__ import annotations

#: google.rpc codes that speak of the provider's state and not of the request: DEADLINE_EXCEEDED,
#: RESOURCE_EXHAUSTED, INTERNAL and UNAVAILABLE.
PASSING = {4, 8, 13, 14}


def worth_another_attempt(cause: str, code: int | None) -> bool:
    """Return whether the same file may well succeed if it is sent again.

    `cause` is failed, expired, cancelled or gone. An expired job and one that vanished say nothing about the
    file; a cancelled one was stopped by somebody, who has to say if it shall run again; a failed one is judged by
    its error's code, and without a code given the benefit of the doubt.
    """
    match cause:
        case "expired" | "gone":
            return True
        case "failed":
            return code is None or code in PASSING
        case _:
            return False
