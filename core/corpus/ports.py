"""What the corpus asks of an engine."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.corpus.terms import Terms


class Kind(StrEnum):
    """What two pairs have in common, the strongest first."""

    BOTH = "both"
    ANSWER = "answer"
    QUESTION = "question"
    NEAR = "near"
    COSINE = "cosine"


class Same(msgspec.Struct, frozen=True, gc=False):
    """Rows with the same folded question, answer or both, sorted."""

    kind: Kind
    rows: tuple[int, ...]


class Near(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Two rows and their similarity: the exact one (Jaccard) of their shingles, or the cosine of their vectors.

    `one` is the lower row.
    """

    one: int
    other: int
    similarity: float


class Found(msgspec.Struct, frozen=True, gc=False):
    """What an engine found, sorted, whatever engine it was.

    `same` are groups by kind and lowest row, `near` pairs at or above the threshold, `cosine` those whose vectors
    are, where these were compared too. `candidates` were compared, `wide_buckets` held more texts than are all
    compared with each other.
    """

    rows: int
    same: tuple[Same, ...]
    near: tuple[Near, ...]
    candidates: int
    wide_buckets: int
    cosine: tuple[Near, ...] = ()


class DuplicateFinder(Protocol):
    """Finds what pairs of a corpus have in common, without holding their texts in memory."""

    def find(self, parts: Sequence[str], terms: Terms) -> Found:
        """Return what the pairs of these Parquet files (paths, columns row, question, answer) have in common.

        Every engine returns the same for the same files and terms.
        """
        ...
