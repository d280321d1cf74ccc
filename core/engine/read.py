"""Reads downloaded answers: one refined-pairs file per batch, and one verdict per pair."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.batch import commands as c
from core.batch.adoption import NO_KEY
from core.batch.events import AnswersRead
from core.batch.parts import RequestLine
from core.engine.books import Entry
from core.engine.haul import Haul
from core.engine.places import result_path
from core.errors import NotFoundError, StorageError
from core.exchange.answers import AnswerReader
from core.exchange.lines import result_lines
from core.exchange.prompts import version_of
from core.exchange.refined_lines import refined_lines
from core.pairs import ids

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from core.batch.state import Batch
    from core.engine.workshop import Workshop
    from core.exchange.lines import Overlong
    from core.exchange.verdicts import Reading
    from core.ports import StoredFile, WorkspaceFiles


def read_answers(shop: Workshop, batches: Sequence[Batch]) -> list[Haul]:
    """Read the result files of these downloaded batches, and record all verdicts in one commit."""
    hauls = shop.side_by_side(lambda batch: _read(shop, batch), batches)
    shop.books.write([haul.entry for haul in hauls if haul.entry])
    return hauls


def refine_into(files: WorkspaceFiles, batch: Batch, place: str) -> tuple[StoredFile, Reading]:
    """Read a batch's kept result into the refined-pairs file at `place`; the same result gives the same bytes.

    Raises NotFoundError when the result is missing, StorageError when the disk refuses.
    """
    with files.open(batch.result_path) as kept, files.create(place) as pending:
        reader = reader_of(batch, result_lines(kept))
        prompt = version_of(batch.prompt_sha256)
        pending.sink.writelines(
            refined_lines(reader, batch=batch.number, attempt=batch.attempt, model=batch.model, prompt=prompt)
        )
        stored = pending.commit()
    return stored, reader.reading()


def reader_of(batch: Batch, lines: Iterable[bytes | Overlong]) -> AnswerReader:
    """Return what reads a batch's result; an older process's answers are known by the ids that it gave its pairs.

    Its requests are known where its file was read and each had a key; else every line may answer any pair.
    """
    if batch.adoption is None:
        return AnswerReader(lines, batch.requests)
    pairs = list(ids(batch.ranges))
    aliases = {original: pairs[place] for original, place in batch.adoption.aliases.items() if place < len(pairs)}
    if batch.requests and not any(request.key.startswith(NO_KEY) for request in batch.requests):
        return AnswerReader(lines, batch.requests, aliases=aliases)
    return AnswerReader(lines, [RequestLine(f"{NO_KEY}1", batch.ranges)], aliases=aliases, whole=True)


def _read(shop: Workshop, batch: Batch) -> Haul:
    try:
        stored, reading = refine_into(shop.files, batch, result_path(shop.policy, batch, "refined"))
    except (NotFoundError, StorageError) as error:
        return Haul(batch.number, trouble=error)
    answers = AnswersRead(
        path=stored.path,
        sha256=stored.sha256,
        refined=reading.refined,
        unrefined=reading.unrefined,
        strays=reading.stray_count,
        input_tokens=reading.input_tokens,
        output_tokens=reading.output_tokens,
        emulated=reading.emulated,
        at=shop.now(),
    )
    cause = f"{reading.lines} result lines read from {batch.result_path}"
    return Haul(batch.number, entry=Entry(batch.number, (c.RecordAnswers(answers),), cause))
