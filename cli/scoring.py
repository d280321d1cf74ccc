"""Samples of a wave and what people and models gave them, as the ledger has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from adapters.files.score_sheets import read_sheet, write_sheet
from cli.refined import refined_batches
from core.errors import NotFoundError, RefusedError
from core.ledger.load import load_wave
from core.ledger.recorded import NewEvent
from core.ledger.streams import wave_stream
from core.quality.agreement import Agreement, agreement
from core.quality.calibration import Calibration, calibrate
from core.quality.means import WaveMeans, wave_means
from core.quality.review_pair import ReviewPair
from core.quality.sampling import Candidate, draw
from core.quality.score_sheet import read_sheet_rows, sheet_rows
from core.quality.scores import Score, by_models, by_people, scored
from core.wave.score_events import PairScored, SampleDrawn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cli.compose import Opened
    from core.quality.assessment.examine import RefinedPair
    from core.quality.sampling import Sample
    from core.quality.score_sheet import SheetRead


def draw_sample(opened: Opened, number: int, size: int, seed: str) -> Sample:
    """Draw a stratified sample of a wave's refined pairs and record it; the same seed draws the same pairs.

    Raises RefusedError when nothing came home yet.
    """
    wave = load_wave(opened.database.store, number)
    batches = refined_batches(opened, wave, opened.rows().batches())
    candidates = (
        Candidate(
            pair.before.pair_id,
            pair.before.category,
            _source(pair),
            len(pair.before.answer),
        )
        for pairs in batches
        for pair in pairs
    )
    sample = draw(candidates, size, seed)
    if not sample.pairs:
        raise RefusedError(f"wave {number} has no refined pair yet; draw a sample when its answers came home")
    event = SampleDrawn(size, seed, tuple(pair.pair_id for pair in sample.pairs), opened.clock.now())
    known = last_sample(opened, number)
    if known is None or known.pair_ids != event.pair_ids:
        _append(opened, number, event, f"sample --wave {number} --size {size}")
    return sample


def last_sample(opened: Opened, number: int) -> SampleDrawn | None:
    """Return the sample that was drawn last of a wave, None when none was."""
    found = None
    for recorded in opened.database.store.read_stream(wave_stream(number)):
        if isinstance(recorded.event, SampleDrawn):
            found = recorded.event
    return found


def review_pairs(opened: Opened, number: int) -> Iterator[ReviewPair]:
    """Yield the pairs of the last sample before and after, in the order of the wave.

    Raises NotFoundError when no sample was drawn.
    """
    sample = last_sample(opened, number)
    if sample is None:
        raise NotFoundError(f"no sample of wave {number} was drawn; run `batchmill sample --wave {number}`")
    wanted = set(sample.pair_ids)
    wave = load_wave(opened.database.store, number)
    for pairs in refined_batches(opened, wave, opened.rows().batches()):
        for pair in pairs:
            if pair.before.pair_id in wanted:
                yield ReviewPair(
                    pair_id=pair.before.pair_id,
                    category=pair.before.category,
                    source=_source(pair),
                    question_before=pair.before.question,
                    answer_before=pair.before.answer,
                    question_after=pair.after.question,
                    answer_after=pair.after.answer,
                )


def record_score(opened: Opened, number: int, score: Score) -> None:
    """Append what a reviewer gave one pair."""
    event = PairScored(
        pair_id=score.pair_id, reviewer=score.reviewer, marks=score.marks, comment=score.comment, at=score.at
    )
    _append(opened, number, event, f"review --wave {number}")


def scores_of(opened: Opened, number: int) -> list[Score]:
    """Return all scores of a wave in the order in which they were given."""
    return [
        scored(event.reviewer, event.pair_id, event.marks, comment=event.comment, at=event.at)
        for recorded in opened.database.store.read_stream(wave_stream(number))
        if isinstance(event := recorded.event, PairScored)
    ]


class ScoreStanding(msgspec.Struct, frozen=True):
    """What people gave a wave's sample, how far they agree, and how a model judge compares, if any scored it."""

    people: WaveMeans
    agreement: Agreement
    models: WaveMeans | None
    calibration: Calibration | None


def standing_of(opened: Opened, number: int) -> ScoreStanding:
    """Return what the scores of a wave come to."""
    given = scores_of(opened, number)
    least = opened.settings.gate.people_least
    people, models = by_people(given), by_models(given)
    return ScoreStanding(
        people=wave_means(people, least),
        agreement=agreement(people),
        models=wave_means(models, least) if models else None,
        calibration=calibrate(people, models) if people and models else None,
    )


def write_sample(opened: Opened, number: int, path: Path) -> Path:
    """Write the last sample as a table for people without a terminal; StorageError when the disk refuses."""
    return write_sheet(path, sheet_rows(review_pairs(opened, number), {})).path


def read_sample(opened: Opened, number: int, path: Path, reviewer: str) -> SheetRead:
    """Record the scores of a table, all of them or, where a cell cannot be read, none."""
    sample = last_sample(opened, number)
    if sample is None:
        raise NotFoundError(f"no sample of wave {number} was drawn; run `batchmill sample --wave {number}`")
    read = read_sheet_rows(read_sheet(path), sample.pair_ids, reviewer, opened.clock.now())
    if not read.problems:
        for score in read.scores:
            record_score(opened, number, score)
    return read


def _source(pair: RefinedPair) -> str:
    return pair.before.pair_id.rpartition("-")[0]


def _append(opened: Opened, number: int, event: SampleDrawn | PairScored, command: str) -> None:
    wave = load_wave(opened.database.store, number)
    stream = wave_stream(number)
    opened.database.store.append([NewEvent(stream, wave.version + 1, event, opened.context(command))])
    opened.catch_up()
