"""The task of every driver: from the Parquet files of a corpus to verified near pairs, as one process.

    python drive_NAME.py OUTPUT PART...

Texts are folded, and candidates verified, by the same functions for all; what differs is how candidates are found.
The pairs are written to OUTPUT as JSON, with what they cost.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from core.corpus.folding import fold
from core.corpus.shingles import jaccard, shingles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Candidates = Callable[[list[str]], Iterable[tuple[int, int]]]

BANDS, ROWS, WORDS, THRESHOLD = 16, 8, 3, 0.8
_KILO = 1024


def texts(parts: list[str]) -> list[str]:
    """Return the folded text of each row, in order."""
    found: list[str] = []
    for part in parts:
        with pq.ParquetFile(part) as file:
            for batch in file.iter_batches(batch_size=4_000, columns=["question", "answer"]):
                both = zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), strict=True)
                found += [f"{fold(question)} {fold(answer)}".strip() for question, answer in both]
    return found


def tokens(text: str) -> list[str]:
    """Return the word 3-shingles of a folded text as strings, for tools that take those."""
    words = text.split(" ")
    return [" ".join(run) for run in zip(words, words[1:], words[2:], strict=False)]


def run(candidates: Candidates) -> None:
    """Do the task with these candidates of texts (as places in the list, lower first; repeats do no harm)."""
    output, *parts = sys.argv[1:]
    folded = texts(parts)
    asked = sorted(set(candidates(folded)))
    known: dict[int, object] = {}
    near = []
    for one, other in asked:
        sets = []
        for place in (one, other):
            if place not in known:
                known[place] = shingles(folded[place], WORDS)
            sets.append(known[place])
        similarity = jaccard(*sets)  # type: ignore[arg-type] # they are sets of shingles
        if similarity >= THRESHOLD:
            near.append((one, other))
    report(output, near, len(asked))


def peak_memory() -> int:
    """Return the most memory that this program had, in bytes; `ru_maxrss` would count what started it."""
    said = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) * _KILO for line in said.splitlines() if line.startswith("VmHWM"))


def report(output: str, near: list[tuple[int, int]], candidates: int) -> None:
    """Write the pairs and what they cost: CPU in seconds, peak memory in bytes."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    said = {
        "near": near,
        "candidates": candidates,
        "cpu": own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime,
        "memory": peak_memory(),
    }
    Path(output).write_text(json.dumps(said), encoding="utf-8")
