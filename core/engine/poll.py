"""Looks at jobs under way and records what has become of them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from core.batch import commands as c
from core.batch.holds import Hold
from core.batch.lifecycle import Status
from core.engine.books import Entry
from core.engine.failure import failure
from core.engine.jobs import lists_ours, look_at, look_for
from core.errors import CredentialsError, GoneError, ProviderError, RejectedError
from core.provider import JobState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.batch.commands import BatchCommand
    from core.batch.state import Batch
    from core.engine.workshop import Workshop
    from core.provider import Job

ENDED = {JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED, JobState.EXPIRED}


class Poller:
    """Polls jobs, and remembers how often in a row one was not known to the provider.

    The memory is the process's own: after a restart a job is looked for anew, which errs on the safe side.
    `strangers` is how many jobs were under way at the last poll when the provider knew none of them and no other
    job of this program either, as with another key, project or address; else 0.
    """

    def __init__(self) -> None:
        """Begin with no job missed."""
        self.strangers = 0
        self._missed: dict[str, int] = {}

    def poll(self, shop: Workshop, batches: Sequence[Batch], *, patient: bool = False) -> None:
        """Record, in one commit, every change of these batches' jobs; raises ProviderError when a call fails.

        A job that the provider does not know counts as missed only if the provider knows another of ours, and is
        believed gone only if it is not in the whole list either. A job past its time is stopped, unless the poll
        is `patient`.
        """
        by_job = {batch.job_name: batch for batch in batches if batch.job_name}
        looks = look_at(shop, sorted(by_job))
        missing = [by_job[name] for name, job in looks.items() if job is None]
        self.strangers = len(missing) if len(missing) == len(looks) else 0
        if self.strangers and lists_ours(shop):
            self.strangers = 0
        trouble = None if self.strangers else self._look_again(shop, missing, looks)
        entries = []
        for name, job in looks.items():
            batch = by_job[name]
            facts = self._facts(shop, batch, name, job, patient=patient)
            if facts:
                state = job.state.value if job else "not found"
                entries.append(Entry(batch.number, facts, f"the provider says {name} is {state}"))
        shop.books.write(sorted(entries, key=lambda entry: entry.number))
        if trouble:
            raise trouble

    def _look_again(
        self, shop: Workshop, missing: Sequence[Batch], looks: dict[str, Job | None]
    ) -> ProviderError | None:
        """Look through the whole list for jobs that would be believed gone, and put what it shows into `looks`.

        When the list cannot be read these looks are taken back, and the trouble is returned.
        """
        last = [batch for batch in missing if self._misses(batch) + 1 >= shop.policy.looks_for_a_job]
        if not last:
            return None
        try:
            looks.update(look_for(shop, last))
        except ProviderError as error:
            for batch in last:
                looks.pop(batch.job_name or "", None)
            return error
        return None

    def _misses(self, batch: Batch) -> int:
        return self._missed.get(batch.job_name or "", 0)

    def _facts(
        self, shop: Workshop, batch: Batch, name: str, job: Job | None, *, patient: bool
    ) -> tuple[BatchCommand, ...]:
        """Judge one look; a job that is not known is missed a few times before that is believed.

        Among strangers nothing is believed: past its time such a job is left to a person.
        """
        late = batch.due is not None and shop.now() >= batch.due and not patient
        if job is None and self.strangers:
            return (_stranded(shop, batch, name),) if late else ()
        if job is None:
            self._missed[name] = self._missed.get(name, 0) + 1
            if self._missed[name] < shop.policy.looks_for_a_job:
                return ()
            del self._missed[name]
            reason = f"the provider does not know {name} any more; its result, if any, is lost"
            return (failure(shop, batch, "gone", reason, None),)
        self._missed.pop(name, None)
        facts = judge(shop, batch, job)
        if late and not _ends(facts):
            return _end(shop, batch, job)
        return facts


def _stranded(shop: Workshop, batch: Batch, name: str) -> c.RecordFailure:
    reason = (
        f"the provider does not know {name}, which is past its time, nor any other job of this program; is this "
        f"another key, project or address? If it is the right one, run `batchmill retry {batch.label}` for "
        "another attempt"
    )
    return c.RecordFailure("gone", reason, shop.now(), again=False)


def judge(shop: Workshop, batch: Batch, job: Job) -> tuple[BatchCommand, ...]:
    """Return the facts in one look at a batch's job.

    A job that ended in any way and has output is a success to be harvested; SUCCEEDED without output is waited
    for, and so is any state we do not know.
    """
    now = shop.now()
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
        cause = _cause(shop, batch, job)
        said = f": {job.error}" if job.error else ""
        return (
            failure(shop, batch, cause, f"the provider's job {job.name} ended as {cause}{said}", job.error_code),
        )
    if job.state in {JobState.RUNNING, JobState.SUCCEEDED} and batch.status is Status.SUBMITTED:
        return (c.RecordProcessing(now),)
    return ()


def _cause(shop: Workshop, batch: Batch, job: Job) -> str:
    """Return how a job ended; one that was stopped past its time was stopped by us, and has expired."""
    overdue = batch.due is not None and shop.now() >= batch.due and batch.hold is not Hold.CANCELLED
    return "expired" if overdue and job.state is JobState.CANCELLED else job.state.value.lower()


def _ends(facts: tuple[BatchCommand, ...]) -> bool:
    return any(isinstance(fact, c.RecordSuccess | c.RecordFailure) for fact in facts)


def _end(shop: Workshop, batch: Batch, job: Job) -> tuple[BatchCommand, ...]:
    """Cancel a job that is past its time, look at it once more, and take what there is.

    A job may end between the look and the cancellation, which is then refused: only what is seen afterwards
    counts, and when nothing is seen the next poll tries again.
    """
    try:
        with suppress(GoneError, RejectedError):
            shop.provider.cancel(job.name)
        last = shop.provider.get(job.name)
    except CredentialsError:
        raise
    except ProviderError:
        return ()
    facts = judge(shop, batch, last) if last.has_output else ()
    if _ends(facts):
        return facts
    reason = f"the provider's job {job.name} did not end within {shop.policy.job_hours:g} h and was cancelled"
    return (failure(shop, batch, "expired", reason, None),)


def retry(shop: Workshop, batches: Sequence[Batch]) -> None:
    """Put failed batches that may have another attempt back to written, in one commit."""
    shop.books.write(
        Entry(batch.number, (c.RetryBatch("another attempt is worth it", shop.now()),), "the failure may pass")
        for batch in batches
    )
