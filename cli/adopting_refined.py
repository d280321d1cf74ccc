"""Takes over refined pairs that already lie on disk, with the checks that a download goes through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from adapters.files.adopted_bytes import digest_of
from adapters.files.adopted_refined import AdoptedRefinedFile
from cli.submission import rows_of
from core.adoption.attribution import Attribution
from core.adoption.findings import Finding  # noqa: TC001 - msgspec reads the annotations at run time
from core.adoption.pair_ids import AdoptedIds
from core.batch.adopted_events import RefinedAdopted
from core.batch.adopting_commands import TakeRefined
from core.batch.lifecycle import Status
from core.engine.books import Books, Entry
from core.engine.places import adopted_path
from core.errors import NotFoundError, RefusedError, StorageError
from core.exchange.forms import FIELDS
from core.exchange.refined_lines import refined_lines
from core.exchange.verdicts import RefinedPair
from core.ledger.load import load_batch
from core.pairs import ids, ranges_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import BinaryIO

    from cli.compose import Opened
    from core.adoption.refined import AdoptedAnswer
    from core.batch.state import Batch

#: Statuses in which results on disk may be taken over: nothing of the batch is under way.
TAKING = {Status.ADOPTED, Status.FAILED, Status.DOWNLOADED}


class RefinedTaken(msgspec.Struct, frozen=True):
    """What came of one file: refined pairs found, taken over, and passed over since their batch needs none."""

    source: str
    found: int
    taken: int
    passed_over: int
    batches: tuple[int, ...]
    findings: tuple[Finding, ...]


def adopt_refined(opened: Opened, paths: Sequence[Path], number: int | None) -> list[RefinedTaken]:
    """Take over the refined pairs of these files, all of batch `number` if it is given; twice changes nothing.

    Raises BadInputError for a file that cannot be read, and NotFoundError when no batch was adopted.
    """
    if number is not None:
        rows_of(opened, number, number)
    opened.catch_up()
    adopted = [row.number for row in opened.database.read_model.batches() if row.origin]
    if not adopted:
        raise NotFoundError("no batch was adopted yet; begin with `batchmill adopt tracking FILE`")
    books = Books(opened.database.store, opened.context("adopt").actor)
    batches = {each: load_batch(opened.database.store, each) for each in adopted}
    attribution = Attribution([_ids(batch) for batch in batches.values()])
    taken = [_take(opened, books, batches, AdoptedRefinedFile(path, attribution, number), path) for path in paths]
    opened.catch_up()
    return taken


def _ids(batch: Batch) -> AdoptedIds:
    run = batch.ranges[0] if batch.ranges else None
    originals = batch.adoption.originals if batch.adoption else ()
    return AdoptedIds(batch.number, run.source if run else "", run.last if run else 0, originals)


def _take(
    opened: Opened, books: Books, batches: dict[int, Batch], file: AdoptedRefinedFile, path: Path
) -> RefinedTaken:
    found = passed_over = 0
    by_batch: dict[int, list[AdoptedAnswer]] = {}
    waiting = {number: _waiting(batch) for number, batch in batches.items()}
    for answer in file.answers():
        found += 1
        if answer.ledger_id in waiting[answer.number]:
            by_batch.setdefault(answer.number, []).append(answer)
        else:
            passed_over += 1
    sha256 = digest_of(path)
    for number, answers in sorted(by_batch.items()):
        event = _write(opened, batches[number], answers, path, sha256)
        books.write([Entry(number, (TakeRefined(event),), f"adopt refined {path.name}")])
        batches[number] = books.get(number)
    taken = found - passed_over
    return RefinedTaken(str(path), found, taken, passed_over, tuple(sorted(by_batch)), file.findings)


def _waiting(batch: Batch) -> set[str]:
    """Return the pairs of a batch that an answer may be taken over for."""
    if batch.status not in TAKING:
        return set()
    if batch.read or batch.parted:
        return {pair.pair_id for pair in batch.missing}
    return set(ids(batch.ranges))


def _write(
    opened: Opened, batch: Batch, answers: Sequence[AdoptedAnswer], path: Path, sha256: str
) -> RefinedAdopted:
    """Write the batch's refined pairs anew, those that it had first; nothing that stands is written over."""
    place = adopted_path(opened.policy(), batch)
    order = {pair_id: at for at, pair_id in enumerate(ids(batch.ranges))}
    answers = sorted(answers, key=lambda answer: order[answer.ledger_id])
    with opened.files.create(place) as pending:
        if batch.refined_path:
            _copy(opened, batch.refined_path, pending.sink)
        pairs = [_pair(answer) for answer in answers]
        pending.sink.writelines(
            refined_lines(pairs, batch=batch.number, attempt=batch.attempt, model=batch.model, prompt="")
        )
        stored = pending.commit()
    return RefinedAdopted(
        path=stored.path,
        sha256=stored.sha256,
        ranges=ranges_of(answer.ledger_id for answer in answers),
        source=str(path),
        source_sha256=sha256,
        at=opened.clock.now(),
    )


def _copy(opened: Opened, path: str, sink: BinaryIO) -> None:
    try:
        with opened.files.open(path) as kept:
            sink.writelines(kept)
    except (NotFoundError, StorageError) as error:
        raise RefusedError(f"the batch has refined pairs already, and {error}") from error


def _pair(answer: AdoptedAnswer) -> RefinedPair:
    source = answer.ledger_id.rpartition("-")[0]
    kept = {field: answer.answer[field] for field in FIELDS if field in answer.answer}
    return RefinedPair(answer.ledger_id, source, f"adopted/{answer.original}", kept)
