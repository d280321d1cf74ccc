"""How long a person waits for `batchmill --help` and for `batchmill status` on 10,000 batches."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace

from adapters.clock import SystemClock
from adapters.sql.database import open_database
from benchmarks.ledger import CONTEXT, LIFE
from benchmarks.program import BATCHMILL, batchmill
from core.batch.events import AnswersRead, BatchPlanned
from core.ledger.recorded import NewEvent
from core.ledger.streams import batch_stream

BATCHES = 10_000
_UNDER_WAY = 100
#: Batches appended in one commit.
_LUMP = 1_000
_AT = datetime(2026, 11, 2, 12, tzinfo=UTC)
_READ = AnswersRead("results/batch.jsonl", "0" * 64, 100, (), 0, 78_601, 11_801, emulated=True, at=_AT)


def run(repeats: int = 10) -> None:
    """Print best and median of so many runs each; takes about twenty seconds."""
    with tempfile.TemporaryDirectory(prefix="batchmill-bench-") as folder:
        root = str(Path(folder) / "workspace")
        batchmill("init", root)
        fill(Path(root) / "batchmill.db")
        # The first status folds the events into rows, which happens once.
        assert f"{BATCHES}" in batchmill("-w", root, "status")
        python = [sys.executable, "-c"]
        print(f"\nStarting, {repeats} runs each (ms)")
        print(f"  {'':<46}{'best':>8}{'median':>8}")
        for name, words in (
            ("python -c 'pass'", [*python, "pass"]),
            ("python -c 'import typer'", [*python, "import typer"]),
            ("batchmill --help", [BATCHMILL, "--help"]),
            ("python -c 'import sqlalchemy'", [*python, "import sqlalchemy"]),
            (f"batchmill status, {BATCHES:,} batches", [BATCHMILL, "-w", root, "status"]),
            (f"batchmill status --all, {BATCHES:,} batches", [BATCHMILL, "-w", root, "status", "--all"]),
            ("batchmill status 207", [BATCHMILL, "-w", root, "status", "207"]),
        ):
            waits = [_wait(words) for _ in range(repeats)]
            print(f"  {name:<46}{min(waits) * 1000:>8.0f}{statistics.median(waits) * 1000:>8.0f}")


def fill(path: Path) -> None:
    """Append the lives of 10,000 batches to the ledger at `path`; the last hundred are under way."""
    with open_database(f"sqlite:///{path}", SystemClock()) as database:
        for first in range(1, BATCHES + 1, _LUMP):
            numbers = range(first, first + _LUMP)
            database.store.append([new for number in numbers for new in _life(number)])


def _life(number: int) -> list[NewEvent]:
    planned, *rest = LIFE
    assert isinstance(planned, BatchPlanned)
    happened = [replace(planned, number=number), *rest, _READ]
    if number > BATCHES - _UNDER_WAY:
        happened = happened[:6]
    return [NewEvent(batch_stream(number), version, event, CONTEXT) for version, event in enumerate(happened, 1)]


def _wait(words: list[str]) -> float:
    """Return the seconds from starting a process to its end."""
    began = time.perf_counter()
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own program
    return time.perf_counter() - began


if __name__ == "__main__":
    run()
