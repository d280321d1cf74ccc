"""A person's word on jobs that this ledger did not create: claimed by lists, or found under a batch's number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.batch.adopting_commands import AdoptJob, SettleClaim
from core.batch.commands import RetryBatch
from core.batch.holds import Hold
from core.engine.books import Entry
from core.errors import BadInputError, RefusedError
from core.reconcile.adopted import adopted
from core.reconcile.matching import OUR_NAME, SETTLED, Match
from core.reconcile.terms import Terms

if TYPE_CHECKING:
    from cli.compose import Opened
    from core.batch.state import Batch
    from core.engine.books import Books


def settle_claim(opened: Opened, books: Books, batch: Batch, job: str | None) -> str:
    """Record which job is that of an adopted batch, None for none; nobody is asked until it is reconciled."""
    if job is not None and not job.startswith("batches/"):
        raise BadInputError(f"{job} is no job's name; the provider's names begin with batches/")
    command = SettleClaim(job, "a person says so", opened.clock.now())
    recorded = books.write([Entry(batch.number, (command,), f"settle {batch.label}")])
    opened.catch_up()
    what = f"has job {job}" if job else "never had a job"
    said = f"{batch.name} {what}, whatever the lists say" if recorded else f"{batch.name} is settled so already"
    return f"{said}; next: `batchmill reconcile`."


def settle_sighted(opened: Opened, books: Books, batch: Batch, job: str | None) -> str:
    """Record whether a job found under a batch's number is its own: it is brought home, or the batch is sent."""
    if batch.hold is not Hold.QUARANTINED:
        raise RefusedError(f"{batch.name} is not quarantined, so there is nothing to settle")
    now = opened.clock.now()
    if job is None:
        retry = RetryBatch("a person says that no job at the provider is its own", now)
        books.write([Entry(batch.number, (retry,), f"settle {batch.label}")])
        said = f"{batch.name} has no job; next: `batchmill run`, or `batchmill submit {batch.label}`, sends it."
    else:
        found = opened.provider().get(job)
        named = OUR_NAME.fullmatch(found.display_name)
        terms = Terms(now, opened.settings.driving.job_hours, trusted=True)
        match = Match(found, batch.number, (SETTLED,))
        event = adopted(match, terms, attempt=int(named["attempt"]) if named else batch.next_attempt)
        books.write([Entry(batch.number, (AdoptJob(event),), f"settle {batch.label}")])
        said = f"{batch.name} has job {job}; next: `batchmill run` brings its result home."
    opened.catch_up()
    return said
