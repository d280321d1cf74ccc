"""Drives written batch files with batchor, in its own environment; prints the seconds it took."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

# Its tokenizer fetches a table over the network, for every item anew where there is none. Without the tokenizer
# batchor counts characters, its own way out and the quicker one.
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


def run(submissions: Path, results: Path) -> None:
    """Run every request of the batch files, a hundred a batch, with its SQLite storage and polls each second."""
    items = [
        BatchItem(item_id=line["key"], payload=_text(line))
        for path in sorted(submissions.glob("batch_*.jsonl"))
        for line in map(json.loads, path.read_text(encoding="utf-8").splitlines())
    ]
    job = BatchJob(
        items=items,
        build_prompt=lambda item: PromptParts(prompt=item.payload),
        provider_config=GeminiProviderConfig(
            model="gemini-2.5-flash", input_mode=GeminiBatchInputMode.FILE, poll_interval_sec=1.0
        ),
        chunk_policy=ChunkPolicy(max_requests=100),
    )
    runner = BatchRunner(storage=SQLiteStorage(path=results / "state.db"), temp_root=results / "artifacts")
    began = time.perf_counter()
    finished = runner.run_and_wait(job)
    lines = [
        json.dumps({"key": one.item_id, "text": one.output_text}) for one in finished.results() if one.output_text
    ]
    (results / "all_results.jsonl").write_text("\n".join(lines), encoding="utf-8")
    print(time.perf_counter() - began)


def _text(line: dict) -> str:
    return "".join(part["text"] for content in line["request"]["contents"] for part in content["parts"])


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]))
