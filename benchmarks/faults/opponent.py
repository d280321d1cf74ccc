"""The provider of a cell: an emulator of its own with a scenario, what it counted, and the answers it made."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.faults.verdict import MARK
from benchmarks.program import BATCHMILL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Seconds by which the clock is put forward before it is asked what was billed: all jobs have ended then.
FORWARD = 3600


class Opponent(NamedTuple):
    """A running emulator: its address, and the folder it keeps jobs and results in."""

    url: str
    folder: Path

    def stats(self) -> dict[str, Any]:
        """Return what it counted so far; asking for it makes the results of all jobs that have ended."""
        with urllib.request.urlopen(f"{self.url}/emulator/stats", timeout=30) as answer:  # noqa: S310 - our own
            counted: dict[str, Any] = json.load(answer)
        counted["calls"] = {verb: n for verb, n in counted["calls"].items() if not verb.startswith("emulator.")}
        return counted

    def settle(self) -> dict[str, Any]:
        """Let every job come to its end and return what was counted in all."""
        body = json.dumps({"advance": FORWARD}).encode()
        address = f"{self.url}/emulator/clock"
        request = urllib.request.Request(address, data=body, headers={"content-type": "application/json"})  # noqa: S310 - our own
        urllib.request.urlopen(request, timeout=30).close()  # noqa: S310 - our own emulator
        return self.stats()

    def ready(self) -> Counter[str]:
        """Return how many answers stood ready in the results of all jobs, by row; call it after `settle`."""
        lines = (line for path in self.folder.glob("results/*") for line in path.read_text().splitlines())
        return Counter(found.group() for line in lines if (found := MARK.search(line)))


@contextmanager
def opponent(folder: Path, scenario: str, job: float) -> Iterator[Opponent]:
    """Run an emulator while the block runs; a job waits and runs `job` seconds each."""
    folder.mkdir(parents=True)
    told = folder / "scenario.toml"
    told.write_text(scenario, encoding="utf-8")
    words = [BATCHMILL, "emulator", "--port", "0", "--folder", str(folder), "--drivable-clock"]
    words += ["--pending", str(job), "--running", str(job), "--scenario", str(told)]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(words, stdout=subprocess.PIPE, stderr=log, text=True) as process,  # noqa: S603 - ours
    ):
        try:
            assert process.stdout is not None
            yield Opponent(process.stdout.readline().split()[-1], folder)
        finally:
            process.kill()
