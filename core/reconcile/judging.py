"""The whole of the ledger beside the whole of what the provider has: every job and every adopted batch, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.adoption.names import number_in_name
from core.batch.lifecycle import Status
from core.reconcile.adopted import judge_adopted
from core.reconcile.judgement import Judgement, Outcome
from core.reconcile.matching import Matcher, Torn
from core.reconcile.own import judge_own

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.provider import Job
    from core.reconcile.matching import Match
    from core.reconcile.seen import Seen
    from core.reconcile.terms import Terms
    from core.reconcile.view import View

#: Statuses of a batch whose upload may still be turned into a job.
UNSENT = {Status.PLANNED, Status.WRITTEN}


def judge_all(view: View, seen: Seen, terms: Terms) -> list[Judgement]:
    """Return a judgement for every job the provider has, every adopted batch, and every file that no job uses."""
    matcher = Matcher(view, seen.files)
    matches: dict[int, list[Match]] = {}
    torn: dict[int, list[Torn]] = {}
    found: list[Judgement] = []
    for job in seen.jobs.values():
        owner = matcher.match(job)
        if owner is None:
            found.append(judge_own(job, view, seen, terms) or _unknown(job, matcher))
        elif isinstance(owner, Torn):
            for number in owner.numbers:
                torn.setdefault(number, []).append(owner)
        else:
            matches.setdefault(owner.number, []).append(owner)
    for batch in view.adopted():
        number = batch.number
        found += judge_adopted(batch, matches.get(number, ()), torn.get(number, ()), seen, terms)
    return found + list(_uploads(view, seen))


def is_ours(view: View, seen: Seen) -> bool:
    """Whether the provider has any job of this ledger: then what it does not have is really not there.

    A job that only has the form of this program's names proves nothing: another project may have such jobs too.
    """
    matcher = Matcher(view, seen.files)
    return any(
        job.name in view.jobs or job.display_name in view.names or matcher.match(job) is not None
        for job in seen.jobs.values()
    )


def _unknown(job: Job, matcher: Matcher) -> Judgement:
    near = matcher.by_time(job)
    hint = f"; it was created when batch {near[0]} is said to have been" if len(near) == 1 else ""
    name = f"{job.name} ({job.display_name})" if job.display_name else job.name
    sentence = f"{name} is {job.state.value.lower()} and of no batch of the ledger{hint}"
    return Judgement(
        outcome=Outcome.UNKNOWN,
        number=None,
        pairs=0,
        job_name=job.name,
        by=("time",) if hint else (),
        sentence=sentence,
        ends=job.ended_at,
    )


def _uploads(view: View, seen: Seen) -> Iterator[Judgement]:
    """Yield the files in the provider's store that no job has as input, with the batch that claims them."""
    used = {job.input_file for job in seen.jobs.values()}
    awaited = {batch.uploaded_file for batch in view.batches.values() if batch.status in UNSENT}
    owners = {
        upload: batch.number for batch in view.adopted() if batch.adoption for upload in batch.adoption.uploads
    }
    by_sha = {
        batch.adoption.file_sha256: batch.number
        for batch in view.adopted()
        if batch.adoption and batch.adoption.file_sha256
    }
    named: dict[int | None, int] = {batch.number: batch.number for batch in view.adopted()}
    for name, file in sorted((seen.files or {}).items()):
        if name in used or name in awaited:
            continue
        number = owners.get(name) or by_sha.get(file.sha256) or named.get(number_in_name(file.display_name))
        said = f"{name} ({file.display_name})" if file.display_name else name
        yield Judgement(
            outcome=Outcome.UPLOADED,
            number=number,
            pairs=view.batches[number].pairs if number else 0,
            job_name=None,
            by=(),
            sentence=f"{said} was uploaded, {file.size:,} bytes, and no job has it as input",
            ends=file.expires_at,
        )
