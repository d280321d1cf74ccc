"""Adopted batches and jobs of a provider, made of nothing but what a test says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.batch import adopted_events as a
from core.batch import adopting_commands as ac
from core.batch.decider import decide
from core.batch.folding import evolve
from core.batch.state import Batch
from core.pairs import PairRange
from core.provider import Job, JobState, RemoteFile
from core.reconcile.seen import Seen
from core.reconcile.terms import Terms
from core.reconcile.view import View
from tests.batches import ADOPT, FILE_READ, WRONG_FORM, claim, later
from tests.ledgers import NOON

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.batch.commands import BatchCommand

TERMS = Terms(later(1_000), 48.0, trusted=True)


def after(batch: Batch, *commands: BatchCommand) -> Batch:
    """Return a batch after these commands, none of which may be refused."""
    for command in commands:
        for event in decide(batch, command):
            batch = evolve(batch, event)
    return batch


def adopted(
    number: int,
    *jobs: str,
    sha256: str = "",
    uploads: Iterable[str] = (),
    time: str | None = None,
    wrong: bool = False,
) -> Batch:
    """Return an adopted batch of four pairs, for which a list claims these jobs and uploads."""
    run = PairRange(f"w1-adopted-b{number}", 1, 4)
    claimed = msgspec.structs.replace(ADOPT.claimed, number=number, ranges=(run,))
    commands: list[BatchCommand] = [ac.AdoptBatch(claimed)]
    if sha256:
        read = msgspec.structs.replace(FILE_READ.file, sha256=sha256, ranges=(run,))
        commands.append(ac.RecordAdoptedFile(read))
    said = [(name, None) for name in jobs] + [(None, f"https://provider/v1/{name}") for name in uploads]
    for name, uri in said:
        commands.append(ac.ClaimJob(msgspec.structs.replace(claim(name).claim, file_uri=uri, time=time)))
    return after(Batch(number=number), *commands, *([WRONG_FORM] if wrong else []))


def view(*batches: Batch) -> View:
    """Return what the ledger knows, with the jobs that count for these batches on record."""
    jobs = {batch.job_name: batch.number for batch in batches if batch.job_name}
    names = {batch.display_name: batch.number for batch in batches if batch.display_name}
    return View({batch.number: batch for batch in batches}, jobs, names if all(names) else {})


def job(  # noqa: PLR0913 - the fields of one
    name: str,
    display_name: str = "",
    state: str = "SUCCEEDED",
    *,
    requests: int = 1,
    input_file: str | None = None,
    created: float | None = 0,
    output: bool | None = None,
) -> Job:
    """Return a job created so many seconds after noon (None: not told); one that succeeded has a result."""
    there = state == "SUCCEEDED" if output is None else output
    return Job(
        name,
        display_name,
        JobState[state],
        "gemini-2.5-flash",
        input_file,
        f"files/result-{name[8:]}" if there else None,
        created_at=None if created is None else later(created),
        ended_at=None if state in {"PENDING", "RUNNING"} else later((created or 0) + 600),
        requests=requests,
        error="13: internal" if state == "FAILED" else None,
    )


def seen(*jobs: Job, gone: Iterable[str] = (), unsure: Iterable[str] = (), **files: str) -> Seen:
    """Return what the provider showed: jobs, names it does not know, and the sha256 of files by their name."""
    stored = {
        f"files/{name}": RemoteFile(f"files/{name}", 9, NOON, name, sha256) for name, sha256 in files.items()
    }
    return Seen({each.name: each for each in jobs}, frozenset(gone), frozenset(unsure), stored)


def sighted(name: str) -> ac.SightJob:
    return ac.SightJob(a.JobSighted(name, "import", "name", f"{name} may be its job", later(20)))
