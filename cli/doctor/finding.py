"""A finding: what was checked, how it stands, what was found, and what to do about it."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

import msgspec

from core.errors import BatchmillError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

#: What divides the sentence of an error into what is wrong and what to do.
DIVIDER = "; "


class State(Enum):
    """How something stands; the values are the words of the JSON answer."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Finding(msgspec.Struct, frozen=True):
    """One line of the answer; `advice` is the next command or action, "" where there is nothing to do."""

    check: str
    state: State
    found: str
    advice: str = ""


def ok(check: str, found: str) -> Finding:
    """Return a finding that needs nobody."""
    return Finding(check, State.OK, found)


def warn(check: str, found: str, advice: str) -> Finding:
    """Return a finding that batches can live with."""
    return Finding(check, State.WARN, found, advice)


def fail(check: str, found: str, advice: str) -> Finding:
    """Return a finding that keeps batches from being driven, or the ledger from being right."""
    return Finding(check, State.FAIL, found, advice)


def fail_of(check: str, error: BatchmillError | OSError) -> Finding:
    """Return the finding that an error is: its sentence says what is wrong, and after a semicolon what to do."""
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        return fail(check, f"{place}{error.strerror or type(error).__name__}", "mend that and ask again")
    found, _, advice = str(error).partition(DIVIDER)
    return fail(check, found, advice)


def safely(check: str, look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """Yield what `look` finds; whatever it raises is a finding too, so that the checks after it are made."""
    try:
        yield from look()
    except (BatchmillError, OSError) as error:
        yield fail_of(check, error)
    except Exception as error:  # noqa: BLE001 - nothing that one check stumbles over may hide the other findings
        yield fail(check, f"this check could not be made ({type(error).__name__})", "go by the other lines")
