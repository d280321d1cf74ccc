"""A vector: taken only when it is one, brought to length 1, and kept as text."""

from __future__ import annotations

import base64
import math
import struct
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence


class EmbeddedLine(msgspec.Struct, frozen=True, gc=False):
    """A line of an embeddings file: the vector of a pair's content, as base64 of little-endian float32.

    `batch` is the batch's label. The vector has length 1.
    """

    pair_id: str
    content_sha256: str
    batch: str
    attempt: int
    key: str
    model: str
    task: str
    dimensions: int
    vector: str


def fault_of(values: Sequence[object], dimensions: int) -> str | None:
    """Return what is wrong with values that should be a vector, as a clause; None when they are one."""
    if not values:
        return "the answer holds no vector"
    if len(values) != dimensions:
        return f"the vector has {len(values):,} values where {dimensions:,} were asked for"
    numbers = [each for each in values if isinstance(each, float | int) and not isinstance(each, bool)]
    if len(numbers) < len(values):
        return "the vector holds something that is no number"
    length = _length(numbers)
    if not math.isfinite(length):
        return "the vector is beyond all bounds"
    return None if length else "the vector is zero throughout"


def normalised(values: Sequence[float]) -> list[float]:
    """Return a vector of the same direction with length 1; `fault_of` must have found nothing wrong."""
    length = _length(values)
    return [value / length for value in values]


def packed(vector: Sequence[float]) -> str:
    """Return a vector as text: base64 of its values as little-endian float32."""
    return base64.b64encode(flat(vector)).decode()


def flat(vector: Sequence[float]) -> bytes:
    """Return the values of a vector as little-endian float32."""
    return struct.pack(f"<{len(vector)}f", *vector)


def embedded_lines(lines: Iterable[bytes]) -> Iterator[EmbeddedLine]:
    """Yield the lines of an embeddings file; ValueError for one that is none."""
    decode = msgspec.json.Decoder(EmbeddedLine).decode
    return (decode(line) for line in lines)


def values_of(response: Mapping[str, object]) -> list[float]:
    """Return what stands in the place of a vector's values, [] when nothing does; `fault_of` judges it."""
    embedding = response.get("embedding")
    values = embedding.get("values") if isinstance(embedding, dict) else None
    return values if isinstance(values, list) else []


def _length(values: Sequence[float]) -> float:
    try:
        return math.hypot(*values)
    except OverflowError:
        return math.inf
