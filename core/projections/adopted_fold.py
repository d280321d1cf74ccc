"""What events about adopted waves and batches make of the read model's rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.adoption.forms import FileForm
from core.batch import adopted_events as a
from core.batch.adoption import Known
from core.batch.lifecycle import Status
from core.ledger.recorded import stamp
from core.pairs import count, first_and_last
from core.projections.course_fold import stands
from core.projections.rows import BatchRow, WaveRow
from core.wave.lifecycle import Status as WaveStatus

if TYPE_CHECKING:
    from core.ledger.recorded import Recorded
    from core.wave.events import WaveAdopted, WaveReplanned

replace = msgspec.structs.replace

CLAIMED, CHECKED = Known.CLAIMED.value, Known.CHECKED.value
#: How an adopted wave's pairs were put into batches: nobody here decided it.
STRATEGY = "adopted"


def wave_adopted(row: WaveRow | None, event: WaveAdopted, recorded: Recorded) -> WaveRow:
    """Return the row of a wave of an older process; what was asked for again since is kept."""
    fresh = WaveRow(
        wave=event.wave,
        revision=event.revision,
        staged=0,
        excluded=0,
        sources=0,
        batches=(),
        strategy=STRATEGY,
        model="",
        input_tokens=0,
        output_tokens=0,
        cost_usd=0.0,
        planned_at=stamp(event.at),
        extract_path=event.extract_path,
        origin=event.tracking,
        status=WaveStatus.ADOPTED.value,
        status_at=stamp(event.at),
        status_by=recorded.actor,
        version=recorded.version,
    )
    return replace(
        row or fresh,
        revision=event.revision,
        staged=sum(source.found for source in event.sources),
        sources=len(event.sources),
        batches=event.batches,
        extract_path=event.extract_path,
        version=recorded.version,
    )


def wave_replanned(row: WaveRow, event: WaveReplanned, actor: str) -> WaveRow:
    """Return the wave's row with the repairs that ask for its missing pairs, and their expected price."""
    return replace(
        stands(row, WaveStatus.PLANNED, stamp(event.at), actor),
        repairs=tuple(dict.fromkeys((*row.repairs, *event.batches))),
        model=event.model,
        input_tokens=event.estimate.input_tokens,
        output_tokens=event.estimate.output_tokens,
        cost_usd=event.estimate.cost_usd,
        released_at=None,
        held=None,
        approved_at=None,
        approved_usd=None,
        started_at=None,
    )


def batch_adopted(event: a.BatchAdopted, version: int) -> BatchRow:
    """Return the first row of an adopted batch: what its tracking file claims."""
    first, last = first_and_last(event.ranges)
    return BatchRow(
        number=event.number,
        wave=event.wave,
        status=Status.ADOPTED.value,
        title=f"adopted batch {event.number}",
        pairs=count(event.ranges),
        first_pair_id=first,
        last_pair_id=last,
        file_size=event.file_size,
        known=CLAIMED,
        origin=event.origin,
        claimed_path=event.path,
        claimed_pairs=event.pairs,
        claimed_first_id=event.first_pair_id,
        claimed_last_id=event.last_pair_id,
        planned_at=stamp(event.at),
        changed_at=stamp(event.at),
        version=version,
    )


def project_adopted(row: BatchRow, event: a.AdoptedEvent, at: str, reason: str | None) -> BatchRow:
    """Return the row after what was learnt of an adopted batch, or of a job that this ledger did not create."""
    match event:
        case a.AdoptedFileRead():
            return _file_read(row, event)
        case a.JobClaimed(job_name=job_name):
            jobs = row.claimed_jobs if job_name is None else (*row.claimed_jobs, job_name)
            return replace(row, claimed_jobs=tuple(dict.fromkeys(jobs)))
        case a.FormClaimed():
            return replace(row, wrong_form=row.wrong_form or CLAIMED)
        case a.ClaimSettled(job_name=job_name):
            return replace(row, claimed_jobs=(job_name,) if job_name else (), reason=reason)
        case a.JobSighted():
            return replace(row, reason=event.reason)
        case a.JobAdopted():
            return _job_adopted(row, event, at)
        case a.RefinedAdopted():
            return _refined_adopted(row, event, at)
        case _:
            raise LookupError(f"{type(event).__name__} begins a row and changes none")


def _file_read(row: BatchRow, event: a.AdoptedFileRead) -> BatchRow:
    first, last = first_and_last(event.ranges)
    return replace(
        row,
        known=CHECKED if event.whole else row.known,
        pairs=count(event.ranges),
        first_pair_id=first,
        last_pair_id=last,
        requests=len(event.requests),
        file_path=event.path,
        file_size=event.size,
        file_sha256=event.sha256,
        wrong_form=CHECKED if FileForm(event.form).wrong else row.wrong_form,
    )


def _job_adopted(row: BatchRow, event: a.JobAdopted, at: str) -> BatchRow:
    refuted = row.wrong_form == CLAIMED and event.requests == 1
    return replace(
        row,
        status=Status.SUBMITTED.value,
        known=Known.ADOPTED.value if row.origin else row.known,
        job_name=event.job_name,
        display_name=event.display_name,
        attempt=event.attempt,
        model=row.model or event.model,
        requests=row.requests or event.requests,
        submitted_at=stamp(event.created_at) if event.created_at else at,
        due=stamp(event.due) if event.due else None,
        wrong_form=None if refuted else row.wrong_form,
        ended_at=None,
        failed_at=None,
        next_try_at=None,
        cause=None,
        reason=None,
    )


def _refined_adopted(row: BatchRow, event: a.RefinedAdopted, at: str) -> BatchRow:
    """Return the row with more pairs at home; the first time, all others of the batch are missing."""
    came = count(event.ranges)
    return replace(
        row,
        status=Status.DOWNLOADED.value,
        known=Known.ADOPTED.value,
        downloaded_at=row.downloaded_at or at,
        read_at=row.read_at or at,
        refined_path=event.path,
        refined=row.refined + came,
        missing=row.missing if row.read_at else row.pairs - came,
        cause=None,
        reason=None,
    )
