"""Vectors of a small corpus in tests: the space they lie in, and those that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.corpus.vectors import VectorFolder
from core.corpus.space import Space

if TYPE_CHECKING:
    from tests.workspaces import Mill

SPACE = Space("gemini-embedding-001", 768)
#: In the first job one text gets no vector, one a part of it, one NaN; the repair is well.
SCENARIO = "\n".join(
    f'[[row]]\nkey = "batch_e001/*"\non = "{place}"\nfault = "{fault}"\n'
    for place, fault in enumerate(("missing", "cut-off", "garbage"), 1)
)


def held(mill: Mill) -> set[str]:
    """Return the content hashes that have a vector."""
    return VectorFolder(mill.root / "corpus", SPACE).held()


def lengths(mill: Mill) -> list[float]:
    """Return how long each vector is."""
    found = []
    for batch in VectorFolder(mill.root / "corpus", SPACE).read():
        found += [sum(value * value for value in vector) ** 0.5 for vector in batch.column("vector").to_pylist()]
    return found
