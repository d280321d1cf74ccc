"""Reads downloaded answers: one file of refined pairs, judgements or vectors a batch, and one verdict a pair."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from core.batch import commands as c
from core.batch.adoption import NO_KEY
from core.batch.events import AnswersRead
from core.batch.numbers import EMBED, ERRAND, JUDGE
from core.batch.parts import RequestLine
from core.embedding.answers import EmbeddingReader, embedded_line
from core.engine.books import Entry
from core.engine.haul import Haul
from core.engine.places import result_path
from core.errors import NotFoundError, StorageError
from core.exchange.answers import AnswerReader
from core.exchange.errand_answers import ErrandReader, answer_lines
from core.exchange.lines import result_lines
from core.exchange.prompts import version_of
from core.exchange.refined_lines import refined_lines
from core.pairs import ids
from core.quality.judged_lines import judged, judged_line
from core.quality.judgements import judge_reader
from core.quality.judging import coin_of
from core.wave.score_events import PairScored
from core.wave.scoring import RecordScores

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from core.batch.state import Batch
    from core.engine.workshop import Workshop
    from core.exchange.lines import Overlong
    from core.exchange.verdicts import Reading
    from core.ports import StoredFile, WorkspaceFiles
    from core.quality.judgements import Judgement


class Kept(NamedTuple):
    """The file that a batch's answers were read into, what the result came to, and its judgements, if any."""

    stored: StoredFile
    reading: Reading
    judgements: tuple[Judgement, ...]


def read_answers(shop: Workshop, batches: Sequence[Batch]) -> list[Haul]:
    """Read the result files of these downloaded batches, and record all verdicts in one commit."""
    hauls = shop.side_by_side(lambda batch: _read(shop, batch), batches)
    shop.books.write([haul.entry for haul in hauls if haul.entry])
    return hauls


def read_into(files: WorkspaceFiles, batch: Batch, place: str) -> Kept:
    """Read a batch's kept result into the file at `place`; the same result gives the same bytes.

    It has the refined pairs, the judgements of a batch that judges, vectors, or the answers to an errand. Raises
    NotFoundError when the result is missing, StorageError when the disk refuses.
    """
    judgements: list[Judgement] = []
    with files.open(batch.result_path) as kept, files.create(place) as pending:
        lines = result_lines(kept)
        reader: AnswerReader | EmbeddingReader | ErrandReader
        if batch.kind == EMBED:
            reader = EmbeddingReader(lines, batch.requests)
            pending.sink.writelines(
                embedded_line(home, batch=batch.label, attempt=batch.attempt, model=batch.model) for home in reader
            )
        elif batch.kind == ERRAND:
            reader = ErrandReader(lines, batch.requests)
            told = answer_lines(reader, batch=batch.label, attempt=batch.attempt, model=batch.model)
            pending.sink.writelines(told)
        elif batch.kind == JUDGE:
            reader = judge_reader(lines, batch.requests)
            pending.sink.writelines(_judged_lines(batch, reader, judgements))
        else:
            reader = reader_of(batch, lines)
            prompt = version_of(batch.prompt_sha256)
            pending.sink.writelines(
                refined_lines(reader, batch=batch.number, attempt=batch.attempt, model=batch.model, prompt=prompt)
            )
        stored = pending.commit()
    return Kept(stored, reader.reading(), tuple(judgements))


def _judged_lines(batch: Batch, reader: AnswerReader, judgements: list[Judgement]) -> Iterator[bytes]:
    """Yield a line a judgement, and keep it in `judgements`."""
    prompt = version_of(batch.prompt_sha256)
    for found in judged(reader, coin_of(batch.number)):
        judgements.append(found.judgement)
        yield judged_line(found, batch=batch.label, attempt=batch.attempt, model=batch.model, prompt=prompt)


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
    what = {JUDGE: "judged", EMBED: "embedded", ERRAND: "answers"}.get(batch.kind, "refined")
    try:
        stored, reading, judgements = read_into(shop.files, batch, result_path(shop.policy, batch, what))
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
    scores = RecordScores(tuple(_scored(each, batch.model, answers.at) for each in judgements))
    wave = scores if judgements else None
    return Haul(batch.number, entry=Entry(batch.number, (c.RecordAnswers(answers),), cause, wave=wave))


def _scored(judgement: Judgement, model: str, at: datetime) -> PairScored:
    score = judgement.score(model, at)
    return PairScored(score.pair_id, score.reviewer, score.marks, score.comment, score.at)
