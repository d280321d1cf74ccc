"""Drives batchata with a state file; started again it reuses the state."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from batchata import Batch
from task import MODEL, main

if TYPE_CHECKING:
    from pathlib import Path

    from task import Task

RESULTS, STATE, IDS = "results", "state.json", "ids.json"


def run(task: Task) -> None:
    """Ask for every row; which job id stands for which row is kept over starts, as a user would have to."""
    batch = Batch(
        results_dir=str(task.state / RESULTS), max_parallel_batches=task.at_once, items_per_batch=task.batch
    )
    batch.set_default_params(model=MODEL).set_state(file=str(task.state / STATE), reuse_state=True)
    rows = _read(task.state / IDS)
    for row in task.rows:
        batch.add_job(messages=[{"role": "user", "content": row["prompt"]}])
        rows[batch.jobs[-1].id] = row["id"]
    (task.state / IDS).write_text(json.dumps(rows), encoding="utf-8")
    batch.run()


def collect(task: Task) -> dict[str, str | None]:
    """Return what its result files have, and None for what its state says has failed."""
    rows = _read(task.state / IDS)
    failed = _read(task.state / STATE).get("failed_jobs", [])
    results = map(_read, (task.state / RESULTS).glob("job-*.json"))
    answers = {rows[one["job_id"]]: one["raw_response"] for one in results if not one["error"]}
    return {rows[one["id"]]: None for one in failed} | answers


def _read(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def key_of(row: dict[str, str]) -> str:
    """Return nothing: requests go inline and without a key."""
    del row
    return ""


if __name__ == "__main__":
    main(run, collect, key_of)
