"""Finds the jobs of submissions whose end nobody saw, before anything is created again."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from core.batch import commands as c
from core.engine.books import Entry
from core.engine.jobs import all_jobs
from core.errors import GoneError, RejectedError
from core.ports import JobState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from core.batch.state import Batch
    from core.engine.workshop import Workshop
    from core.ports import Job

FRUITLESS = {JobState.FAILED, JobState.CANCELLED, JobState.EXPIRED}


def resolve(shop: Workshop, batches: Sequence[Batch]) -> None:
    """Look through the provider's whole job list for the display names of these open submissions.

    One job found is taken as the attempt's; of several the first created that can still bring a result is taken
    and the others are cancelled. None found counts as a look, and after the last look of the policy the submission
    may be made again. Raises ProviderError when the list cannot be read to its end: nothing is concluded from half
    a list.
    """
    names = {batch.display_name for batch in batches}
    found: dict[str, list[Job]] = {}
    for job in all_jobs(shop.provider, shop.policy.page_size):
        if job.display_name in names:
            found.setdefault(job.display_name, []).append(job)
    shop.books.write(_conclude(shop, batch, found.get(batch.display_name, [])) for batch in batches)


def _conclude(shop: Workshop, batch: Batch, jobs: list[Job]) -> Entry:
    now = shop.now()
    if jobs:
        first, *others = sorted(jobs, key=_preference)
        for other in others:
            # One that has ended or is gone needs no stopping, and must not keep the first from being taken.
            with suppress(GoneError, RejectedError):
                shop.provider.cancel(other.name)
        cause = "its display name stood in the provider's job list"
        if others:
            cause += f"; cancelled its doubles {', '.join(other.name for other in others)}"
        return Entry(
            batch.number,
            (
                c.RecordJob(
                    first.name, "found", now, (first.created_at or now) + timedelta(hours=shop.policy.job_hours)
                ),
            ),
            cause,
        )
    looks = batch.looks + 1
    if looks < len(shop.policy.looks_after):
        again = now + timedelta(seconds=shop.policy.looks_after[looks])
        fact = c.RecordUnclear(
            f"no job named {batch.display_name} found yet", looked=True, look_again_at=again, at=now
        )
        return Entry(batch.number, (fact,), f"look {looks} through the provider's job list")
    reason = f"the provider has no job named {batch.display_name}, looked {looks} times"
    return Entry(
        batch.number, (c.RecordDeferral(reason, now, now),), f"look {looks} through the provider's job list"
    )


def _preference(job: Job) -> tuple[bool, bool, datetime | None, str]:
    """Return what sorts jobs of one name: those that ended without a result last, then by age."""
    fruitless = job.state in FRUITLESS and not job.has_output
    return fruitless, job.created_at is None, job.created_at, job.name
