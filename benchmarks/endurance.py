"""Ten thousand batches in flight: what the daemon's memory and its ticks do, and how many calls a batch costs.

`python -m benchmarks.endurance [BATCHES...]`. Jobs take hours of the emulator's clock, which is put forward in the
end, so that all are in flight while it is measured: with nothing changed, a tick ought to cost the same for
ten thousand batches as for a hundred, and memory ought to stay where it is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks import machine
from benchmarks.program import BATCHMILL, batchmill, calls, emulator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

POLL_SECONDS, TICK_SECONDS = 10.0, 0.1
#: Polls over which everything is in flight and nothing changes.
QUIET_POLLS = 6
#: Emulated seconds a job waits and runs: longer than any measuring takes.
PENDING, RUNNING = 20_000, 20_000
PATIENCE = 3_600.0
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
SETTINGS = f"""
[planning]
strategy = "size"
batch_size = 1
[driving]
poll_every = {POLL_SECONDS}
tick_every = {TICK_SECONDS}
jobs_at_once = 100000
creates_a_minute = 1000000
canary = 0
chunk = 100
warn_hours = 0.0
[models."gemini-2.5-flash"]
enqueued_tokens = 1000000000
"""


class Measured(NamedTuple):
    """Seconds, mebibytes and calls of one run; `idle` is CPU milliseconds a tick, `poll` those of one poll."""

    batches: int
    submitting: float
    harvesting: float
    idle: float
    poll: float
    before: float
    after: float
    polls: dict[str, int]
    calls: int


def measure(batches: int, root: Path) -> Measured:
    """Drive so many batches of one pair each in the folder `root`."""
    _prepare(root, batches)
    with emulator("--drivable-clock", pending=PENDING, running=RUNNING) as url, _daemon(root, url) as daemon:
        began = time.monotonic()
        _until(lambda: calls(url).get("batches.create", 0) >= batches)
        submitting = time.monotonic() - began
        # The read model and the documents are caught up once more after the last submission.
        time.sleep(POLL_SECONDS)
        before, first = _memory(daemon.pid), calls(url)
        idle, poll = _quiet(daemon.pid, url)
        after, last = _memory(daemon.pid), calls(url)
        _forward(url, PENDING + RUNNING + 1)
        began = time.monotonic()
        daemon.wait(PATIENCE)
        harvesting = time.monotonic() - began
        made = sum(calls(url).values())
    polls = {verb: last[verb] - first.get(verb, 0) for verb in last if last[verb] != first.get(verb, 0)}
    return Measured(batches, submitting, harvesting, idle, poll, before, after, polls, made)


def _quiet(pid: int, url: str) -> tuple[float, float]:
    """Return CPU milliseconds of a tick between two polls, and of a poll, while nothing changes.

    A poll begins with the first call after a pause; what is spent between two calls for most of the interval is
    spent by idle ticks.
    """
    total, idle, idle_seconds = _cpu(pid), 0.0, 0.0
    began = time.monotonic()
    seen = _asked(url)
    while time.monotonic() - began < QUIET_POLLS * POLL_SECONDS:
        spent = _cpu(pid)
        time.sleep(1)
        now = _asked(url)
        if now == seen:
            idle += _cpu(pid) - spent
            idle_seconds += 1
        seen = now
    whole = _cpu(pid) - total
    per_second = idle / idle_seconds if idle_seconds else 0.0
    polling = whole - per_second * QUIET_POLLS * POLL_SECONDS
    return per_second * TICK_SECONDS * 1000, max(0.0, polling) / QUIET_POLLS * 1000


def _asked(url: str) -> int:
    return sum(calls(url).values())


def _until(done: Callable[[], bool]) -> None:
    limit = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > limit:
            raise RuntimeError("the daemon did not get there in an hour")
        time.sleep(0.5)


def _cpu(pid: int) -> float:
    """Return the CPU seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND


def _memory(pid: int) -> float:
    """Return the resident memory of a process in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _prepare(root: Path, batches: int) -> None:
    batchmill("init", str(root))
    (root / "batchmill.toml").write_text(SETTINGS, encoding="utf-8")
    pairs = [{"question": f"What is {n}?", "answer": f"It is the number {n}."} for n in range(batches)]
    (root / "inbox" / "numbers.json").write_text(json.dumps(pairs), encoding="utf-8")
    for words in (("plan", "--wave", "1"), ("write", "--wave", "1"), ("approve", "--wave", "1")):
        batchmill("-w", str(root), *words)


@contextmanager
def _daemon(root: Path, url: str) -> Iterator[subprocess.Popen[bytes]]:
    environment = os.environ | {"BATCHMILL_PROVIDER__BASE_URL": url, "GEMINI_API_KEY": "emulated"}
    words = [BATCHMILL, "-w", str(root), "run", "--until-idle"]
    with (root / "log").open("wb") as log, subprocess.Popen(words, env=environment, stderr=log) as process:  # noqa: S603 - our own
        try:
            yield process
        finally:
            process.kill()


def _forward(url: str, seconds: float) -> None:
    body = json.dumps({"advance": seconds}).encode()
    request = urllib.request.Request(f"{url}/emulator/clock", body, {"Content-Type": "application/json"})  # noqa: S310 - ours
    urllib.request.urlopen(request).close()  # noqa: S310 - our own emulator


def run(sizes: list[int]) -> None:
    """Print a line for each size."""
    machine.run()
    print(f"\nIn flight all at once, {QUIET_POLLS} polls of {POLL_SECONDS:g} s with nothing changed")
    heads = (("batches", 8), ("submit s", 10), ("harvest s", 11), ("tick ms", 9), ("poll ms", 9), ("MiB", 14))
    print("  " + "".join(f"{head:>{width}}" for head, width in heads) + f"{'calls/batch':>13}")
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="batchmill-endurance-") as folder:
            found = measure(size, Path(folder) / "mill")
        memory = f"{found.before:.0f} -> {found.after:.0f}"
        print(
            f"  {size:>8,}{found.submitting:>10.1f}{found.harvesting:>11.1f}{found.idle:>9.2f}{found.poll:>9.0f}"
            f"{memory:>14}{found.calls / size:>13.2f}   polls: {found.polls}"
        )


if __name__ == "__main__":
    run([int(word) for word in sys.argv[1:]] or [100, 10_000])
