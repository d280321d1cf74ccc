"""Finds texts that mean nearly the same: every two vectors are compared, a block of them at a time.

That is exact, and with n vectors of d values n² · d operations: 20,000 of 768 take seconds, 100,000 minutes. The
vectors lie in a scratch file that is mapped into memory, and two blocks and their products are held.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from adapters.corpus.disk import on_disk
from adapters.corpus.parts import read_columns
from core.corpus.ports import Near
from core.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from io import FileIO
    from pathlib import Path

    import numpy.typing as npt

    from adapters.corpus.vectors import VectorFolder

    Matrix = npt.NDArray[np.float32]

#: Vectors of a block: two of them and their products have some 30 MB.
BLOCK = 2_048
#: Links that are kept; so many say that the threshold means nothing.
MOST = 5_000_000
_DIGITS = 6


class Alike(NamedTuple):
    """Rows whose vectors are alike, sorted, and rows whose content has no vector."""

    links: tuple[Near, ...]
    without: frozenset[int]


def alike(parts: Sequence[Path], vectors: VectorFolder, threshold: float, scratch: Path) -> Alike:
    """Return which rows of a corpus have a cosine similarity of at least the threshold.

    Of rows with the very same content the lowest stands for all: they are the same text. Raises StorageError when
    a disk refuses, BadInputError for unusable vectors, or a threshold that millions of pairs reach.
    """
    rows, lowest = _rows(parts)
    matrix, of = _laid_out(lowest, vectors, scratch)
    links = sorted(_links(matrix, of, threshold), key=lambda link: (link.one, link.other))
    known = set(of)
    without = frozenset(row for row, content in rows.items() if lowest[content] not in known)
    return Alike(tuple(links), without)


def _rows(parts: Sequence[Path]) -> tuple[dict[int, str], dict[str, int]]:
    """Return the content of each row, and the lowest row of each content."""
    rows: dict[int, str] = {}
    for columns in read_columns(parts, ["row", "content_sha256"]):
        rows.update(zip(columns["row"], columns["content_sha256"], strict=True))
    lowest: dict[str, int] = {}
    for row in sorted(rows):
        lowest.setdefault(rows[row], row)
    return rows, lowest


def _laid_out(lowest: Mapping[str, int], vectors: VectorFolder, scratch: Path) -> tuple[Matrix, list[int]]:
    """Return the vectors of the corpus as a matrix on disk, and the row of the corpus of each line of it."""
    places: dict[str, int] = {}
    path = scratch / "vectors.f32"
    with on_disk(path):
        scratch.mkdir(parents=True, exist_ok=True)
        # Written and not mapped yet: a disk that is full refuses a write, and kills who writes into a mapping.
        with path.open("wb", buffering=0) as file:
            for batch in vectors.read():
                values = batch.column("vector").flatten().to_numpy(zero_copy_only=False)
                found = values.reshape(-1, vectors.space.dimensions)
                for content, vector in zip(batch.column("content_sha256").to_pylist(), found, strict=True):
                    if content in lowest:
                        _put(file, vector.tobytes(), places.setdefault(content, len(places)))
        shape = (len(places), vectors.space.dimensions)
        matrix = np.memmap(path, np.float32, "r", shape=shape) if places else np.empty(shape, np.float32)
    return matrix, [lowest[content] for content in places]


def _put(file: FileIO, vector: bytes, place: int) -> None:
    """Write a vector at its place, whole; OSError when the disk refuses."""
    file.seek(place * len(vector))
    while vector:
        vector = vector[file.write(vector) :]


def _links(matrix: Matrix, of: Sequence[int], threshold: float) -> Iterator[Near]:
    number = 0
    for first in range(0, len(of), BLOCK):
        mine = np.asarray(matrix[first : first + BLOCK])
        for other in range(first, len(of), BLOCK):
            similar = mine @ np.asarray(matrix[other : other + BLOCK]).T
            if first == other:
                similar[np.tril_indices(len(similar))] = -1
            ones, others = np.nonzero(similar >= threshold)
            number += len(ones)
            if number > MOST:
                raise BadInputError(
                    f"more than {MOST:,} pairs have a cosine similarity of at least {threshold:g}, which tells "
                    "nothing; take a higher threshold for --cosine"
                )
            for one, two in zip(ones.tolist(), others.tolist(), strict=True):
                low, high = sorted((of[first + one], of[other + two]))
                yield Near(low, high, min(1.0, round(float(similar[one, two]), _DIGITS)))
