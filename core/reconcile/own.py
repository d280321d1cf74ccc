"""Judges jobs that carry a name as this program gives it, and were not created by this ledger as it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.batch import commands as c
from core.batch.adopted_events import JobSighted
from core.batch.adopting_commands import AdoptJob, SightJob
from core.batch.lifecycle import Status
from core.batch.numbers import parse
from core.reconcile.adopted import ENDED, adopted, success
from core.reconcile.judgement import Judgement, Outcome
from core.reconcile.matching import DISPLAY, INPUT, NAME, OUR_NAME, Match

if TYPE_CHECKING:
    from core.batch.commands import BatchCommand
    from core.batch.state import Batch
    from core.provider import Job
    from core.reconcile.seen import Seen
    from core.reconcile.terms import Terms
    from core.reconcile.view import View


def judge_own(job: Job, view: View, seen: Seen, terms: Terms) -> Judgement | None:
    """Return what a job with a name of ours, or one on record, is to the ledger; None for any other job."""
    if job.name in view.jobs:
        return _on_record(job, view.batches[view.jobs[job.name]])
    if job.display_name in view.names:
        return _of_an_attempt(job, view.batches[view.names[job.display_name]], terms)
    named = OUR_NAME.fullmatch(job.display_name)
    if named is None:
        return None
    batch = view.batches.get(parse(named["batch"]))
    if batch is None or batch.wave != int(named["wave"]):
        return None
    return _of_another_ledger(job, batch, seen, terms, attempt=int(named["attempt"]))


def _judgement(
    outcome: Outcome, batch: Batch, job: Job, by: tuple[str, ...], sentence: str, *commands: BatchCommand
) -> Judgement:
    return Judgement(
        outcome=outcome,
        number=batch.number,
        pairs=batch.pairs,
        job_name=job.name,
        by=by,
        sentence=sentence,
        commands=commands,
        ends=job.ended_at,
        running=job.state not in ENDED,
        kept=batch.job_name or "" if outcome is Outcome.DUPLICATE else "",
    )


def _on_record(job: Job, batch: Batch) -> Judgement:
    waits = batch.job_name == job.name and batch.status in {Status.SUBMITTED, Status.PROCESSING, Status.SUCCEEDED}
    if job.name in batch.others:
        return _judgement(Outcome.DUPLICATE, batch, job, (NAME,), f"{job.name} is on record as its double")
    if waits and job.state in ENDED and job.has_output:
        return _judgement(Outcome.FINISHED, batch, job, (NAME,), f"{job.name} has a result that is fetched next")
    return _judgement(Outcome.AGREES, batch, job, (NAME,), f"{job.name} is on record")


def _of_an_attempt(job: Job, batch: Batch, terms: Terms) -> Judgement:
    """Judge a job under the name of an attempt of this ledger, which took another job for it, or none."""
    by = (DISPLAY,)
    if batch.intent_open:
        return _judgement(Outcome.UNDER_WAY, batch, job, by, f"{job.name} is looked for by `batchmill run`")
    if batch.job_name:
        double = c.RecordDouble(job.name, batch.job_name, cancelled=False, at=terms.at)
        return _judgement(Outcome.DUPLICATE, batch, job, by, f"{job.name} is a second job of one attempt", double)
    if batch.status is Status.WRITTEN and job.display_name == batch.display_name:
        return _take(job, batch, by, terms, attempt=batch.attempt)
    return _judgement(Outcome.DUPLICATE, batch, job, by, f"{job.name} is a job of an attempt that was given up")


def _of_another_ledger(job: Job, batch: Batch, seen: Seen, terms: Terms, *, attempt: int) -> Judgement:
    """Judge a job that an older or another ledger created: the same file means the same batch, else it is a guess.

    A batch that is not sent yet is held until a person has said whose the job is: it may be paid for already.
    """
    if batch.job_name or batch.status is not Status.WRITTEN or batch.intent_open:
        said = f"{job.name} has its number and was created by another ledger"
        return _judgement(Outcome.UNKNOWN, batch, job, (DISPLAY,), said)
    stored = (seen.files or {}).get(job.input_file or "")
    if stored is not None and stored.sha256 and stored.sha256 == batch.file_sha256:
        return _take(job, batch, (DISPLAY, INPUT), terms, attempt=attempt)
    if job.state in ENDED and not job.has_output:
        said = f"{job.name} has its number, and ended without a result"
        return _judgement(Outcome.UNKNOWN, batch, job, (DISPLAY,), said)
    said = f"the provider has {job.name} under its number, which this ledger did not create"
    reason = (
        f"{said}; if it is its own (an older ledger was restored), run `batchmill settle {batch.label} --job "
        f"{job.name}`, else (another workspace of the same project sent it) `batchmill settle {batch.label} "
        "--no-job`"
    )
    sighted = JobSighted(job.name, job.display_name, DISPLAY, reason, terms.at)
    commands = () if job.name in batch.sighted else (SightJob(sighted),)
    return _judgement(Outcome.UNSETTLED, batch, job, (DISPLAY,), said, *commands)


def _take(job: Job, batch: Batch, by: tuple[str, ...], terms: Terms, *, attempt: int) -> Judgement:
    commands: list[BatchCommand] = [AdoptJob(adopted(Match(job, batch.number, by), terms, attempt=attempt))]
    if job.state in ENDED and job.has_output:
        commands.append(success(job, terms))
        said = f"{job.name} has a result that was not downloaded"
        return _judgement(Outcome.FINISHED, batch, job, by, said, *commands)
    said = f"{job.name} is {job.state.value.lower()} and was not on record"
    return _judgement(Outcome.UNDER_WAY, batch, job, by, said, *commands)
