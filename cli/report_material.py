"""Gathers what a wave's reports are made from: rows and events up to a position, and files as recorded."""

from __future__ import annotations

import hashlib
from heapq import nsmallest
from typing import TYPE_CHECKING

import msgspec

from adapters.memory.read_model import MemoryReadModel
from cli.assessments import read_assessment
from cli.refined import refined_batches, review_pair
from core.errors import BatchmillError, NotFoundError
from core.planning.models import models_with
from core.projections.catch_up import catch_up
from core.projections.rows import BatchRow, WaveRow  # noqa: TC001 - msgspec reads the annotations at run time
from core.reports.material import Material, Samples
from core.reports.record import Record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from cli.compose import Opened
    from core.quality.assessment.report import Assessment
    from core.quality.review_pair import ReviewPair

#: Pairs that a report shows before and after, and what draws them where no sample was drawn.
SHOWN, SEED = 6, "report"


class _Scored(msgspec.Struct):
    """Of a line of an assessed wave's pairs, which pair it is and by which prompt it was refined."""

    pair_id: str
    prompt: str


class World(msgspec.Struct):
    """The rows of all waves and batches at a position of the ledger."""

    position: int
    waves: tuple[WaveRow, ...]
    batches: tuple[BatchRow, ...]


def world_now(opened: Opened) -> World:
    """Return the rows as they are; rows and position are of one moment."""
    while True:
        rows = opened.rows()
        reached = rows.checkpoint()
        found = World(reached, tuple(rows.waves()), tuple(rows.batches()))
        if rows.checkpoint() == reached:
            return found


def world_at(opened: Opened, position: int) -> World:
    """Return the rows as of a position, folded in memory."""
    model = MemoryReadModel()
    reached = catch_up(opened.database.store, model, until=position)
    return World(reached, tuple(model.waves()), tuple(model.batches()))


def material_of(opened: Opened, world: World, wave: int) -> Material:
    """Return what the reports of a wave are made from; NotFoundError for a wave that is not there."""
    row = next((each for each in world.waves if each.wave == wave), None)
    if row is None:
        raise NotFoundError(f"the ledger has no wave {wave}; `batchmill waves` shows those it has")
    record, as_of = Record(wave), ""
    for recorded in opened.database.store.read(until=world.position):
        record.fold(recorded)
        as_of = recorded.recorded_at
    assessments = {
        number: found for number, event in record.assessed.items() if (found := read_assessment(opened, event))
    }
    known = record.assessed.get(wave)
    unread = ""
    if known is not None and wave not in assessments:
        what = known.report or "The file of it"
        unread = f"{what} is not as it was recorded, or of an older form; `batchmill assess` makes it anew."
    return Material(
        position=world.position,
        as_of=as_of[:19].replace("T", " "),
        row=row,
        waves=world.waves,
        batches=world.batches,
        record=record,
        models=models_with(opened.settings.models),
        assessments=assessments,
        unread=unread,
        prompt_of=_prompts_of(opened, assessments, record),
        samples=_samples(opened, record, world.batches),
    )


def _prompts_of(opened: Opened, assessments: dict[int, Assessment], record: Record) -> dict[str, str]:
    """Return the version of the prompt by pair, for the pairs of assessed waves that somebody scored."""
    found = {}
    decode = msgspec.json.Decoder(_Scored).decode
    for wave, assessment in assessments.items():
        wanted = {score.pair_id for score in record.scores.get(wave, ())}
        if not wanted or opened.files.digest(assessment.pairs_path) != assessment.pairs_sha256:
            continue
        with opened.files.open(assessment.pairs_path) as lines:
            for pair in map(decode, lines):
                if pair.pair_id in wanted:
                    found[pair.pair_id] = pair.prompt or "-"
    return found


def _samples(opened: Opened, record: Record, rows: Sequence[BatchRow]) -> Samples:
    """Return pairs of the sample that was drawn last, else those with the lowest lots of all refined ones."""
    wave = record.state
    if not any(row.refined for row in rows if row.wave == wave.wave):
        return Samples()
    drawn = record.samples.get(wave.wave)
    wanted = list(drawn.pair_ids[:SHOWN]) if drawn else []
    try:
        pairs = _chosen(opened, record, rows, set(wanted))
    except BatchmillError as error:
        return Samples(missing=f"No pair can be shown: {error}")
    if drawn:
        pairs.sort(key=lambda pair: wanted.index(pair.pair_id))
    return Samples(tuple(pairs), drawn is not None)


def _chosen(
    opened: Opened, record: Record, rows: Sequence[BatchRow], wanted: AbstractSet[str]
) -> list[ReviewPair]:
    found: list[tuple[str, ReviewPair]] = []
    for pairs in refined_batches(opened, record.state, rows):
        for pair in pairs:
            pair_id = pair.before.pair_id
            if not wanted:
                found.append((hashlib.sha256(f"{SEED}\0{pair_id}".encode()).hexdigest(), review_pair(pair)))
            elif pair_id in wanted:
                found.append(("", review_pair(pair)))
        if not wanted:
            found = nsmallest(SHOWN, found, key=lambda each: each[0])
    return [pair for _, pair in found]
