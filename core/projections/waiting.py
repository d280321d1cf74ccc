"""Which waves wait to be let go, and which batches with them, as the rows tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.batch.lifecycle import Status
from core.wave.clearance import hindrance
from core.wave.lifecycle import Status as WaveStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from core.projections.rows import BatchRow, WaveRow

UNSENT = {Status.PLANNED.value, Status.WRITTEN.value}
ACCEPTED = WaveStatus.ACCEPTED.value


def hindrances(waves: Sequence[WaveRow]) -> dict[int, str]:
    """Return by wave why nothing of its plan may be sent now; waves that may be sent are not in it."""
    found = {
        row.wave: hindrance(row.wave, WaveStatus(row.status), unaccepted=unaccepted(row, waves)) for row in waves
    }
    return {wave: reason for wave, reason in found.items() if reason}


def unaccepted(row: WaveRow, waves: Iterable[WaveRow]) -> int | None:
    """Return the wave that a wave depends on, None when that is accepted or there is none."""
    accepted = {each.wave for each in waves if each.decision == ACCEPTED}
    return row.depends_on if row.depends_on not in accepted else None


def kept_back(waves: Sequence[WaveRow], batches: Iterable[BatchRow]) -> dict[int, list[BatchRow]]:
    """Return by wave the batches that are not sent as long as it waits.

    What was sent before is repaired all the same, and judged; batches on hold wait for something else.
    """
    why = hindrances(waves)
    by_number = {row.wave: row for row in waves}
    found: dict[int, list[BatchRow]] = {}
    for row in batches:
        if row.wave in why and row.status in UNSENT and not row.hold and not row.started_at:
            wave = by_number[row.wave]
            planned = row.number in wave.repairs if wave.origin else row.repairs is None and row.refines
            if planned or wave.status == WaveStatus.REJECTED.value:
                found.setdefault(row.wave, []).append(row)
    return found
