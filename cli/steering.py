"""What people ask of batches under way: one wish for a range, met where it can be, and an answer for the rest."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from cli.settling import settle_claim, settle_sighted
from cli.submission import rows_of
from core.batch.commands import CancelBatch, PauseBatch, RecordDeferral, RecordJob, ResumeBatch, RetryBatch
from core.batch.holds import Hold
from core.engine.books import Books, Entry
from core.engine.jobs import all_jobs
from core.engine.steps import Kind, next_step
from core.errors import BadInputError, ProviderError, RefusedError
from core.ledger.streams import batch_number
from core.one_line import one_line
from core.wave.decider import ReleaseWave

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from cli.compose import Opened
    from core.batch.commands import BatchCommand
    from core.batch.state import Batch

WISHES: dict[str, type[RetryBatch | CancelBatch | PauseBatch | ResumeBatch]] = {
    "retry": RetryBatch,
    "cancel": CancelBatch,
    "pause": PauseBatch,
    "resume": ResumeBatch,
}


class Steered(NamedTuple):
    """The batches for which a wish was recorded, and why it was not for the others that it did not fit."""

    numbers: tuple[int, ...]
    refusals: tuple[str, ...]


def steer(opened: Opened, wish: str, first: int, last: int, reason: str) -> Steered:
    """Record a wish (`retry`, `cancel`, `pause`, `resume`) for every batch of a range that it fits.

    Raises NotFoundError for a range that holds no batch, and RefusedError when it fits none of them; a batch that
    is so already counts as met.
    """
    now = opened.clock.now()
    refusals: list[str] = []
    books = Books(
        opened.database.store, opened.context(wish).actor, refused=lambda refusal: refusals.append(str(refusal))
    )
    numbers = [row.number for row in rows_of(opened, first, last)]
    command = WISHES[wish](reason=reason, at=now)
    recorded = books.write([Entry(number, (command,), f"{wish} {first} {last}") for number in numbers])
    opened.catch_up()
    if refusals and len(refusals) == len(numbers):
        more = f" (and {len(refusals) - 1} more like it)" if len(refusals) > 1 else ""
        raise RefusedError(f"{refusals[0]}{more}")
    done = (batch_number(each.stream) for each in recorded)
    return Steered(tuple(number for number in done if number is not None), tuple(refusals))


def stopping(books: Books, numbers: Collection[int]) -> bool:
    """Whether a job of the cancelled ones of these batches is still to be stopped, or looked for to be stopped."""
    return any(_stopping(books.get(number)) for number in numbers)


def _stopping(batch: Batch) -> bool:
    return batch.hold is Hold.CANCELLED and next_step(batch).kind in {Kind.CANCEL, Kind.RESOLVE}


def settle(opened: Opened, number: int, job: str | None) -> str:
    """Record what a person found out about a batch's job: its name, or None for no job at all.

    The batch is quarantined, or an older process sent it. Returns the sentence to say. Raises RefusedError for any
    other batch, or one that is said to have no job when the provider lists one or cannot be asked, GoneError for
    a job that the provider does not know and BadInputError for one that belongs to another attempt.
    """
    rows_of(opened, number, number)
    books = Books(opened.database.store, opened.context("settle").actor)
    batch = books.get(number)
    if batch.adoption is not None:
        return settle_claim(opened, books, batch, job)
    if batch.sighted and not batch.intent_open:
        return settle_sighted(opened, books, batch, job)
    if batch.hold is not Hold.QUARANTINED:
        raise RefusedError(f"{batch.name} is not quarantined, so there is nothing to settle")
    now = opened.clock.now()
    fact: BatchCommand
    if job is None:
        _look_for_none(opened, batch)
        fact = RecordDeferral("a person says that the provider has no job for it", now, now)
        said = f"{batch.name} has no job; next: `batchmill run`, or `batchmill submit {batch.label}`, sends it."
    else:
        hours = timedelta(hours=opened.settings.driving.job_hours)
        fact = RecordJob(job, "settled", now, (_created(opened, batch, job) or now) + hours)
        said = f"{batch.name} has job {job}; next: `batchmill run` brings its result home."
    books.write([Entry(number, (fact,), f"settle {number}")])
    opened.catch_up()
    return said


def release_wave(opened: Opened, wave: int, reason: str) -> str:
    """Record that all of a wave may be sent, and return the sentence; raises RefusedError without a plan."""
    books = Books(opened.database.store, opened.context("release").actor)
    recorded = books.write_wave(wave, ReleaseWave(reason, opened.clock.now()), f"release --wave {wave}")
    opened.catch_up()
    return f"wave {wave} is released; next: `batchmill run`." if recorded else f"wave {wave} is released already."


def _look_for_none(opened: Opened, batch: Batch) -> None:
    """Raise RefusedError unless the provider's whole list shows no job of the batch's attempt."""
    try:
        jobs = all_jobs(opened.provider(), opened.policy().page_size)
        found = next((job.name for job in jobs if job.display_name == batch.display_name), None)
    except ProviderError as error:
        raise RefusedError(
            f"{batch.name} cannot be settled without a job before the provider's job list can be read ({error})"
        ) from error
    if found is not None:
        raise RefusedError(
            f"the provider does have {found} for {batch.name}; run `batchmill settle {batch.label} --job {found}`"
        )


def _created(opened: Opened, batch: Batch, name: str) -> datetime | None:
    """Return when a job was created, once the provider has shown that it is the batch's own."""
    job = opened.provider().get(name)
    if job.display_name != batch.display_name:
        raise BadInputError(
            f"{name} is called {one_line(job.display_name)!r} at the provider, and the job of {batch.name} would "
            f"be called {batch.display_name}; look for that name in the provider's job list"
        )
    return job.created_at
