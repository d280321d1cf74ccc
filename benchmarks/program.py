"""The program and its emulator as processes of their own, for the benchmarks that measure whole processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: The installed command beside the interpreter that runs the benchmarks.
BATCHMILL = str(Path(sys.executable).with_name("batchmill"))

#: Seconds a job waits and runs, so that it is ready two seconds after it was created.
PENDING, RUNNING = 1.0, 1.0
#: Seconds that any one process may take.
PATIENCE = 180.0


class Spent(NamedTuple):
    """What a process took from its start to its end: seconds of wall and CPU; and the calls it made, by verb."""

    wall: float
    cpu: float
    calls: dict[str, int]


def batchmill(*words: str) -> str:
    """Run a command to its end and return what it printed; raises CalledProcessError when it fails."""
    done = subprocess.run([BATCHMILL, *words], check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
    return done.stdout


@contextmanager
def emulator(*options: str, pending: float = PENDING, running: float = RUNNING) -> Iterator[str]:
    """Run an emulator that has served nobody yet while the block runs; gives its address.

    Jobs wait and run for so many seconds of its clock.
    """
    words = [BATCHMILL, "emulator", "--port", "0", *options]
    words += ["--pending", str(pending), "--running", str(running)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own program
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()


def spend(words: Sequence[str], url: str, log: Path) -> Spent:
    """Run a process against the emulator at `url`, its output in `log`, and return what it took.

    The address stands in the variables that Batchmill and google-genai read it from. Raises RuntimeError with the
    end of the log when the process fails or takes too long.
    """
    address = {"BATCHMILL_PROVIDER__BASE_URL": url, "GOOGLE_GEMINI_BASE_URL": url, "GEMINI_API_KEY": "emulated"}
    with log.open("wb") as sink:
        began = time.perf_counter()
        process = subprocess.Popen(words, env=os.environ | address, stdout=sink, stderr=sink)  # noqa: S603 - ours
        limit = Timer(PATIENCE, process.kill)
        limit.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        limit.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        end = log.read_text(encoding="utf-8")[-2000:]
        raise RuntimeError(f"ended with {process.returncode} after {wall:.0f} s: {end}")
    return Spent(wall, usage.ru_utime + usage.ru_stime, calls(url))


def calls(url: str) -> dict[str, int]:
    """Return the calls that the emulator at `url` has answered, by verb."""
    with urllib.request.urlopen(f"{url}/emulator/stats") as answer:  # noqa: S310 - our own emulator
        made: dict[str, int] = json.load(answer)["calls"]
    return {verb: number for verb, number in made.items() if verb != "emulator.stats"}
