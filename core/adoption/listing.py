"""From job lists to what is recorded of them: claims of adopted batches, and claims that belong to none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.adoption.job_claims import JobClaim
from core.batch.adopted_events import FormClaimed, JobClaimed
from core.batch.adopting_commands import ClaimForm, ClaimJob
from core.wave.events import JobsListed, LooseClaim

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import datetime

    from core.adoption.job_claims import JobList
    from core.batch.commands import BatchCommand
    from core.batch.state import Batch

OPERATOR = "operator"


def claim_commands(job_list: JobList, numbers: Collection[int], at: datetime) -> dict[int, list[BatchCommand]]:
    """Return what a list claims of these batches, by number, in its order."""
    found: dict[int, list[BatchCommand]] = {}
    source = _name(job_list.source)
    for claim in job_list.claims:
        if claim.number is not None and claim.number in numbers:
            event = JobClaimed(
                job_name=claim.job,
                file_uri=claim.file_uri,
                state=claim.state,
                display_name=claim.display_name,
                time=claim.time,
                source=source,
                source_sha256=job_list.sha256,
                place=claim.place,
                at=at,
            )
            found.setdefault(claim.number, []).append(ClaimJob(event))
    for form in job_list.forms:
        for number in (each for each in numbers if each in form):
            claimed = FormClaimed(source=source, place=form.place, words=form.words, at=at)
            found.setdefault(number, []).append(ClaimForm(claimed))
    return dict(sorted(found.items()))


def form_command(at: datetime) -> ClaimForm:
    """Return a person's word that a batch was sent in the wrong form."""
    return ClaimForm(FormClaimed(source=OPERATOR, place="", words="", at=at))


def jobs_listed(job_list: JobList, numbers: Collection[int], at: datetime) -> JobsListed:
    """Return the event of a list: how many of its claims are of these batches, and all that are of no one."""
    loose = [claim for claim in job_list.claims if claim.number is None or claim.number not in numbers]
    return JobsListed(
        source=_name(job_list.source),
        sha256=job_list.sha256,
        size=job_list.size,
        claims=len(job_list.claims) - len(loose),
        loose=tuple(LooseClaim(claim.number, claim.job, claim.file_uri, claim.place) for claim in loose),
        at=at,
    )


def ledger_claims(batches: Iterable[Batch]) -> Iterator[JobClaim]:
    """Yield all claims that the ledger holds of adopted batches, but for what a person has settled."""
    for batch in batches:
        if batch.adoption is None or batch.adoption.settled is not None:
            continue
        for claim in batch.adoption.claims:
            yield JobClaim(
                batch.number,
                claim.job_name,
                claim.file_uri,
                claim.state,
                claim.display_name,
                claim.time,
                claim.source,
                claim.place,
            )


def _name(source: str) -> str:
    """Return a list's name without its folder, so that it is the same list wherever it is read from."""
    return source.replace("\\", "/").rpartition("/")[2]
