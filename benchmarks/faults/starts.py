"""The starts of a tool in one cell: until it ends, is killed as the fault wants it, or has died too often."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.faults.work import clean_environment

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.faults.faults import Fault
    from benchmarks.faults.opponent import Opponent

#: Seconds between two looks at a process and at what the provider has counted.
LOOK_EVERY = 0.05
#: Characters of a tool's last words.
MOST_WORDS = 300
#: Seconds that taking what a tool has kept may last.
PATIENCE = 60.0
#: Starts after a death: a supervisor's one more.
RESTARTS = 1

_RAISED = re.compile(r"^(?:\w+\.)*([A-Z]\w*)(?::|$)")


class Driver(NamedTuple):
    """A tool ready to be started: its name, its interpreter and its driver."""

    tool: str
    python: str
    script: str


class Starts:
    """The starts of a tool in one cell.

    `deaths` are named; the last start has `ended` by itself, and `quiet` if as though all were well.
    """

    def __init__(self, driver: Driver, fault: Fault, work: Path, state: Path, provider: Opponent) -> None:
        self._fault = fault
        self._state = state
        self._provider = provider
        self._command = [driver.python, driver.script]
        self._words = [str(work / "rows.jsonl"), str(state), str(fault.rows), str(fault.at_once)]
        self._environment = _environment(provider, work, state)
        self._deadline = time.monotonic() + fault.limit
        self.deaths: list[str] = []
        self.ended = self.quiet = False
        self.starts = self._died_in = 0
        self.seconds = 0.0

    def to_the_end(self) -> None:
        """Start the tool, kill it if the fault wants so, and start it again where it was killed or died."""
        begun = time.monotonic()
        if self._fault.kill:
            self._start(until_killed=True)
        while self._start():
            if len(self.deaths) > RESTARTS:
                break
        self.seconds = time.monotonic() - begun

    def collected(self) -> dict[str, str | None]:
        """Return by row what the tool has kept, however it ended."""
        with (self._state.parent / "log-collecting").open("wb") as log:
            subprocess.run(  # noqa: S603 - a driver of ours
                [*self._command, "collect", *self._words],
                cwd=self._state,
                env=self._environment,
                stdout=log,
                stderr=log,
                check=False,
                timeout=PATIENCE,
            )
        return _handed(self._state)

    def last_words(self) -> str:
        """Return what the tool raised when it died last, or the last line of its last start."""
        number = self._died_in or self.starts
        said = (self._state.parent / f"log-{number}").read_text(encoding="utf-8", errors="replace")
        lines = [line for line in said.splitlines() if line.strip()]
        raised = [line for line in lines if _RAISED.match(line)]
        return (raised or lines or [""])[-1][:MOST_WORDS]

    def _start(self, *, until_killed: bool = False) -> bool:
        """Run the tool once; return whether it shall be started again, because it died."""
        self.starts += 1
        with (self._state.parent / f"log-{self.starts}").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - a driver of ours
                [*self._command, "run", *self._words],
                cwd=self._state,
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        while (status := process.poll()) is None:
            if time.monotonic() > self._deadline or (until_killed and self._is_due()):
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                return False
            time.sleep(LOOK_EVERY)
        self.ended = not until_killed
        self.quiet = self.ended and not status
        if status:
            self._died_in = self.starts
            raised = _RAISED.match(self.last_words())
            self.deaths.append(raised.group(1) if raised else f"exit {status}")
        return bool(status)

    def _is_due(self) -> bool:
        counted = self._provider.stats()
        if self._fault.kill == "created":
            return bool(counted["created"])
        polls = sum(number for verb, number in counted["calls"].items() if verb in {"batches.get", "batches.list"})
        return polls > 0 and bool(counted["created"] >= self._fault.batches)


def _environment(provider: Opponent, work: Path, state: Path) -> dict[str, str]:
    """Return what every tool is started with: the provider's address and a key, in all the names they read."""
    return clean_environment() | {
        "BATCHMILL_PROVIDER__BASE_URL": provider.url,
        "GOOGLE_GEMINI_BASE_URL": provider.url,
        "GEMINI_API_KEY": "emulated",
        "GOOGLE_API_KEY": "emulated",
        "HOME": str(state),
        "PREPARED": str(work / "workspace"),
    }


def _handed(state: Path) -> dict[str, str | None]:
    path = state / "answers.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {line["id"]: line["answer"] for line in map(json.loads, lines)}
