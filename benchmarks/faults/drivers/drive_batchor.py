"""Drives batchor with SQLite and files; started again it resumes the run by its id."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

# Its tokenizer fetches a table over the network; without it batchor counts characters, its own way out.
sys.modules["tiktoken"] = None

from batchor import (  # noqa: E402 - see above
    BatchItem,
    BatchJob,
    BatchRunner,
    ChunkPolicy,
    GeminiBatchInputMode,
    GeminiProviderConfig,
    PromptParts,
    SQLiteStorage,
)
from task import MODEL, POLL_EVERY, main  # noqa: E402 - see above

if TYPE_CHECKING:
    from task import Task

RUN = "faults"


def run(task: Task) -> None:
    """Ask for every row."""
    job = BatchJob(
        items=[BatchItem(item_id=row["id"], payload=row["prompt"]) for row in task.rows],
        build_prompt=lambda item: PromptParts(prompt=item.payload),
        provider_config=GeminiProviderConfig(
            model=MODEL, input_mode=GeminiBatchInputMode.FILE, poll_interval_sec=POLL_EVERY
        ),
        chunk_policy=ChunkPolicy(max_requests=task.batch),
    )
    _runner(task).run_and_wait(job, run_id=RUN)


def collect(task: Task) -> dict[str, str | None]:
    """Return the terminal results that the storage has."""
    return {one.item_id: one.output_text or None for one in _runner(task).read_terminal_results(RUN).items}


def _runner(task: Task) -> BatchRunner:
    return BatchRunner(storage=SQLiteStorage(path=task.state / "state.db"), temp_root=task.state / "artifacts")


def key_of(row: dict[str, str]) -> str:
    """Return the pattern of the names that batchor gives a row's attempts."""
    return f"{row['id']}:a*"


if __name__ == "__main__":
    main(run, collect, key_of)
