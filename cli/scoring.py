"""Samples of a wave and what people and models gave them, as the ledger has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from adapters.files.score_sheets import read_sheet, write_sheet
from cli.judge_scores import JudgeStanding, judge_standings
from cli.refined import refined_batches, reviewed, source_of
from core.errors import NotFoundError, RefusedError
from core.ledger.load import load_wave
from core.ledger.recorded import NewEvent
from core.ledger.streams import wave_stream
from core.quality.agreement import Agreement, agreement
from core.quality.means import WaveMeans, wave_means
from core.quality.sampling import Candidate, draw, drawn_before
from core.quality.score_sheet import read_sheet_rows, sheet_rows
from core.quality.scores import Score, by_people, latest, scored
from core.wave.score_events import PairScored, SampleDrawn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from cli.compose import Opened
    from core.quality.review_pair import ReviewPair
    from core.quality.sampling import Sample
    from core.quality.score_sheet import SheetRead
    from core.wave.score_events import ScoreEvent


#: What is drawn when nobody says otherwise.
SIZE, SEED = 30, "1"


def draw_sample(opened: Opened, number: int, size: int | None = None, seed: str | None = None) -> Sample:
    """Draw a stratified sample of a wave's refined pairs and record it; the same seed draws the same pairs.

    What is not said is as it was the last time, at first SIZE and SEED. The last sample stays, whatever came home
    since, until another size or seed is asked for. Raises RefusedError when nothing came home yet.
    """
    known = last_sample(opened, number)
    if known is not None:
        size, seed = size or known.size, known.seed if seed is None else seed
    size, seed = size or SIZE, SEED if seed is None else seed
    same = known is not None and (known.size, known.seed) == (size, seed)
    wave = load_wave(opened.database.store, number)
    batches = refined_batches(opened, wave, opened.rows().batches())
    candidates = (
        Candidate(
            pair.before.pair_id,
            pair.before.category,
            source_of(pair),
            len(pair.before.answer),
        )
        for pairs in batches
        for pair in pairs
    )
    if known is not None and same:
        return drawn_before(candidates, known.pair_ids, seed)
    sample = draw(candidates, size, seed)
    if not sample.pairs:
        raise RefusedError(f"wave {number} has no refined pair yet; draw a sample when its answers came home")
    event = SampleDrawn(size, seed, tuple(pair.pair_id for pair in sample.pairs), opened.clock.now())
    _append(opened, number, [event], f"sample --wave {number} --size {size}")
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
    for pair in reviewed(opened, wave, opened.rows().batches()):
        if pair.pair_id in wanted:
            yield pair


def record_score(opened: Opened, number: int, score: Score) -> None:
    """Append what a reviewer gave one pair."""
    _append(opened, number, [_event(score)], f"review --wave {number}")


def scores_of(opened: Opened, number: int) -> list[Score]:
    """Return all scores of a wave in the order in which they were given."""
    return [
        scored(event.reviewer, event.pair_id, event.marks, comment=event.comment, at=event.at)
        for recorded in opened.database.store.read_stream(wave_stream(number))
        if isinstance(event := recorded.event, PairScored)
    ]


class ScoreStanding(msgspec.Struct, frozen=True):
    """What people gave a wave's sample, how far they agree, and each model that judged it beside them."""

    people: WaveMeans
    agreement: Agreement
    judges: tuple[JudgeStanding, ...]


def standing_of(opened: Opened, number: int) -> ScoreStanding:
    """Return what the scores of a wave come to."""
    given = scores_of(opened, number)
    least = opened.settings.gate.people_least
    people = by_people(given)
    return ScoreStanding(
        people=wave_means(people, least),
        agreement=agreement(people),
        judges=judge_standings(opened, number, given, least),
    )


def write_sample(opened: Opened, number: int, path: Path) -> Path:
    """Write the last sample as a table for people without a terminal; StorageError when the disk refuses."""
    return write_sheet(path, sheet_rows(review_pairs(opened, number), {})).path


def read_sample(opened: Opened, number: int, path: Path, reviewer: str) -> SheetRead:
    """Record the scores of a table, all of them or, where a cell cannot be read, none; none twice."""
    sample = last_sample(opened, number)
    if sample is None:
        raise NotFoundError(f"no sample of wave {number} was drawn; run `batchmill sample --wave {number}`")
    read = read_sheet_rows(read_sheet(path), sample.pair_ids, reviewer, opened.clock.now())
    known = {(score.reviewer, score.pair_id): _said(score) for score in latest(scores_of(opened, number))}
    new = [score for score in read.scores if known.get((score.reviewer, score.pair_id)) != _said(score)]
    if new and not read.problems:
        _append(opened, number, [_event(score) for score in new], f"scores --wave {number} --import {path.name}")
    return read


def _said(score: Score) -> tuple[Sequence[int], str]:
    return score.marks, score.comment


def _event(score: Score) -> PairScored:
    return PairScored(score.pair_id, score.reviewer, score.marks, score.comment, score.at)


def _append(opened: Opened, number: int, events: Sequence[ScoreEvent], command: str) -> None:
    version = load_wave(opened.database.store, number).version
    stream, context = wave_stream(number), opened.context(command)
    opened.database.store.append(
        [NewEvent(stream, version + place, event, context) for place, event in enumerate(events, 1)]
    )
    opened.catch_up()
