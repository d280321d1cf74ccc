"""A daemon under a steady stream of small waves: whether its memory, handles and ticks stay where they are.

`python -m benchmarks.soak [MINUTES]` (30). The emulator's clock runs 60 times as fast as ours, so a job that takes
ten of its minutes takes ten seconds. A wave of a few batches is planned, written and approved every few seconds,
and the daemon is asked every two seconds for its figures. At the end a line is fitted through what was seen after
the first fifth; exit status 1 when memory or handles do not stay flat.

The ledger grows meanwhile, and SQLite's page caches with it until they are full (2 MiB a connection), so the rise
of memory is shown a batch that came home, too.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, NamedTuple

from prometheus_client.parser import text_string_to_metric_families

from benchmarks import machine
from benchmarks.program import BATCHMILL, batchmill, emulator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

SPEED = 60.0
#: Seconds of the emulator's clock that a job waits and runs.
PENDING, RUNNING = 120, 480
WAVE_EVERY, BATCHES, PAIRS = 5.0, 4, 5
SAMPLE_EVERY = 2.0
#: The part of the run that is left out of the fit: modules are loaded, caches filled, pools made.
WARM_UP = 0.2
#: Growth over the fitted part that is still called flat: a share of memory, and a number of handles.
FLAT_MEMORY, FLAT_HANDLES = 0.05, 2.0
MIB = 1024 * 1024
SETTINGS = f"""
[planning]
strategy = "size"
batch_size = {PAIRS}
[driving]
poll_every = 2.0
tick_every = 0.5
creates_a_minute = 100000
jobs_at_once = 1000
canary = 0
watch_inbox = false
[watch]
port = 0
"""


class Sample(NamedTuple):
    """What was seen at one moment: seconds since the start, and what the daemon had and had done by then."""

    at: float
    memory: float
    files: int
    threads: int
    ticks: float
    ticking: float
    home: int
    ledger: float


class Fit(NamedTuple):
    """A straight line through samples: its value where they begin, and how much it rises until they end."""

    begins: float
    rises: float


def fitted(samples: Sequence[tuple[float, float]]) -> Fit:
    """Return the line of least squares through (time, value)."""
    middle = sum(at for at, _ in samples) / len(samples)
    mean = sum(value for _, value in samples) / len(samples)
    spread = sum((at - middle) ** 2 for at, _ in samples)
    slope = sum((at - middle) * (value - mean) for at, value in samples) / spread if spread else 0.0
    first, last = samples[0][0], samples[-1][0]
    return Fit(mean + slope * (first - middle), slope * (last - first))


def soak(minutes: float, root: Path) -> list[Sample]:
    """Drive waves for so long in the folder `root`, and return what was seen."""
    batchmill("init", str(root))
    (root / "batchmill.toml").write_text(SETTINGS, encoding="utf-8")
    samples: list[Sample] = []
    with (
        emulator("--speed", str(SPEED), pending=PENDING, running=RUNNING) as url,
        _daemon(root, url) as (process, watch),
    ):
        ended = Event()
        feeding = Thread(target=_feed, args=(root, ended), daemon=True)
        feeding.start()
        began = time.monotonic()
        while (at := time.monotonic() - began) < minutes * 60:
            assert process.poll() is None, (root / "log").read_text()[-2000:]
            samples.append(_look(at, watch, process.pid, root))
            time.sleep(SAMPLE_EVERY)
        ended.set()
        feeding.join()
    return samples


def _feed(root: Path, ended: Event) -> None:
    """Bring one wave after the other to its approval; a wave that cannot be is a fault of this benchmark."""
    wave, words = 0, ("-w", str(root))
    while not ended.is_set():
        wave += 1
        staged = root / f"staged_{wave}"
        staged.mkdir()
        pairs = [_pair(wave, number) for number in range(BATCHES * PAIRS)]
        (staged / "numbers.json").write_text(json.dumps(pairs), encoding="utf-8")
        begun = time.monotonic()
        batchmill(*words, "plan", "--wave", str(wave), "--depends-on", "none", str(staged))
        for command in ("write", "approve"):
            batchmill(*words, command, "--wave", str(wave))
        ended.wait(max(0.0, WAVE_EVERY - (time.monotonic() - begun)))


def _pair(wave: int, number: int) -> dict[str, str]:
    name = f"number {number} of wave {wave}"
    return {
        "question": f"How is {name} counted, and from when to when?",
        "answer": f"{name} is counted over one day in US dollars, from the first block after midnight to the last "
        f"one before it. Whoever compares it with {number + 1} of wave {wave + 1} needs the same window for both.",
    }


def _look(at: float, watch: str, pid: int, root: Path) -> Sample:
    with urllib.request.urlopen(f"{watch}/metrics") as answer:  # noqa: S310 - our own daemon
        families = text_string_to_metric_families(answer.read().decode())
    seen = {(each.name, *each.labels.values()): each.value for family in families for each in family.samples}
    threads = re.search(r"Threads:\s*(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert threads is not None
    return Sample(
        at=at,
        memory=seen["process_resident_memory_bytes",] / MIB,
        files=int(seen["process_open_fds",]),
        threads=int(threads[1]),
        ticks=seen["batchmill_tick_seconds_count",],
        ticking=seen["batchmill_tick_seconds_sum",],
        home=int(seen["batchmill_batches", "downloaded"]),
        ledger=sum(path.stat().st_size for path in root.glob("batchmill.db*")) / MIB,
    )


@contextmanager
def _daemon(root: Path, url: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    environment = os.environ | {"BATCHMILL_PROVIDER__BASE_URL": url, "GEMINI_API_KEY": "emulated"}
    log = root / "log"
    with (
        log.open("wb") as sink,
        subprocess.Popen([BATCHMILL, "-w", str(root), "run"], env=environment, stderr=sink) as process,  # noqa: S603 - ours
    ):
        try:
            while not (found := re.search(r"watch=(\S+)", log.read_text(encoding="utf-8"))):
                assert process.poll() is None, log.read_text(encoding="utf-8")
                time.sleep(0.1)
            yield process, found[1]
        finally:
            process.terminate()


def run(minutes: float) -> bool:
    """Print what was seen and whether it stayed flat, and return that."""
    machine.run()
    with tempfile.TemporaryDirectory(prefix="batchmill-soak-") as folder:
        samples = soak(minutes, Path(folder) / "mill")
    part = samples[int(len(samples) * WARM_UP) :]
    first, last = part[0], part[-1]
    print(f"\nA daemon for {minutes:g} minutes: {last.home} batches home, looked at {len(samples)} times")
    verdicts = [
        _told(part, "memory, MiB", lambda each: each.memory, lambda fit: FLAT_MEMORY * fit.begins),
        _told(part, "open files", lambda each: each.files, lambda _: FLAT_HANDLES),
        _told(part, "threads", lambda each: each.threads, lambda _: FLAT_HANDLES),
    ]
    grown = fitted([(each.at, each.memory) for each in part]).rises * 1024
    came = last.home - first.home
    print(f"  memory a batch:  {grown / max(1, came):.1f} KiB for each of the {came} that came home meanwhile")
    middle = part[len(part) // 2]
    earlier, later = (_tick_length(*pair) * 1000 for pair in ((first, middle), (middle, last)))
    print(f"  a tick, ms:      {earlier:.1f} in the first half, {later:.1f} in the second")
    print(f"  the ledger, MiB: {first.ledger:.1f} -> {last.ledger:.1f}")
    return all(verdicts)


def _told(
    samples: Sequence[Sample], name: str, value: Callable[[Sample], float], most: Callable[[Fit], float]
) -> bool:
    values = [(each.at, value(each)) for each in samples]
    fit = fitted(values)
    flat = fit.rises <= most(fit)
    seen = f"{min(value for _, value in values):.0f} to {max(value for _, value in values):.0f}"
    hourly = fit.rises / max(1e-9, values[-1][0] - values[0][0]) * 3600
    print(
        f"  {f'{name}:':<17}{seen}; the line rises by {fit.rises:+.2f} from {fit.begins:.1f} "
        f"({hourly:+.1f} an hour): {'flat' if flat else 'NOT FLAT'}"
    )
    return flat


def _tick_length(one: Sample, other: Sample) -> float:
    return (other.ticking - one.ticking) / max(1.0, other.ticks - one.ticks)


if __name__ == "__main__":
    sys.exit(0 if run(float(sys.argv[1]) if len(sys.argv) > 1 else 30.0) else 1)
