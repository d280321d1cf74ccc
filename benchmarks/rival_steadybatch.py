"""Drives written batch files with steadybatch, in its own environment; prints the seconds it took."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from steadybatch import Request, Runner
from steadybatch.providers.gemini_batch import GeminiBatch


def run(submissions: Path, results: Path) -> None:
    """Run every request of the batch files, a hundred a batch, with a checkpoint on disk and polls each second."""
    requests = [
        Request(key=line["key"], messages=[{"role": "user", "content": _text(line)}], max_tokens=8192)
        for path in sorted(submissions.glob("batch_*.jsonl"))
        for line in map(json.loads, path.read_text(encoding="utf-8").splitlines())
    ]
    runner = Runner(
        GeminiBatch(),
        "gemini-2.5-flash",
        checkpoint=results / "checkpoint.db",
        batch_size=100,
        poll_every=1.0,
    )
    began = time.perf_counter()
    report = runner.run(requests)
    lines = [json.dumps({"key": result.key, "text": result.text}) for result in report.results if result.text]
    (results / "all_results.jsonl").write_text("\n".join(lines), encoding="utf-8")
    print(time.perf_counter() - began)


def _text(line: dict) -> str:
    return "".join(part["text"] for content in line["request"]["contents"] for part in content["parts"])


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]))
