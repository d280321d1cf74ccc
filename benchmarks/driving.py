"""Driving 200 batches of 100 requests from written files to downloaded results, beside a loop without state."""

from __future__ import annotations

import json
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from datetime import datetime
from itertools import islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from adapters.clock import SystemClock
from adapters.sql.database import open_database
from benchmarks.ledger import lives
from benchmarks.program import BATCHMILL, Spent, batchmill, emulator, spend
from benchmarks.rivals import available

if TYPE_CHECKING:
    from collections.abc import Callable

BATCHES, REQUESTS = 200, 100
SETTINGS = f"""
[planning]
max_pairs_per_request = 1
[driving]
poll_every = 1.0
tick_every = 0.1
jobs_at_once = {BATCHES}
creates_a_minute = 100000
canary = 0
chunk = 50
[models."gemini-2.5-flash"]
enqueued_tokens = 1000000000
"""
_TIMES = """
SELECT min(recorded_at) FILTER (WHERE type = 'batch.submission_started'),
       max(recorded_at) FILTER (WHERE type = 'batch.downloaded'),
       count(DISTINCT recorded_at), count(*)
FROM events WHERE actor LIKE 'daemon@%'
"""


class Run(NamedTuple):
    """One drive: what its process took, seconds from the first effect to the last download, and a remark."""

    spent: Spent
    driving: float
    remark: str = ""


def run(*, repeats: int = 3, rivals: bool = False) -> None:
    """Print the table; takes about a minute, with rivals some minutes more, and 300 MB of temporary space."""
    with tempfile.TemporaryDirectory(prefix="batchmill-bench-") as folder:
        written = prepare(Path(folder) / "written")
        print(f"\nDriving {BATCHES} batches of {REQUESTS} requests (jobs ready after 2 s, polls each second)")
        print(f"  {'best of ' + str(repeats):<34}{'process s':>10}{'driving s':>10}{'CPU s':>8}{'calls':>8}")
        bare = _best(repeats, lambda: by_worker(_bare_loop(), written, Path(folder) / "bare"))
        show("google-genai, no state kept", bare)
        ours = _best(repeats, lambda: by_batchmill(written, Path(folder) / "mill"))
        show("batchmill run --until-idle", ours)
        if rivals:
            _show_rivals(written, Path(folder))
        print(f"  batchmill: {ours.spent.wall / bare.spent.wall:.2f} times the bare loop's time; {ours.remark}")
        print(f"  one durable commit of one event takes {_commit_ms(Path(folder)):.2f} ms here")


def show(name: str, measured: Run) -> None:
    """Print one row."""
    spent = measured.spent
    total = sum(spent.calls.values())
    print(f"  {name:<34}{spent.wall:>10.2f}{measured.driving:>10.2f}{spent.cpu:>8.2f}{total:>8,}")


def _show_rivals(written: Path, folder: Path) -> None:
    for name, worker in available(folder):
        try:
            show(name, by_worker(worker, written, folder / name))
        except (RuntimeError, ValueError, IndexError) as error:
            print(f"  {name:<34}{str(error).splitlines()[0]}")


def prepare(root: Path) -> Path:
    """Make a workspace with every batch planned and written, by the program itself."""
    batchmill("init", str(root))
    (root / "batchmill.toml").write_text(SETTINGS, encoding="utf-8")
    for number in range(BATCHES):
        _stage(root / "inbox", number)
    batchmill("-w", str(root), "plan", "--wave", "1")
    batchmill("-w", str(root), "write", "--wave", "1")
    batchmill("-w", str(root), "approve", "--wave", "1")
    return root


def by_batchmill(written: Path, root: Path) -> Run:
    """Drive a copy of the workspace with the daemon."""
    shutil.copytree(written, root)
    with emulator() as url:
        spent = spend([BATCHMILL, "-w", str(root), "run", "--until-idle"], url, root / "log")
    with sqlite3.connect(root / "batchmill.db") as ledger:
        first, last, commits, events = ledger.execute(_TIMES).fetchone()
    _check(root / "results")
    shutil.rmtree(root)
    driving = (datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds()
    return Run(spent, driving, f"{events:,} events in {commits} durable commits, every answer read besides")


def by_worker(worker: list[str], written: Path, root: Path) -> Run:
    """Drive the same batch files with a script that prints its seconds, given the batch files and a folder."""
    (root / "results").mkdir(parents=True)
    with emulator() as url:
        spent = spend([*worker, str(written / "submissions"), str(root / "results")], url, root / "log")
    driving = float((root / "log").read_text(encoding="utf-8").split()[-1])
    _check(root / "results")
    shutil.rmtree(root)
    return Run(spent, driving)


def _bare_loop() -> list[str]:
    return [sys.executable, str(Path(__file__).with_name("bare_loop.py"))]


def _best(repeats: int, drive: Callable[[], Run]) -> Run:
    return min((drive() for _ in range(repeats)), key=lambda run: run.spent.wall)


def _stage(inbox: Path, number: int) -> None:
    """Write a staged file of short pairs, which becomes one batch."""
    pairs = [
        {"pair_number": n, "question": f"What is {number}/{n}?", "answer": f"It is pair {n} of source {number}."}
        for n in range(1, REQUESTS + 1)
    ]
    document = {"total_pairs": REQUESTS, "session": 1, "indicator": f"indicator_{number:03d}", "qa_pairs": pairs}
    (inbox / f"indicator_{number:03d}_qa_pairs.json").write_text(json.dumps(document), encoding="utf-8")


def _check(results: Path) -> None:
    """Count the answers that came home."""
    lines = sum(path.read_bytes().count(b'"key"') for path in results.glob("*_results.jsonl"))
    if lines != BATCHES * REQUESTS:
        raise RuntimeError(f"{lines} of {BATCHES * REQUESTS} answers came home")


def _commit_ms(folder: Path, number: int = 500) -> float:
    """Return the milliseconds that appending one event takes as the ledger does it: the median of so many."""
    batchmill("init", str(folder / "commits"))
    laps = [time.perf_counter()]
    with open_database(f"sqlite:///{folder / 'commits' / 'batchmill.db'}", SystemClock()) as database:
        for new in islice(lives(), number):
            database.store.append([new])
            laps.append(time.perf_counter())
    return statistics.median(after - before for before, after in pairwise(laps)) * 1000


if __name__ == "__main__":
    run(rivals="--rivals" in sys.argv)
