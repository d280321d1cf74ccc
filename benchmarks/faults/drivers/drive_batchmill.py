"""Drives Batchmill's daemon over a copy of the prepared workspace; started again it is the same command."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from task import POLL_EVERY, main

if TYPE_CHECKING:
    from collections.abc import Iterator

    from task import Task

BATCHMILL = str(Path(sys.executable).with_name("batchmill"))
WORKSPACE = "workspace"
#: Waits as short as the jobs of a cell are, and no limit of its own to the rate of creates.
PACE = {
    "BATCHMILL_DRIVING__POLL_EVERY": str(POLL_EVERY),
    "BATCHMILL_DRIVING__TICK_EVERY": "0.1",
    "BATCHMILL_DRIVING__BACKOFF_FIRST": "1",
    "BATCHMILL_DRIVING__CREATES_A_MINUTE": "6000",
    "BATCHMILL_DRIVING__CANARY": "0",
    "BATCHMILL_DRIVING__LOOKS_AFTER": "[1, 2, 3]",
}


def run(task: Task) -> None:
    """Run until nothing is left to do, and end with the daemon's exit status."""
    root = task.state / WORKSPACE
    if not root.exists():
        copy = task.state / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(os.environ["PREPARED"], copy)
        copy.rename(root)
    os.environ |= PACE | {"BATCHMILL_DRIVING__JOBS_AT_ONCE": str(task.at_once)}
    sys.exit(subprocess.run([BATCHMILL, "-w", str(root), "run", "--until-idle"], check=False).returncode)  # noqa: S603


def collect(task: Task) -> dict[str, str | None]:
    """Return the refined pairs, and None for those that `history` and `status` name."""
    root = task.state / WORKSPACE
    extract = json.loads((root / "submissions" / "wave1_extracted.json").read_text(encoding="utf-8"))["pairs"]
    names = {pair["pair_id"]: f"row-{place:05d}" for place, pair in enumerate(extract)}
    told = {names[pair]: None for pair in _not_refined(root, extract)}
    return told | {names[pair]: text for pair, text in _refined(root)}


def key_of(row: dict[str, str]) -> str:
    """Return the key of the row's request line."""
    return row["key"]


def _refined(root: Path) -> Iterator[tuple[str, str]]:
    for path in sorted((root / "results").glob("*_refined.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            pair = json.loads(line)
            yield pair["pair_id"], pair["refined_question"]


def _not_refined(root: Path, extract: list[dict[str, Any]]) -> Iterator[str]:
    """Yield every pair that `history` names as not refined, and those of batches that `status` says are held."""
    for row in _ask(root, "status", "--all")["batches"]:
        if row["hold"]:
            yield from (pair["pair_id"] for pair in extract if pair["batch"] == row["number"])
        elif row["read_at"] and row["refined"] < row["pairs"]:
            events = _ask(root, "history", row["label"])["events"]
            yield from (one[0] for event in events for one in event["event"].get("unrefined", ()))


def _ask(root: Path, *words: str) -> Any:  # noqa: ANN401 - any JSON
    done = subprocess.run([BATCHMILL, "-w", str(root), *words, "--json"], check=True, stdout=subprocess.PIPE)  # noqa: S603
    return json.loads(done.stdout)


if __name__ == "__main__":
    main(run, collect, key_of)
