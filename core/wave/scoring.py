"""Judges what is told of a wave's scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.errors import RefusedError
from core.wave.lifecycle import Status
from core.wave.score_events import PairScored  # noqa: TC001 - part of the public shape

if TYPE_CHECKING:
    from core.wave.state import Wave


class RecordScores(msgspec.Struct, frozen=True):
    """Reviewers gave pairs their marks, in this order."""

    scores: tuple[PairScored, ...]


def decide_scores(wave: Wave, command: RecordScores) -> list[PairScored]:
    """Return the scores as events; raises RefusedError for a wave that has no pairs to score."""
    if wave.status is Status.UNPLANNED:
        raise RefusedError(f"{wave.name} has no plan, so none of its pairs can be scored")
    return [*command.scores]
