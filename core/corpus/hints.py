"""The model's own duplicate analysis beside what was found: a hint that decides nothing.

The model saw only the pairs of one request, so it cannot name duplicates elsewhere; where it says more than was
found, somebody may want to look.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Collection

#: What a recommendation to keep a pair begins with, as the prompt has it.
_KEEP = "keep"


class Opinion(StrEnum):
    """Who takes a pair for a duplicate of another."""

    BOTH = "both"
    OURS = "ours"
    MODEL = "model"


class Hinted(msgspec.Struct, frozen=True, gc=False):
    """A pair that the model or we take for a duplicate; of `similar_to`, `confirmed` are in its own cluster."""

    pair_id: str
    opinion: Opinion
    similar_to: tuple[str, ...]
    confirmed: tuple[str, ...]
    merge_recommendation: str | None
    merged_into: str | None


def takes_for_duplicate(*, is_duplicate: bool | None, merge_recommendation: str | None) -> bool:
    """Return whether the model takes a pair for a duplicate: it says so, or would merge or discard it."""
    return bool(is_duplicate) or bool(merge_recommendation and not merge_recommendation.lower().startswith(_KEEP))


def hinted(  # noqa: PLR0913 - the columns of a pair
    pair_id: str,
    *,
    is_duplicate: bool | None,
    similar_to: Collection[str],
    merge_recommendation: str | None,
    cluster: Collection[str],
    merged_into: str | None,
) -> Hinted | None:
    """Return what the model and we think of a pair whose cluster holds these ids; None where nobody minds it."""
    theirs = takes_for_duplicate(is_duplicate=is_duplicate, merge_recommendation=merge_recommendation)
    if not theirs and not cluster:
        return None
    opinion = Opinion.BOTH if theirs and cluster else Opinion.MODEL if theirs else Opinion.OURS
    confirmed = tuple(each for each in similar_to if each in cluster and each != pair_id)
    return Hinted(pair_id, opinion, tuple(similar_to), confirmed, merge_recommendation, merged_into)
