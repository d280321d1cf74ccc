"""What a scenario can do to a job, chosen when the job is created and kept with it."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import msgspec

from adapters.emulator.when import Seconds, Share, When

_TWO_DAYS = 48 * 3600.0


class JobRule(When, frozen=True, kw_only=True):
    """A rule about jobs, which are counted as they are created."""


class Failed(JobRule, frozen=True, kw_only=True, tag="failed"):
    """The job ends FAILED with this error; `code` is a google.rpc code."""

    code: int = 13
    message: str = "An internal error has occurred. Please retry."


class Expired(JobRule, frozen=True, kw_only=True, tag="expired"):
    """The job runs for `seconds` after its creation and ends EXPIRED, a first part of its rows answered."""

    seconds: Seconds = _TWO_DAYS
    partial: Share = 0.0


class Stuck(JobRule, frozen=True, kw_only=True, tag="stuck"):
    """The job never leaves `state`, which may be a word nobody knows; cancelled, it has `partial` of its rows."""

    state: str = "RUNNING"
    partial: Share = 0.0


class Late(JobRule, frozen=True, kw_only=True, tag="late"):
    """The job succeeds so many seconds later than others."""

    seconds: Seconds


class NoOutput(JobRule, frozen=True, kw_only=True, tag="no-output"):
    """The job succeeds, and its output appears `seconds` after its end, or never."""

    seconds: Seconds | None = None


class Cancelled(JobRule, frozen=True, kw_only=True, tag="cancelled"):
    """The job is CANCELLED where it would have succeeded, or when asked, with `partial` of its rows answered."""

    partial: Share = 0.0


class Revived(JobRule, frozen=True, kw_only=True, tag="revived"):
    """A job that was cancelled succeeds all the same when its time has come."""


class Misplaced(JobRule, frozen=True, kw_only=True, tag="misplaced"):
    """The output stands in `place` only, and in the operation itself if `inline` although the input was a file."""

    place: Literal["response", "metadata", "both"] = "both"
    inline: bool = False

    def __post_init__(self) -> None:
        """Refuse what is no fault at all."""
        super().__post_init__()
        if self.place == "both" and not self.inline:
            raise ValueError("give `place` (response or metadata) or `inline = true`")


JobFault = Failed | Expired | Stuck | Late | NoOutput | Cancelled | Revived | Misplaced

_decoder = msgspec.json.Decoder(JobFault)


def kept(fault: JobFault | None) -> str:
    """Return a fault as it is kept with its job; "" is none."""
    return "" if fault is None else msgspec.json.encode(fault).decode()


@lru_cache(maxsize=1024)
def fault_of(text: str) -> JobFault | None:
    """Return the fault that was kept."""
    return _decoder.decode(text) if text else None
