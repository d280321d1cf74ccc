"""Drives steadybatch with a checkpoint on disk; started again it goes on with the checkpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steadybatch import Request, Runner
from steadybatch.ids import custom_id_for
from steadybatch.models import Outcome
from steadybatch.providers.gemini_batch import GeminiBatch
from steadybatch.store import Store
from task import MODEL, MOST_TOKENS, POLL_EVERY, main

if TYPE_CHECKING:
    from task import Task

CHECKPOINT = "checkpoint.db"


def run(task: Task) -> None:
    """Ask for every row."""
    runner = Runner(
        GeminiBatch(),
        MODEL,
        checkpoint=task.state / CHECKPOINT,
        batch_size=task.batch,
        max_open_batches=task.at_once,
        poll_every=POLL_EVERY,
    )
    runner.run([_request(row) for row in task.rows])


def collect(task: Task) -> dict[str, str | None]:
    """Return what the checkpoint has."""
    known = [result for result in Store(task.state / CHECKPOINT).results() if result.history]
    return {one.key: one.text if one.outcome is Outcome.OK else None for one in known}


def key_of(row: dict[str, str]) -> str:
    """Return the name that steadybatch derives from the request."""
    return custom_id_for(_request(row), MODEL)


def _request(row: dict[str, str]) -> Request:
    return Request(key=row["id"], messages=[{"role": "user", "content": row["prompt"]}], max_tokens=MOST_TOKENS)


if __name__ == "__main__":
    main(run, collect, key_of)
