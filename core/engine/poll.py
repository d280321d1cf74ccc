"""Looks at jobs under way and records what has become of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.batch import commands as c
from core.batch.lifecycle import Status
from core.engine.books import Entry
from core.engine.jobs import look_at
from core.ports import JobState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from core.batch.commands import BatchCommand
    from core.batch.state import Batch
    from core.engine.workshop import Workshop
    from core.ports import Job

ENDED = {JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED, JobState.EXPIRED}


def poll(shop: Workshop, batches: Sequence[Batch]) -> None:
    """Record, in one commit, every change of these batches' jobs; raises ProviderError when a call fails."""
    by_job = {batch.job_name: batch for batch in batches if batch.job_name}
    jobs = look_at(shop, sorted(by_job))
    entries = []
    for name, job in jobs.items():
        batch = by_job[name]
        facts = judge(batch, job, shop.now())
        if facts:
            state = job.state.value if job else "not found"
            entries.append(Entry(batch.number, facts, f"the provider says {name} is {state}"))
    shop.books.write(sorted(entries, key=lambda entry: entry.number))


def judge(batch: Batch, job: Job | None, now: datetime) -> tuple[BatchCommand, ...]:
    """Return the facts in one look at a batch's job (None: the provider does not know it).

    A job that ended in any way and has output is a success to be harvested; SUCCEEDED without output is waited
    for, and so is any state we do not know.
    """
    if job is None:
        reason = f"the provider does not know {batch.job_name} any more; its result, if any, is lost"
        return (c.RecordFailure("gone", f"{reason}; run `batchmill retry {batch.number}`", now),)
    if job.state in ENDED and job.has_output:
        return (
            c.RecordSuccess(
                succeeded_requests=job.succeeded,
                failed_requests=job.failed,
                result_file=job.result_file,
                ended_at=job.ended_at,
                at=now,
            ),
        )
    if job.state in ENDED and job.state is not JobState.SUCCEEDED:
        cause = job.state.value.lower()
        return (c.RecordFailure(cause, _why(batch, job, cause), now),)
    if job.state in {JobState.RUNNING, JobState.SUCCEEDED} and batch.status is Status.SUBMITTED:
        return (c.RecordProcessing(now),)
    return ()


def _why(batch: Batch, job: Job, cause: str) -> str:
    said = f": {job.error}" if job.error else ""
    return f"the provider's job {job.name} ended as {cause}{said}; run `batchmill retry {batch.number}`"
