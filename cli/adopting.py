"""Takes over what an older process left behind: its tracking file and batch files, and its lists of jobs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from adapters.files.adopted_extract import extract_adopted
from adapters.files.adopted_jobs import read_job_list
from adapters.files.adopted_tracking import read_tracking
from core.adoption.findings import Finding  # noqa: TC001 - msgspec reads the annotations at run time
from core.adoption.forms import FormClaim
from core.adoption.job_claims import Conflict, conflicts
from core.adoption.listing import OPERATOR, claim_commands, form_command, jobs_listed, ledger_claims
from core.adoption.stocktaking import Figures, take_stock
from core.adoption.taking import take_over, wave_adopted
from core.engine.books import Books, Entry
from core.errors import BadInputError, NotFoundError, RefusedError
from core.ledger.load import load_batch, load_wave
from core.ledger.recorded import NewEvent
from core.ledger.streams import WAVE, wave_number
from core.wave.decider import RecordList

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cli.compose import Opened
    from core.adoption.job_claims import JobList
    from core.batch.state import Batch
    from core.wave.state import Wave

_RANGE = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?")


class Adopted(msgspec.Struct, frozen=True):
    """What came of adopting a tracking file: how many events were new, the figures, and what is wrong with it."""

    wave: int
    revision: int
    events: int
    figures: Figures
    extract: str
    findings: tuple[Finding, ...]


class ListAdopted(msgspec.Struct, frozen=True):
    """What came of one job list: its claims of adopted batches, those new to the ledger, and all others."""

    source: str
    claims: int
    new: int
    loose: int


class JobsAdopted(msgspec.Struct, frozen=True):
    """What came of some job lists, and where all claims of the ledger contradict each other now."""

    wave: int
    lists: tuple[ListAdopted, ...]
    with_job: int
    without_job: int
    wrong_form: int
    conflicts: tuple[Conflict, ...]
    findings: tuple[Finding, ...]


def adopt_tracking(
    opened: Opened, wave: int, tracking_file: Path, *, submissions: Path | None, wrong_form: str | None
) -> Adopted:
    """Take over a wave from its tracking file and what there is of its batch files; twice changes nothing.

    Raises BadInputError for a file that is no tracking file, RefusedError for a wave or batch that the ledger
    knows otherwise, or a batch file that is not the one read before. All else that is wrong is a finding.
    """
    tracking, sha256 = read_tracking(tracking_file)
    known = load_wave(opened.database.store, wave)
    if known.plan is not None:
        raise RefusedError(f"wave {wave} was planned here and cannot be adopted; name another one with --wave")
    forms = [FormClaim(*range_of(wrong_form), OPERATOR)] if wrong_form else []
    extract = f"{opened.settings.folders.submissions}/wave{wave}_extracted.json"
    now, store = opened.clock.now(), opened.database.store
    existing = {batch.number: load_batch(store, batch.number) for batch in tracking.batches}
    # Read beside its place and judged before it takes it: what is refused leaves the accepted extract alone.
    beside = opened.files.place(f"{extract}.adopting")
    try:
        facts, written = extract_adopted(beside, wave, tracking.batches, submissions or tracking_file.parent)
        stock = take_stock(wave, tracking, facts, (), forms)
        event = wave_adopted(
            stock, known, tracking_sha256=sha256, extract_path=extract, extract_sha256=written.sha256, at=now
        )
        taken = take_over(stock, known, existing, event, at=now)
        beside.replace(opened.files.place(extract))
    finally:
        beside.unlink(missing_ok=True)
    writes = taken.writes
    if writes:
        context = opened.context(f"adopt tracking {tracking_file.name}")
        store.append([NewEvent(*write, context) for write in writes])
    opened.catch_up()
    revision = load_wave(store, wave).revision
    return Adopted(wave, revision, len(writes), stock.figures, extract, (*stock.findings, *taken.findings))


def range_of(text: str) -> tuple[int, int]:
    """Return the batches that `1-10` or `7` means; BadInputError for anything else."""
    found = _RANGE.fullmatch(text.strip())
    if not found:
        raise BadInputError(f"--wrong-form {text}: give a batch or a range, such as 1-10")
    return int(found[1]), int(found[2] or found[1])


def adopt_jobs(opened: Opened, paths: Sequence[Path], wave: int | None, *, wrong_form: str | None) -> JobsAdopted:
    """Record what lists of jobs claim of adopted batches; twice changes nothing.

    Raises BadInputError for a list that cannot be read, NotFoundError when no wave was adopted, and RefusedError
    when several were and none is named.
    """
    lists = [read_job_list(path) for path in paths]
    adopted = _wave(opened, wave)
    batches = adopted_batches(opened, adopted)
    books = Books(opened.database.store, opened.context("adopt").actor)
    now = opened.clock.now()
    told: list[ListAdopted] = []
    for job_list in lists:
        commands = claim_commands(job_list, batches.keys(), now)
        entries = [
            Entry(number, tuple(each), f"adopt jobs {job_list.source}") for number, each in commands.items()
        ]
        new = books.write(entries)
        listed = jobs_listed(job_list, batches.keys(), now)
        books.write_wave(adopted.wave, RecordList(listed), f"adopt jobs {job_list.source}")
        told.append(ListAdopted(job_list.source, listed.claims, len(new), len(listed.loose)))
    if wrong_form:
        _claim_form(books, batches, range_of(wrong_form), opened)
    opened.catch_up()
    return _jobs_adopted(opened, adopted, lists, told)


def _claim_form(books: Books, batches: dict[int, Batch], numbers: tuple[int, int], opened: Opened) -> None:
    wanted = [number for number in batches if numbers[0] <= number <= numbers[1]]
    command = form_command(opened.clock.now())
    books.write(Entry(number, (command,), "a person says so") for number in wanted)


def _jobs_adopted(opened: Opened, wave: Wave, lists: Sequence[JobList], told: list[ListAdopted]) -> JobsAdopted:
    batches = adopted_batches(opened, wave)
    with_job = [batch for batch in batches.values() if batch.adoption and batch.adoption.jobs]
    wrong = sum(bool(batch.adoption and batch.adoption.forms) for batch in with_job)
    return JobsAdopted(
        wave.wave,
        tuple(told),
        len(with_job),
        len(batches) - len(with_job),
        wrong,
        conflicts(ledger_claims(batches.values())),
        tuple(finding for each in lists for finding in each.findings),
    )


def adopted_batches(opened: Opened, wave: Wave) -> dict[int, Batch]:
    """Return the batches of an adopted wave by number, as the ledger has them."""
    return {number: load_batch(opened.database.store, number) for number in wave.batches}


def _wave(opened: Opened, number: int | None) -> Wave:
    """Return the adopted wave that is meant."""
    store = opened.database.store
    numbers = [number] if number else [each for each in map(wave_number, store.streams(WAVE)) if each is not None]
    waves = [wave for wave in (load_wave(store, each) for each in sorted(numbers)) if wave.adopted]
    if not waves:
        which = f"wave {number} was not" if number else "no wave was"
        raise NotFoundError(f"{which} adopted yet; begin with `batchmill adopt tracking FILE`")
    if len(waves) > 1:
        raise RefusedError(
            f"waves {', '.join(str(wave.wave) for wave in waves)} were adopted; say which one with --wave"
        )
    return waves[0]
