"""Jobs that brought no answers home, or were one too many: money that may have been spent for nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.batch import events as e
from core.ledger.recorded import stamp
from core.ledger.streams import batch_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from core.ledger.recorded import Recorded
    from core.projections.rows import BatchRow


class Fruitless(msgspec.Struct, frozen=True):
    """One such job: `cause` is failed, expired, cancelled, gone or double.

    `expected_usd` is what the batch was expected to cost, the most that the job is likely to have taken; the
    provider says nothing of it. `emulated` tells that the batch's answers came from no model, so nothing was.
    """

    batch: int
    label: str
    attempt: int
    job_name: str | None
    cause: str
    reason: str
    at: str
    expected_usd: float
    emulated: bool


def fruitless(events: Iterable[Recorded], rows: Mapping[int, BatchRow]) -> list[Fruitless]:
    """Return every such job of these batches, in the ledger's order."""
    attempts: dict[int, int] = {}
    jobs: dict[int, str] = {}
    found: list[Fruitless] = []
    for recorded in events:
        event, number = recorded.event, batch_number(recorded.stream)
        if number is None or number not in rows:
            continue
        match event:
            case e.SubmissionStarted(attempt=attempt):
                attempts[number] = attempt
            case e.BatchSubmitted(job_name=job_name):
                jobs[number] = job_name
            case e.BatchFailed() | e.DoubleFound():
                found.append(_lost(rows[number], event, attempts.get(number, 0), jobs.get(number)))
            case _:
                pass
    return found


def _lost(row: BatchRow, event: e.BatchFailed | e.DoubleFound, attempt: int, job: str | None) -> Fruitless:
    if isinstance(event, e.DoubleFound):
        ended = "cancelled at once" if event.cancelled else "ended before it could be cancelled"
        job, cause, reason = event.job_name, "double", f"{event.kept} was kept; this one {ended}"
    else:
        cause, reason = event.cause, event.reason
    return Fruitless(
        batch=row.number,
        label=row.label,
        attempt=attempt,
        job_name=job,
        cause=cause,
        reason=reason,
        at=stamp(event.at),
        expected_usd=row.estimated_cost_usd,
        emulated=row.emulated,
    )
