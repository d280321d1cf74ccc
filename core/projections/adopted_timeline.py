"""The timeline of a wave that an older process sent: what is claimed, and what became of it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from core.adoption.collisions import listed
from core.batch.adoption import NEVER_SUBMITTED, WRONG_FORMAT, Known
from core.batch.lifecycle import Status
from core.projections.milestone import DONE, FAILED, PENDING, Milestone, some

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.projections.rows import BatchRow, WaveRow

#: What a timeline calls the reasons for which a batch brought nothing home.
_WORDS = {NEVER_SUBMITTED: "never submitted", WRONG_FORMAT: "in the wrong format"}


def claimed_lines(wave: WaveRow, batches: Sequence[BatchRow]) -> list[Milestone]:
    """Return what papers claim, what was looked up at the provider, and what came home."""
    claimed = sum(row.claimed_pairs or 0 for row in batches)
    checked = sum(row.file_sha256 is not None for row in batches)
    with_job = sum(bool(row.claimed_jobs) for row in batches)
    open_ = sum(row.status == Status.ADOPTED.value for row in batches)
    found = sum(row.known == Known.ADOPTED.value for row in batches)
    refined, pairs = sum(row.refined for row in batches), sum(row.pairs for row in batches)
    read = [row.read_at for row in batches if row.read_at]
    name = f"Wave {wave.wave}"
    looked = f"{name} looked up at the provider ({len(batches) - open_} of {len(batches)} batches, {found} found)"
    waiting = any(row.known == Known.ADOPTED.value and not row.read_at for row in batches)
    return [
        Milestone(
            at=wave.planned_at,
            text=f"{name} adopted ({some(len(batches), 'batch', 'batches')}, {claimed} pairs claimed, "
            f"{some(checked, 'batch file', 'batch files')} read, {some(with_job, 'job', 'jobs')} claimed)",
            state=DONE,
            wave=wave.wave,
        ),
        Milestone(
            at=None if open_ else max((row.changed_at for row in batches), default=None),
            text=looked,
            state=PENDING if open_ else DONE,
            wave=wave.wave,
        ),
        Milestone(
            at=max(read, default=None),
            text=f"{name} answers taken over ({refined} of {pairs} pairs refined)",
            state=PENDING if open_ or waiting else DONE,
            wave=wave.wave,
        ),
    ]


def lost_lines(wave: WaveRow, batches: Sequence[BatchRow]) -> list[Milestone]:
    """Return a line for each reason why batches brought nothing home; done once all is asked for again."""
    by_cause: dict[str, list[BatchRow]] = defaultdict(list)
    for row in batches:
        if row.status == Status.FAILED.value:
            by_cause[row.cause or ""].append(row)
    lines = []
    for cause, rows in sorted(by_cause.items()):
        missing = sum(row.missing_now for row in rows)
        again = "" if missing else ", asked for again"
        which = (
            f"{some(len(rows), 'batch', 'batches')} {_WORDS.get(cause, cause)} ({listed(r.number for r in rows)})"
        )
        lines.append(
            Milestone(
                at=max(row.failed_at or row.changed_at for row in rows),
                text=f"Wave {wave.wave}: {which}{again}",
                state=FAILED if missing else DONE,
                wave=wave.wave,
            )
        )
    return lines
