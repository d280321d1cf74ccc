"""What a person is told before and after batches are driven: what is skipped, what was sent, what needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cli.render.text import number_ranges
from core.batch.commands import RetryBatch
from core.batch.lifecycle import Status
from core.engine.books import Books, Entry
from core.errors import NotFoundError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.compose import Opened
    from core.projections.rows import BatchRow

SENT = {Status.SUBMITTED, Status.PROCESSING, Status.SUCCEEDED, Status.DOWNLOADED}


class Chosen(NamedTuple):
    """The batches of a range that are to be submitted, and a line for each that is not."""

    numbers: tuple[int, ...]
    skipped: tuple[str, ...]


def select(opened: Opened, first: int, last: int) -> Chosen:
    """Sort a range of batches into those to submit and those that are submitted already.

    Raises NotFoundError for a range that holds no batch, and RefusedError when one of them cannot be submitted.
    """
    rows = _rows(opened, first, last)
    by_status = {Status(row.status): row for row in reversed(rows)}
    for status, advice in (
        (Status.PLANNED, "run `batchmill write --wave {wave}` first"),
        (Status.WITHDRAWN, "leave it out of the range"),
        (Status.FAILED, "look at `batchmill history {number}`, then `batchmill retry {number}`"),
    ):
        if status in by_status:
            row = by_status[status]
            todo = advice.format(wave=row.wave, number=row.number)
            raise RefusedError(f"batch {row.number} is {status.value} and cannot be submitted; {todo}")
    return Chosen(
        tuple(row.number for row in rows if Status(row.status) not in SENT),
        tuple(
            f"batch {row.number} is {row.status} already ({row.job_name})"
            for row in rows
            if Status(row.status) in SENT
        ),
    )


def retry_range(opened: Opened, first: int, last: int, reason: str) -> list[int]:
    """Put the failed and refused batches of a range back to written, and return their numbers.

    Raises NotFoundError as `select` does, and RefusedError when none of them failed or was refused.
    """
    numbers = [row.number for row in _rows(opened, first, last) if _needs_somebody(row)]
    if not numbers:
        raise RefusedError(f"no batch from {first} to {last} failed or was refused, so there is nothing to retry")
    now = opened.clock.now()
    books = Books(opened.database.store, opened.context("retry").actor)
    books.write(Entry(number, (RetryBatch(reason=reason, at=now),), f"retry {first} {last}") for number in numbers)
    opened.catch_up()
    return numbers


def _rows(opened: Opened, first: int, last: int) -> list[BatchRow]:
    opened.catch_up()
    if last < first:
        raise RefusedError(f"the range {first} to {last} runs backwards; give the smaller number first")
    rows = [row for row in opened.database.read_model.batches() if first <= row.number <= last]
    known = {row.number for row in rows}
    if len(known) < last - first + 1:
        missing = next(number for number in range(first, last + 1) if number not in known)
        raise NotFoundError(f"the ledger has no batch {missing}; `batchmill status` shows those it has")
    return rows


def report(opened: Opened, numbers: Sequence[int]) -> list[str]:
    """Return a line for each batch of a submission, and raise RefusedError if one of them was not submitted."""
    opened.catch_up()
    rows = opened.database.read_model.batches(numbers)
    lines = [f"batch {row.number} is {row.status}: {row.job_name}" for row in rows if Status(row.status) in SENT]
    left = [row for row in rows if Status(row.status) not in SENT]
    if left:
        reason = left[0].reason or "stopped before its turn came; submit again to go on"
        raise RefusedError(
            f"{len(lines)} of {len(rows)} batches are submitted, {number_ranges(row.number for row in left)} not; "
            f"batch {left[0].number}: {reason}"
        )
    return lines


def complain(opened: Opened) -> None:
    """Raise RefusedError when a batch failed or was refused, so that a script learns of it."""
    rows = [row for row in opened.database.read_model.batches() if _needs_somebody(row)]
    if rows:
        raise RefusedError(
            f"nothing is left to do by itself, but batch {number_ranges(row.number for row in rows)} needs you; "
            f"batch {rows[0].number}: {rows[0].reason}"
        )


def _needs_somebody(row: BatchRow) -> bool:
    status = Status(row.status)
    refused = status is Status.WRITTEN and row.reason is not None and row.next_try_at is None
    return status is Status.FAILED or refused
