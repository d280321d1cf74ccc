"""How much of a wave came home, with its repairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.batch.lifecycle import Status
from core.quality.assessment.verdict import Completion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.projections.rows import BatchRow


def completion_of(wave: int, rows: Sequence[BatchRow]) -> Completion:
    """Return how much of a wave came home, with its repairs; a batch is done when its answers were read."""
    own = [row for row in rows if row.wave == wave and row.refines]
    own = [row for row in own if row.status != Status.WITHDRAWN.value]
    batches = [row for row in own if row.repairs is None]
    done = [row for row in batches if row.read_at or _asked_again(row, own)]
    finished = {row.number for row in done}
    behind = [row.label for row in batches if row.number not in finished]
    return Completion(
        pairs=sum(row.pairs for row in batches),
        refined=sum(row.refined for row in own),
        batches=len(batches),
        done=len(done),
        behind=tuple(behind),
    )


def _asked_again(row: BatchRow, rows: Sequence[BatchRow]) -> bool:
    """Whether all of a lost batch's pairs were asked for again by repairs, and these were read."""
    repairs = [each for each in rows if each.repairs == row.number]
    return bool(repairs) and not row.missing_now and all(each.read_at for each in repairs)
