"""Duplicates found by Batchmill and by other tools in the same texts: time, memory, pairs, and recall."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from adapters.corpus.parts import write_parts
from benchmarks.corpus.texts import pairs, rows
from benchmarks.corpus.tools import PATIENCE, TOOLS, command, environment
from core.corpus.folding import fold
from core.corpus.shingles import jaccard, shingles
from core.corpus.terms import Terms

if TYPE_CHECKING:
    from benchmarks.corpus.tools import Tool

#: Texts of which every two that share a shingle are compared, for the recall.
BRUTE = 3_000
_MEGABYTE = 1 << 20


class Run(NamedTuple):
    """What a tool found, and what it cost: seconds, bytes."""

    wall: float
    cpu: float
    memory: int
    candidates: int
    near: set[tuple[int, int]]


def run(numbers: list[int], names: list[str]) -> None:
    """Print the recall on some texts, and a table for each number of texts."""
    with tempfile.TemporaryDirectory(prefix="batchmill-bench-") as folder:
        tools = _installed(names)
        recall = _recall(Path(folder), tools)
        for number in numbers:
            parts = written(Path(folder) / str(number), number)
            print(f"\n{number:,} texts, load before {os.getloadavg()[0]:.1f}")
            print(f"{'':<26}{'wall':>9}{'CPU':>9}{'memory':>9}{'compared':>11}{'pairs':>10}{'recall':>9}")
            for tool in tools:
                done = measured(tool, parts, Path(folder) / "near.json")
                print(
                    f"{tool.title:<26}{done.wall:>7.1f} s{done.cpu:>7.1f} s{done.memory / _MEGABYTE:>6.0f} MB"
                    f"{done.candidates:>11,}{len(done.near):>10,}{recall[tool.name]:>9.3f}",
                    flush=True,
                )


def written(folder: Path, number: int) -> list[str]:
    """Return the parts of a generated corpus."""
    return [str(folder / part.path) for part in write_parts(folder, "wave-0002", rows(number))]


def measured(tool: Tool, parts: list[str], output: Path) -> Run:
    """Run a tool in a process of its own; its start is in the time."""
    began = time.perf_counter()
    subprocess.run([*command(tool), str(output), *parts], check=True, env=environment(), timeout=PATIENCE)  # noqa: S603
    wall = time.perf_counter() - began
    said = json.loads(output.read_text(encoding="utf-8"))
    return Run(
        wall, said["cpu"], said["memory"], said["candidates"], {(one, other) for one, other in said["near"]}
    )


def brute_force(number: int) -> set[tuple[int, int]]:
    """Return every two texts of the first ones with a similarity at the threshold, found without hashing."""
    terms = Terms()
    sets = [shingles(f"{fold(question)} {fold(answer)}", terms.shingle) for question, answer in pairs(number)]
    holders: dict[tuple[str, ...], list[int]] = {}
    for place, each in enumerate(sets):
        for shingle in each:
            holders.setdefault(shingle, []).append(place)
    shared = Counter(ends for places in holders.values() for ends in combinations(places, 2))
    return {(one, other) for one, other in shared if jaccard(sets[one], sets[other]) >= terms.threshold}


def _installed(names: list[str]) -> list[Tool]:
    found = []
    for tool in TOOLS:
        if names and tool.name not in names:
            continue
        try:
            command(tool)
        except (OSError, subprocess.SubprocessError) as error:
            print(f"{tool.title} cannot be installed here ({error})")
        else:
            found.append(tool)
    return found


def _recall(folder: Path, tools: list[Tool]) -> dict[str, float]:
    exact, parts = brute_force(BRUTE), written(folder / "brute", BRUTE)
    found = {tool.name: measured(tool, parts, folder / "near.json").near for tool in tools}
    for name, near in found.items():
        assert near <= exact, f"{name} found pairs that are not near"
    print(f"{BRUTE:,} texts by brute force: {len(exact):,} near pairs")
    return {name: len(near) / len(exact) for name, near in found.items()}
