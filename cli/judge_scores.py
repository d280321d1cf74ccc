"""What models that judge gave a wave, and how each compares with the people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.batch.numbers import in_order
from core.errors import NotFoundError, RefusedError
from core.exchange.rows import UNREADABLE
from core.quality.calibration import Calibration, calibrate
from core.quality.judged_lines import judgements_in
from core.quality.judgements import Preferences, preferences
from core.quality.means import WaveMeans, wave_means
from core.quality.scores import MODEL, by_models, by_people

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cli.compose import Opened
    from core.projections.rows import BatchRow
    from core.quality.judgements import Judgement
    from core.quality.scores import Score


class JudgeStanding(msgspec.Struct, frozen=True):
    """One judging model: what it gave, whether it agrees with the people, and what it preferred.

    `preferences` are those of the judgements on disk, the last of each pair.
    """

    model: str
    means: WaveMeans
    calibration: Calibration
    preferences: Preferences


def judge_standings(
    opened: Opened, number: int, given: Sequence[Score], least: float
) -> tuple[JudgeStanding, ...]:
    """Return each model that scored pairs of a wave, by name; RefusedError for judgements that cannot be read."""
    people, models = by_people(given), by_models(given)
    rows = [row for row in opened.rows().batches() if row.wave == number and row.judges and row.refined_path]
    rows.sort(key=lambda row: in_order(row.number))
    found = []
    for reviewer in sorted({score.reviewer for score in models}):
        name = reviewer.removeprefix(MODEL)
        own = [score for score in models if score.reviewer == reviewer]
        last = {each.pair_id: each for row in rows if row.model == name for each in _judgements(opened, row)}
        found.append(
            JudgeStanding(name, wave_means(own, least), calibrate(people, own), preferences(last.values()))
        )
    return tuple(found)


def _judgements(opened: Opened, row: BatchRow) -> Iterator[Judgement]:
    path = row.refined_path or ""
    try:
        with opened.files.open(path) as lines:
            yield from judgements_in(lines)
    except (NotFoundError, *UNREADABLE) as error:
        raise RefusedError(
            f"the judgements of batch {row.label} cannot be read from {path} ({error}); "
            "`batchmill replay --rebuild` makes them anew from the result"
        ) from error
