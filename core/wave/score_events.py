"""What can happen to a wave's sample: it is drawn, and people and models score its pairs."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotations at run time

import msgspec


class SampleDrawn(msgspec.Struct, frozen=True, gc=False):
    """Pairs of the wave were drawn to be scored, stratified by category, source and length.

    The same `seed` draws the same pairs again.
    """

    size: int
    seed: str
    pair_ids: tuple[str, ...]
    at: datetime


class PairScored(msgspec.Struct, frozen=True, gc=False):
    """A reviewer gave a refined pair five marks, 1 to 5, in the order of `core.quality.scores.DIMENSIONS`.

    A name that begins with `model:` is a model's. A later score of the same reviewer replaces the earlier one.
    """

    pair_id: str
    reviewer: str
    marks: tuple[int, int, int, int, int]
    comment: str
    at: datetime


ScoreEvent = SampleDrawn | PairScored
