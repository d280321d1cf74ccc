"""How fast a wave is assessed, and in how much memory: `python -m benchmarks.quality.speed [--pairs N]`.

The real texts of wave 2 are repeated under other ids, refined by the emulated model, and brought home in a
temporary workspace; then `batchmill assess` runs there as a person runs it, worker processes included.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from adapters.language.harper import HarperChecker
from benchmarks.machine import describe
from benchmarks.quality.measure import CHECKS, TERMS
from benchmarks.quality.refinements import STAGING, edited, sources
from benchmarks.quality.wave_at_home import bring_home
from core.quality.findings import FORMED, KEPT
from core.quality.formed.elsewhere import answers_elsewhere
from core.quality.written.pair import measure_pair

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from core.quality.findings import After, Before

    Pairs = list[tuple[Before, After]]

BATCHMILL = Path(sys.executable).with_name("batchmill")
_MIB = 1 << 10
_LOOK_EVERY = 0.1


class Took(NamedTuple):
    """What an assessment took: seconds of the clock and of processors, and the peaks of memory in MiB."""

    seconds: float
    busy: float
    parent: int
    worker: int
    workers: int


def main() -> None:
    """Print pairs a second of each group of checks, and what the whole assessment takes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality.speed", description=__doc__)
    parser.add_argument("--pairs", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=0, help="0: one a core")
    parser.add_argument("--only-groups", action="store_true", help="leave out the assessment")
    given = parser.parse_args()
    batches = sources()
    if not batches:
        parser.error(f"the staged files of wave 2 are not in {STAGING}")
    print(f"Machine: {describe()}; load {os.getloadavg()[0]:.1f}.")
    _print_groups([[(before, edited(before)) for before in batch] for batch in batches])
    if given.only_groups:
        return
    with tempfile.TemporaryDirectory(prefix="batchmill-speed-") as folder:
        root = Path(folder)
        bring_home(root, given.pairs)
        took = _assess(root, given.workers)
    rate = given.pairs / took.seconds
    print(
        f"assessing {given.pairs:,} pairs: {took.seconds:.0f} s of the clock, {rate:.1f} pairs/s; "
        f"{took.busy:.0f} s of processors, so {took.busy / 2:.0f} s on two free cores; "
        f"peak memory {took.parent} MiB, and {took.worker} MiB in each of {took.workers} workers"
    )


def _print_groups(batches: list[Pairs]) -> None:
    """Print the pairs that one core looks at in a second of its time, by group of checks."""
    checker = HarperChecker()

    def checks(criterion: str) -> Callable[[Pairs], Iterator[object]]:
        return lambda pairs: chain.from_iterable(
            check.function(before, after, TERMS) for before, after in pairs for check in CHECKS[criterion]
        )

    groups: dict[str, Callable[[Pairs], Iterator[object]]] = {
        "kept": checks(KEPT),
        "formed, each pair alone": checks(FORMED),
        "formed, answers elsewhere": lambda pairs: answers_elsewhere(pairs, TERMS),
        "written": lambda pairs: (measure_pair(before, after, checker, TERMS) for before, after in pairs[::4]),
    }
    print("pairs a second of one core's own time")
    for name, group in groups.items():
        began = time.process_time()
        looked_at = 0
        for pairs in batches:
            for _ in group(pairs):
                pass
            looked_at += len(pairs[::4]) if name == "written" else len(pairs)
        print(f"  {name:<28}{looked_at / (time.process_time() - began):>10,.1f}")


def _assess(root: Path, workers: int) -> Took:
    command = [str(BATCHMILL), "--set", f"gate.workers={workers}", "assess", "--wave", "2"]
    began = time.perf_counter()
    before = os.times()
    parent = worker = 0
    seen: set[int] = set()
    with subprocess.Popen(command, cwd=root, stdout=subprocess.DEVNULL) as process:  # noqa: S603 - our own command
        while process.poll() is None:
            parent = max(parent, _peak(process.pid))
            for child in _children(process.pid):
                seen.add(child)
                worker = max(worker, _peak(child))
            time.sleep(_LOOK_EVERY)
    after = os.times()
    assert process.returncode == 0, "the assessment failed"
    busy = after.children_user + after.children_system - before.children_user - before.children_system
    return Took(time.perf_counter() - began, busy, parent // _MIB, worker // _MIB, len(seen))


def _children(pid: int) -> list[int]:
    """Return the ids of the processes that examine for a command."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        return [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]
    except OSError:
        return []


def _peak(pid: int) -> int:
    """Return the most memory that a process had at once, in KiB."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)


if __name__ == "__main__":
    main()
