"""Kills the daemon at random instants, under a scenario of trouble, until the wave is done; then counts.

`make crash RUNS=N`, or `python -m benchmarks.crash N [SEED]`. A run is a wave of twenty batches; it is sound when
every attempt has exactly one job at the provider, every job's result came home or its batch was tried again, every
pair is accounted for, and `replay --check` and `history --verify` find nothing.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

BATCHMILL = str(Path(sys.executable).with_name("batchmill"))
SCENARIO = Path(__file__).with_name("crash.toml")
BATCHES, PAIRS = 20, 4
#: A daemon lives at least so long and at most so long before it is killed, in seconds: it starts in half a second.
SHORTEST, LONGEST = 0.4, 2.5
#: After so many kills a run is let finish.
MOST_KILLS = 12
PATIENCE = 120.0
PACE = {
    "BATCHMILL_DRIVING__POLL_EVERY": "0.2",
    "BATCHMILL_DRIVING__TICK_EVERY": "0.05",
    "BATCHMILL_DRIVING__BACKOFF_FIRST": "0.2",
    "BATCHMILL_DRIVING__BACKOFF_MOST": "1",
    "BATCHMILL_DRIVING__LOOKS_AFTER": "[0.2, 0.4, 0.6]",
    "BATCHMILL_DRIVING__CHUNK": "4",
    "BATCHMILL_DRIVING__ATTEMPTS": "9",
    "BATCHMILL_DRIVING__CREATES_A_MINUTE": "10000",
    "BATCHMILL_DRIVING__CANARY": "0",
    "GEMINI_API_KEY": "emulated",
}


class Outcome(NamedTuple):
    """What one run came to; everything but `kills` ought to be 0."""

    kills: int
    duplicates: int
    lost: int
    unbalanced: int


def run_once(root: Path, dice: random.Random) -> Outcome:
    """Run one wave in the folder `root` to its end, killed on the way."""
    with _emulator() as url:
        environment = {**_clean(), **PACE, "BATCHMILL_PROVIDER__BASE_URL": url}
        _prepare(root, environment)
        kills = 0
        while not _driven(root, environment, None if kills >= MOST_KILLS else dice.uniform(SHORTEST, LONGEST)):
            kills += 1
        return _judge(root, environment, url, kills)


def _driven(root: Path, environment: dict[str, str], seconds: float | None) -> bool:
    """Let the daemon run until it is idle, or kill it after `seconds`; return whether it was idle."""
    with subprocess.Popen(  # noqa: S603 - our own program
        [BATCHMILL, "run", "--until-idle"], cwd=root, env=environment, stderr=subprocess.DEVNULL
    ) as daemon:
        try:
            return daemon.wait(seconds or PATIENCE) == 0
        except subprocess.TimeoutExpired:
            daemon.kill()
            assert seconds is not None, f"the wave in {root} was not done after {PATIENCE:g} s"
            return False


def _judge(root: Path, environment: dict[str, str], url: str, kills: int) -> Outcome:
    with urllib.request.urlopen(f"{url}/emulator/stats") as answer:  # noqa: S310 - our own emulator
        jobs: dict[str, int] = json.load(answer)["jobs"]
    rows = _ask(root, environment, "status", "--all")["batches"]
    whole = _ask(root, environment, "balance")["total"]
    checked = _ask(root, environment, "replay", "--check")
    faults = _ask(root, environment, "history", "--verify")["faults"]
    accounted = sum(count for place, count in whole.items() if place != "staged")
    sound = whole["staged"] == accounted == BATCHES * PAIRS and whole["in_flight"] == whole["planned"] == 0
    return Outcome(
        kills=kills,
        duplicates=sum(count - 1 for count in jobs.values())
        + abs(len(jobs) - sum(row["attempt"] for row in rows)),
        lost=sum(row["status"] != "downloaded" or not row["read_at"] for row in rows),
        unbalanced=(not sound) + len(checked["differences"]) + len(checked["files"]) + len(faults),
    )


def _ask(root: Path, environment: dict[str, str], *words: str) -> Any:  # noqa: ANN401 - any JSON
    command = [BATCHMILL, *words, "--json"]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, check=False)  # noqa: S603 - our own
    return json.loads(done.stdout)


def _prepare(root: Path, environment: dict[str, str]) -> None:
    inbox = root / "inbox"
    inbox.mkdir(parents=True)
    pairs = [
        {
            "question": f"What is {n}?",
            "answer": f"The number {n} follows {n - 1} and comes before {n + 1}, as everybody knows who counts.",
        }
        for n in range(BATCHES * PAIRS)
    ]
    (inbox / "numbers.json").write_text(json.dumps(pairs))
    for words in (
        ("init",),
        ("plan", "--wave", "2", "--strategy", "size", "--batch-size", str(PAIRS)),
        ("write", "--wave", "2"),
        ("approve", "--wave", "2"),
    ):
        subprocess.run(  # noqa: S603 - our own program
            [BATCHMILL, *words], cwd=root, env=environment, check=True, stdout=subprocess.DEVNULL
        )


@contextmanager
def _emulator() -> Iterator[str]:
    words = [BATCHMILL, "emulator", "--port", "0", "--pending", "0.1", "--running", "0.1", "--scenario", SCENARIO]
    with subprocess.Popen(words, env=_clean(), stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()


def _clean() -> dict[str, str]:
    """Return the environment without what would lead the program elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("BATCHMILL_", "GOOGLE_"))}


def run(runs: int, seed: int) -> list[Outcome]:
    """Run so many waves, and print a line for each that is not sound and one for all."""
    outcomes = []
    begun = time.monotonic()
    for number in range(runs):
        with tempfile.TemporaryDirectory(prefix="batchmill-crash-") as folder:
            outcome = run_once(Path(folder) / "mill", random.Random(seed + number))  # noqa: S311 - no secret
        outcomes.append(outcome)
        if any(outcome[1:]):
            print(f"run {number} (seed {seed + number}): {outcome}")
    print(f"{time.monotonic() - begun:.0f} s")
    print(summary(outcomes))
    return outcomes


def summary(outcomes: list[Outcome]) -> str:
    """Return all runs in one line."""
    kills, duplicates, lost, unbalanced = (sum(column) for column in zip(*outcomes, strict=True))
    return (
        f"{len(outcomes)} runs, {kills} kills, {duplicates} duplicate jobs, {lost} lost results, "
        f"{unbalanced} balance errors"
    )


if __name__ == "__main__":
    words = [int(word) for word in sys.argv[1:]] or [200]
    found = run(words[0], words[1] if len(words) > 1 else 1)
    sys.exit(any(any(outcome[1:]) for outcome in found))
