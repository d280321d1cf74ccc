"""Judges the batches of an older process beside the jobs that the provider has for them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.adoption.forms import FileForm, form_by_count
from core.batch import commands as c
from core.batch.adopted_events import JobAdopted, JobSighted
from core.batch.adopting import OPEN
from core.batch.adopting_commands import AdoptJob, SightJob
from core.batch.adoption import NEVER_SUBMITTED, WRONG_FORMAT
from core.batch.lifecycle import Status
from core.provider import JobState
from core.reconcile.judgement import Judgement, Outcome
from core.reconcile.matching import best_first

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.batch.commands import BatchCommand
    from core.batch.state import Batch
    from core.provider import Job
    from core.reconcile.matching import Match, Torn
    from core.reconcile.seen import Seen
    from core.reconcile.terms import Terms

ENDED = {JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED, JobState.EXPIRED}


def judge_adopted(
    batch: Batch, matches: Sequence[Match], torn: Sequence[Torn], seen: Seen, terms: Terms
) -> Iterator[Judgement]:
    """Yield what is found of one adopted batch: about its job first, then about every other job of it."""
    ranked = sorted(best_first(matches), key=lambda match: _wrong_form(batch, match.job))
    if batch.status not in OPEN or batch.parted:
        yield from _known(batch, ranked, terms)
        return
    if ranked:
        first = _take(batch, ranked[0], terms)
        yield first
        kept = ranked[0].job.name if first.outcome in {Outcome.FINISHED, Outcome.UNDER_WAY} else ""
        yield from (_double(batch, match, kept, terms) for match in ranked[1:])
    elif torn:
        yield from (_torn(batch, each, terms) for each in torn)
    else:
        yield from _absent(batch, seen, terms)


def _judgement(  # noqa: PLR0913 - the fields of one
    outcome: Outcome,
    batch: Batch,
    sentence: str,
    commands: Sequence[BatchCommand] = (),
    *,
    job: Job | None = None,
    by: tuple[str, ...] = (),
    kept: str = "",
) -> Judgement:
    return Judgement(
        outcome=outcome,
        number=batch.number,
        pairs=batch.pairs,
        job_name=job.name if job else None,
        by=by,
        sentence=sentence,
        commands=tuple(commands),
        ends=job.ended_at if job else None,
        running=job is not None and job.state not in ENDED,
        kept=kept,
    )


def _wrong_form(batch: Batch, job: Job) -> bool:
    return form_by_count(job.requests, batch.pairs) is FileForm.LINE_PER_REQUEST


def _fruitless(job: Job) -> bool:
    return job.state in ENDED and not job.has_output and job.state is not JobState.SUCCEEDED


def _take(batch: Batch, match: Match, terms: Terms) -> Judgement:
    """Judge the best job of a batch that had none on record."""
    job = match.job
    if _wrong_form(batch, job):
        reason = (
            f"its job ran {job.requests} requests for {batch.pairs} pairs, so every line of the prompt was one; "
            f"{_again(batch)}"
        )
        return _failed(Outcome.WRONG_FORMAT, batch, c.RecordFailure(WRONG_FORMAT, reason, terms.at), match)
    if _fruitless(job):
        cause = job.state.value.lower()
        said = f": {job.error}" if job.error else ""
        reason = f"its job ended as {cause}{said}; {_again(batch)}"
        return _failed(Outcome.LOST, batch, c.RecordFailure(cause, reason, terms.at), match)
    commands: list[BatchCommand] = [AdoptJob(adopted(match, terms, attempt=1))]
    wrong = f", which lists claim for {_listed(match.others)}" if match.others else ""
    if job.state in ENDED and job.has_output:
        commands.append(success(job, terms))
        sentence = f"{job.name}{wrong} has a result that was not downloaded"
        return _judgement(Outcome.FINISHED, batch, sentence, commands, job=job, by=match.by)
    sentence = f"{job.name}{wrong} is {job.state.value.lower()} and is brought home when it ends"
    return _judgement(Outcome.UNDER_WAY, batch, sentence, commands, job=job, by=match.by)


def _failed(outcome: Outcome, batch: Batch, fact: c.RecordFailure, match: Match | None = None) -> Judgement:
    """Return that a batch brought nothing home; what is on record already is not recorded again."""
    commands = () if batch.status is Status.FAILED else (fact,)
    job, by = (match.job, match.by) if match else (None, ())
    return _judgement(outcome, batch, fact.reason.partition("; ")[0], commands, job=job, by=by)


def _absent(batch: Batch, seen: Seen, terms: Terms) -> Iterator[Judgement]:
    """Judge a batch for which the provider has no job at all."""
    adoption = batch.adoption
    claimed = adoption.jobs if adoption else ()
    if not terms.trusted:
        yield _judgement(Outcome.UNSURE, batch, "the provider may be another one than that of these jobs")
    elif seen.unsure.intersection(claimed):
        yield _judgement(Outcome.UNSURE, batch, f"the provider could not be asked for {claimed[0]}")
    elif claimed:
        wrong = bool(adoption and adoption.forms)
        cause, outcome = (WRONG_FORMAT, Outcome.WRONG_FORMAT) if wrong else ("gone", Outcome.LOST)
        form = ", and it is said to have been sent in the wrong form" if wrong else ""
        reason = f"the provider does not know the job that is claimed for it any more{form}; {_again(batch)}"
        yield _failed(outcome, batch, c.RecordFailure(cause, reason, terms.at))
    else:
        reason = f"no list names a job for it, and the provider has none; {_again(batch)}"
        yield _failed(Outcome.NEVER_SUBMITTED, batch, c.RecordFailure(NEVER_SUBMITTED, reason, terms.at))


def _known(batch: Batch, matches: Sequence[Match], terms: Terms) -> Iterator[Judgement]:
    """Judge the jobs of a batch that has one on record, or whose pairs are asked for again."""
    for match in matches:
        job = match.job
        if job.name == batch.job_name:
            done = batch.status is Status.DOWNLOADED or job.state not in ENDED or not job.has_output
            outcome = Outcome.AGREES if done else Outcome.FINISHED
            yield _judgement(outcome, batch, f"{job.name} is on record", job=job, by=match.by)
        elif not batch.job_name and (_fruitless(job) or _wrong_form(batch, job)):
            sentence = f"{job.name} brought nothing home, as is on record"
            yield _judgement(Outcome.AGREES, batch, sentence, job=job, by=match.by)
        else:
            yield _double(batch, match, batch.job_name or "", terms)


def _double(batch: Batch, match: Match, kept: str, terms: Terms) -> Judgement:
    """Return that a batch has a further job: what it cost was spent twice."""
    job = match.job
    counts = f"; {kept} counts" if kept else ""
    sentence = f"{job.name} is a further job of it, {job.state.value.lower()}{counts}"
    # A batch whose pairs repairs ask for keeps no job that this one could be the double of.
    known = job.name in batch.others or not kept
    commands = () if known else (c.RecordDouble(job.name, kept, cancelled=False, at=terms.at),)
    return _judgement(Outcome.DUPLICATE, batch, sentence, commands, job=job, by=match.by, kept=kept)


def _torn(batch: Batch, torn: Torn, terms: Terms) -> Judgement:
    job = torn.job
    said = f"{job.name} may be that of {_listed(torn.numbers)}"
    reason = (
        f"{said}, by {' and '.join(torn.by)}; say whose it is: `batchmill settle {batch.label} --job {job.name}`, "
        f"or `batchmill settle {batch.label} --no-job`"
    )
    sighted = JobSighted(job.name, job.display_name, ", ".join(torn.by), reason, terms.at)
    commands = () if job.name in batch.sighted else (SightJob(sighted),)
    return _judgement(Outcome.UNSETTLED, batch, said, commands, job=job, by=torn.by)


def adopted(match: Match, terms: Terms, *, attempt: int) -> JobAdopted:
    """Return the event that gives a batch a job which this ledger did not create."""
    job = match.job
    begun = job.created_at or terms.at
    return JobAdopted(
        job_name=job.name,
        display_name=job.display_name,
        attempt=attempt,
        model=job.model,
        input_file=job.input_file,
        requests=job.requests,
        evidence=match.by,
        created_at=job.created_at,
        due=begun + timedelta(hours=terms.job_hours),
        at=terms.at,
    )


def success(job: Job, terms: Terms) -> c.RecordSuccess:
    """Return the fact that a job has a result to fetch."""
    return c.RecordSuccess(
        succeeded_requests=job.succeeded,
        failed_requests=job.failed,
        result_file=job.result_file,
        ended_at=job.ended_at,
        at=terms.at,
    )


def _again(batch: Batch) -> str:
    return f"`batchmill replan --wave {batch.wave}` asks for its pairs again"


def _listed(numbers: Sequence[int]) -> str:
    return f"batch{'es' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"
