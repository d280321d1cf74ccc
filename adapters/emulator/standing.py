"""Where a job stands at a moment: its state, since when, and how many of its rows have come out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from adapters.emulator.clock import FILE_LIFETIME, SECOND
from adapters.emulator.job_faults import (
    Cancelled,
    Expired,
    Failed,
    JobFault,
    Late,
    Misplaced,
    NoOutput,
    Revived,
    Stuck,
    fault_of,
)

if TYPE_CHECKING:
    from adapters.emulator.rows import JobRow

NEVER = 2**62
"""Nanoseconds since 1970 of a moment that does not come: the year 2116."""

_ENDS = {Failed: "FAILED", Expired: "EXPIRED", Cancelled: "CANCELLED"}


class Standing(NamedTuple):
    """A job at a moment; `answered` of its rows were worked on and are billed, `rows` of them can be fetched.

    `ended` is false while it waits or runs. `error` is a google.rpc code and its message.
    """

    state: str
    since_ns: int
    ended: bool = False
    answered: int = 0
    rows: int = 0
    error: tuple[int, str] | None = None


def standing(job: JobRow, now_ns: int) -> Standing:
    """Return where a job stands; one that was deleted stands as it stood then.

    A result file expires by itself; what stood in the operation is no longer there after the same time.
    """
    stands = _reached(job, now_ns if job.deleted_ns is None else min(now_ns, job.deleted_ns))
    if stands.rows and inline(job) and now_ns >= stands.since_ns + FILE_LIFETIME:
        return stands._replace(rows=0)
    return stands


def kept_until(job: JobRow) -> int:
    """Return the moment from which on nobody can get at a job's contents, as things stand."""
    revives = isinstance(fault_of(job.fault), Revived)
    end = job.ends_ns if job.cancelled_ns is None or revives else job.cancelled_ns
    return end + FILE_LIFETIME


def _reached(job: JobRow, now: int) -> Standing:
    fault = fault_of(job.fault)
    if job.cancelled_ns is not None and not (isinstance(fault, Revived) and now >= job.ends_ns):
        return _cut_short(job, "CANCELLED", job.cancelled_ns, fault)
    if now >= job.ends_ns:
        return _ended(job, now, fault)
    if now < job.starts_ns:
        return Standing("PENDING", job.created_ns)
    return Standing(fault.state if isinstance(fault, Stuck) else "RUNNING", job.starts_ns)


def passing(now_ns: int, pending_ns: int, running_ns: int, fault: JobFault | None) -> tuple[int, int]:
    """Return when a job that is created now starts to run, and when it ends."""
    starts = now_ns + pending_ns
    match fault:
        case Expired(seconds=seconds):
            return starts, now_ns + int(seconds * SECOND)
        case Stuck(state="PENDING"):
            return NEVER, NEVER
        case Stuck():
            return starts, NEVER
        case Late(seconds=seconds):
            return starts, starts + running_ns + int(seconds * SECOND)
        case _:
            return starts, starts + running_ns


def inline(job: JobRow) -> bool:
    """Whether the output stands in the operation itself."""
    fault = fault_of(job.fault)
    return job.input_file is None or (isinstance(fault, Misplaced) and fault.inline)


def place(job: JobRow) -> str:
    """Return where in the operation the output stands: `response`, `metadata` or `both`."""
    fault = fault_of(job.fault)
    return fault.place if isinstance(fault, Misplaced) else "both"


def _ended(job: JobRow, now: int, fault: JobFault | None) -> Standing:
    state = "SUCCEEDED" if fault is None else _ENDS.get(type(fault), "SUCCEEDED")
    if isinstance(fault, Failed):
        return Standing(state, job.ends_ns, ended=True, error=(fault.code, fault.message))
    if state != "SUCCEEDED":
        return _cut_short(job, state, job.ends_ns, fault)
    hidden = isinstance(fault, NoOutput) and (
        fault.seconds is None or now < job.ends_ns + int(fault.seconds * SECOND)
    )
    return Standing(state, job.ends_ns, ended=True, answered=job.requests, rows=0 if hidden else job.requests)


def _cut_short(job: JobRow, state: str, since_ns: int, fault: JobFault | None) -> Standing:
    share = fault.partial if isinstance(fault, Expired | Stuck | Cancelled) else 0.0
    rows = int(job.requests * share)
    error = (13, f"Batch batches/{job.id} failed without error.") if state == "CANCELLED" else None
    return Standing(state, since_ns, ended=True, answered=rows, rows=rows, error=error)
