"""Batch files as a whole piece of work: from a recorded plan to files on disk and their events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from adapters.files.batch_files import BatchFolder, BatchToWrite, Extract
from adapters.files.inbox import verify_sources
from cli.planning import shown_path
from cli.supplies import recipe_by
from core.batch.commands import RecordFile
from core.batch.decider import decide
from core.batch.events import BatchWritten
from core.batch.holds import WANTED
from core.batch.lifecycle import Status
from core.engine.books import Books, Entry
from core.errors import NotFoundError
from core.ledger.load import load_batch, load_wave

if TYPE_CHECKING:
    from cli.compose import Opened
    from core.batch.state import Batch


class WrittenFile(msgspec.Struct, frozen=True):
    """A batch file: its path in the workspace, and what was done.

    `done` is new (the ledger learnt of it just now), restored (it was missing or had other bytes), unchanged, or
    the batch's status when it is past writing. `held` says why the batch does not go on by itself, if it does not.
    """

    number: int
    path: str
    size: int
    sha256: str
    pairs: int
    requests: int
    done: str
    held: str | None


def write_wave(opened: Opened, wave: int) -> list[WrittenFile]:
    """Write the batch files of a planned wave that are planned or written, and record those that are new.

    They are packed and worded as they were planned, whatever settings and prompt are by now. Raises NotFoundError
    for a wave without a plan, RefusedError when a source or the extract is no longer what was planned, or the
    prompt's version is lost.
    """
    known = load_wave(opened.database.store, wave)
    planned, terms = known.plan, known.terms
    if planned is None or terms is None:
        raise NotFoundError(f"wave {wave} has no plan; run `batchmill plan --wave {wave}` first")
    verify_sources(wave, opened.root / planned.inbox, planned.sources)
    batches = [load_batch(opened.database.store, number) for number in planned.batches]
    due = [batch for batch in batches if _may_be_written(batch)]
    folder = BatchFolder(opened.root / opened.settings.folders.submissions, opened.settings.folders.file_template)
    recipe = recipe_by(opened, wave, terms)
    extract = Extract(opened.root / planned.extract_path, planned.extract_sha256)
    stood = {batch.number for batch in due if batch.file_path and _stands(opened, batch)}
    written = folder.write(extract, [BatchToWrite(batch.number, batch.ranges) for batch in due], recipe)
    now = opened.clock.now()
    facts = {
        each.number: BatchWritten(
            path=shown_path(each.file.path, opened.root),
            sha256=each.file.sha256,
            size=each.file.size,
            requests=each.requests,
            at=now,
        )
        for each in written
    }
    new = {batch.number for batch in due if decide(batch, RecordFile(facts[batch.number]))}
    books = Books(opened.database.store, opened.context("write").actor)
    books.write(Entry(number, (RecordFile(facts[number]),), f"write --wave {wave}") for number in sorted(new))
    opened.catch_up()
    done = {number: "unchanged" if number in stood else "restored" for number in facts} | dict.fromkeys(new, "new")
    return [_shown(batch, facts.get(batch.number), done.get(batch.number)) for batch in batches]


def _stands(opened: Opened, batch: Batch) -> bool:
    return opened.files.digest(batch.file_path) == batch.file_sha256


def _may_be_written(batch: Batch) -> bool:
    return batch.status in {Status.PLANNED, Status.WRITTEN} and not batch.intent_open


def _shown(batch: Batch, fact: BatchWritten | None, done: str | None) -> WrittenFile:
    return WrittenFile(
        number=batch.number,
        path=fact.path if fact else batch.file_path,
        size=fact.size if fact else batch.file_size,
        sha256=fact.sha256 if fact else batch.file_sha256,
        pairs=batch.pairs,
        requests=len(fact.requests if fact else batch.requests),
        done=done or batch.status.value,
        # A new file mends a trouble, and leaves standing what a person wanted.
        held=batch.hold.value if batch.hold and (done != "new" or batch.hold in WANTED) else None,
    )
