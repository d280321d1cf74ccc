"""A line of a wave's consolidated extract: one pair with everything that is known about it."""

from __future__ import annotations

import msgspec

from core.pairs import pair_id
from core.planning.staged import StagedPair  # noqa: TC001 - msgspec reads the annotations at run time
from core.wave.events import PlannedSource  # noqa: TC001 - the same


class ExtractedPair(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One pair of a wave; `source` is its file's path in the inbox.

    `batch` is None for a pair that the plan left out, and then `excluded` says why. What the pair says of itself
    (session, indicator, category) goes before what its file says. `original` is the id that a pair of an older
    process came with, left out where there is none.
    """

    pair_id: str
    batch: int | None
    session: int | None
    indicator: str
    category: str | None
    source: str
    topic: str | None
    pair_number: int | None
    created_date: str | None
    question: str
    answer: str
    excluded: str | None
    original: str | None = None


def extracted(pair: StagedPair, source: PlannedSource, batch: int | None, excluded: str | None) -> ExtractedPair:
    """Return a staged pair as the extract holds it: in a batch, or excluded for a reason."""
    return ExtractedPair(
        pair_id(source.key, pair.ordinal),
        batch,
        source.session if pair.session is None else pair.session,
        pair.indicator or source.indicator,
        pair.category or source.category,
        source.path,
        pair.topic,
        pair.pair_number,
        pair.created_date,
        pair.question,
        pair.answer,
        excluded,
    )
