"""What a wave's way from its plan to its acceptance makes of its row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.ledger.recorded import stamp
from core.wave.course_events import WaveAccepted, WaveApproved, WaveAssessed, WaveFoundRunning, WaveStarted
from core.wave.lifecycle import Status

if TYPE_CHECKING:
    from core.ledger.recorded import Recorded
    from core.projections.rows import WaveRow
    from core.wave.course_events import CourseEvent, Decided

replace = msgspec.structs.replace

DECIDED = {Status.ACCEPTED.value, Status.REJECTED.value}


def project_course(row: WaveRow, event: CourseEvent, actor: str) -> WaveRow:
    """Return the row after the wave was approved, started, assessed, accepted or rejected by `actor`."""
    at = stamp(event.at)
    match event:
        case WaveApproved(expected_usd=usd):
            return replace(stands(row, Status.APPROVED, at, actor), approved_at=at, approved_usd=usd)
        case WaveStarted():
            return replace(stands(row, Status.RUNNING, at, actor), started_at=at)
        case WaveFoundRunning():
            # Its row has said so since the submission that it was found by.
            return row if row.status == Status.RUNNING.value else stands(row, Status.RUNNING, at, actor)
        case WaveAssessed(verdict=verdict):
            row = replace(row, assessed_at=at, verdict=verdict)
            return row if row.status in DECIDED else stands(row, Status.ASSESSED, at, actor)
        case _:
            return _decided(row, event, at, actor)


def _decided(row: WaveRow, event: Decided, at: str, actor: str) -> WaveRow:
    status = Status.ACCEPTED if isinstance(event, WaveAccepted) else Status.REJECTED
    return replace(
        stands(row, status, at, actor),
        decision=status.value,
        decided_at=at,
        decided_by=actor,
        decided_on=event.verdict,
        decision_reason=event.reason,
        overruled=event.overruled,
    )


def stands(row: WaveRow, status: Status, at: str, actor: str) -> WaveRow:
    """Return the row of a wave that stands elsewhere since then."""
    return replace(row, status=status.value, status_at=at, status_by=actor)


def wave_found_running(row: WaveRow, recorded: Recorded) -> WaveRow:
    """Return a wave's row after a batch of it was submitted, as `core.wave.state.found_running` does."""
    if row.status != Status.PLANNED.value or row.origin is not None:
        return row
    at = stamp(recorded.event.at)
    return replace(stands(row, Status.RUNNING, at, recorded.actor), started_at=at)
