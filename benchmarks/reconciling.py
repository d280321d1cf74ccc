"""Ten thousand jobs at the provider and 204 adopted batches: what a reconciliation costs in calls and time.

Of 91 claimed jobs 80 are among the ten thousand and 11 are gone; all others are somebody else's.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.program import BATCHMILL, batchmill, calls, spend

if TYPE_CHECKING:
    from collections.abc import Iterator

JOBS, BATCHES, PAIRS = 10_000, 204, 100
CLAIMED, GONE = 91, 11


def run() -> None:
    """Print the calls and seconds of a look, of the first reconciliation, and of one that finds nothing new."""
    print(f"reconciling {BATCHES} adopted batches with {JOBS:,} jobs of the provider")
    with tempfile.TemporaryDirectory(prefix="batchmill-bench-") as folder:
        root = Path(folder)
        _papers(root)
        with _emulator(root / "truth.json") as url:
            mill = _mill(root)
            for name, words in (
                ("a look (--dry-run)", ("reconcile", "--dry-run")),
                ("the first one, recorded", ("reconcile",)),
                ("again, nothing is new", ("reconcile",)),
            ):
                before = calls(url)
                spent = spend([BATCHMILL, "--workspace", str(mill), *words], url, root / "log")
                made = {verb: number - before.get(verb, 0) for verb, number in spent.calls.items()}
                told = ", ".join(f"{number} {verb}" for verb, number in sorted(made.items()) if number)
                done = (root / "log").read_text(encoding="utf-8").splitlines()[-1]
                print(f"  {name:<26}{spent.wall:6.2f} s, {spent.cpu:5.2f} s of CPU   {told}; {done}")


def _papers(root: Path) -> None:
    """Write a tracking file, a job list and the truth about its jobs."""
    batches = [
        {
            "batch_number": number,
            "file_path": f"older\\batch_{number:03d}.jsonl",
            "qa_count": PAIRS,
            "file_size": 400_000,
            "first_pair_id": f"{number}_0",
            "last_pair_id": f"{number}_{PAIRS - 1}",
        }
        for number in range(1, BATCHES + 1)
    ]
    claimed = [
        {"batch_number": number, "job_name": f"batches/claimed-{number}"} for number in range(1, CLAIMED + 1)
    ]
    known = [
        {"name": f"batches/claimed-{number}", "display_name": f"refinement_batch_{number:03d}", "state": "RUNNING"}
        for number in range(1, CLAIMED - GONE + 1)
    ]
    strangers = [
        {"name": f"batches/other-{number}", "display_name": f"somebody else's {number}", "state": "SUCCEEDED"}
        for number in range(JOBS - len(known))
    ]
    for name, document in (
        ("batch_tracking.json", {"batches": batches}),
        ("jobs.json", {"batches": claimed}),
        ("truth.json", {"jobs": strangers[:5_000] + known + strangers[5_000:]}),
    ):
        (root / name).write_text(json.dumps(document), encoding="utf-8")


def _mill(root: Path) -> Path:
    mill = root / "mill"
    mill.mkdir()
    for words in (
        ("init",),
        ("adopt", "tracking", str(root / "batch_tracking.json")),
        ("adopt", "jobs", str(root / "jobs.json")),
    ):
        batchmill("--workspace", str(mill), *words)
    return mill


@contextmanager
def _emulator(truth: Path) -> Iterator[str]:
    """Run an emulator with this truth, whose jobs do not end while it is measured; gives its address."""
    words = [BATCHMILL, "emulator", "--port", "0", "--running", "36000", "--load", str(truth)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own program
        try:
            assert process.stdout is not None
            said = iter(process.stdout.readline, "")
            yield next(line.split()[-1] for line in said if "listens on" in line)
        finally:
            process.terminate()
