"""Finds the jobs of submissions whose end nobody saw, before anything is created again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.batch import commands as c
from core.engine.books import Entry
from core.engine.jobs import all_jobs
from core.errors import CredentialsError, GoneError, ProviderError, RejectedError
from core.provider import JobState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from core.batch.state import Batch
    from core.engine.workshop import Workshop
    from core.provider import Job

FRUITLESS = {JobState.FAILED, JobState.CANCELLED, JobState.EXPIRED}


def resolve(shop: Workshop, batches: Sequence[Batch]) -> None:
    """Look through the provider's whole job list for the display names of these open submissions.

    One job found is taken as the attempt's; of several the first created that can still bring a result is taken
    and the others are cancelled. None found counts as a look, and after the last look of the policy the submission
    may be made again. Raises ProviderError when the list cannot be read to its end, for nothing is concluded from
    half a list, or when a double cannot be cancelled, once the other batches' conclusions are recorded. A
    submission for which that has gone on for too long is quarantined.
    """
    names = {batch.display_name for batch in batches}
    found: dict[str, list[Job]] = {}
    try:
        for job in all_jobs(shop.provider, shop.policy.page_size):
            if job.display_name in names:
                found.setdefault(job.display_name, []).append(job)
    except CredentialsError:
        raise
    except ProviderError as error:
        shop.books.write(_quarantine(shop, batch, error) for batch in batches if _unsure_for_long(shop, batch))
        raise
    troubles: list[ProviderError] = []
    entries = [_conclude(shop, batch, found.get(batch.display_name, []), troubles) for batch in batches]
    shop.books.write(entry for entry in entries if entry)
    if troubles:
        raise troubles[0]


def _unsure_for_long(shop: Workshop, batch: Batch) -> bool:
    limit = timedelta(hours=shop.policy.unsure_hours)
    return batch.unclear_from is not None and shop.now() - batch.unclear_from >= limit


def _quarantine(shop: Workshop, batch: Batch, error: ProviderError) -> Entry:
    reason = (
        f"for {shop.policy.unsure_hours:g} h nobody could find out whether the provider has a job named "
        f"{batch.display_name} ({error}); `batchmill retry {batch.label}` looks again; if you know, say "
        f"`batchmill settle {batch.label} --job NAME` or `batchmill settle {batch.label} --no-job`"
    )
    return Entry(batch.number, (c.QuarantineBatch(reason, shop.now()),), "its submission was unclear for too long")


def _conclude(shop: Workshop, batch: Batch, jobs: list[Job], troubles: list[ProviderError]) -> Entry | None:
    """Return what follows from a whole list for one batch, or note the trouble that leaves it for next time."""
    if not jobs:
        return _missed(shop, batch)
    try:
        return _adopt(shop, batch, jobs)
    except ProviderError as error:
        troubles.append(error)
        long = not isinstance(error, CredentialsError) and _unsure_for_long(shop, batch)
        return _quarantine(shop, batch, error) if long else None


def _adopt(shop: Workshop, batch: Batch, jobs: list[Job]) -> Entry:
    now = shop.now()
    first, *others = sorted(jobs, key=_preference)
    doubles = [c.RecordDouble(other.name, first.name, _stop(shop, other), now) for other in others]
    due = (first.created_at or now) + timedelta(hours=shop.policy.job_hours)
    cause = "its display name stood in the provider's job list"
    if others:
        cause += f", {len(jobs)} times"
    return Entry(batch.number, (*doubles, c.RecordJob(first.name, "found", now, due)), cause)


def _stop(shop: Workshop, job: Job) -> bool:
    """Cancel a double; False when it has ended or is gone and needs no stopping."""
    try:
        shop.provider.cancel(job.name)
    except (GoneError, RejectedError):
        return False
    return True


def _missed(shop: Workshop, batch: Batch) -> Entry:
    now = shop.now()
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
