"""The work of a cell: staged pairs planned and written by Batchmill, and the same prompts for every other tool."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

from benchmarks.faults.verdict import MARK
from benchmarks.program import BATCHMILL

if TYPE_CHECKING:
    from pathlib import Path

#: A row's answer is this text, which the emulated model returns with the row's question.
_ANSWER = "It stands in one row of many, and says little about the others that are sent together with it."


def prepare(folder: Path, batches: int, rows: int) -> Path:
    """Write a workspace with so many batches of so many rows, and `rows.jsonl` beside it; return the folder.

    A line of `rows.jsonl` has the row's `id`, which is its mark, the `key` of its request line, and the `prompt`.
    """
    workspace = folder / "workspace"
    _batchmill("init", str(workspace))
    settings = "[planning]\nmax_pairs_per_request = 1\n"
    (workspace / "batchmill.toml").write_text(settings, encoding="utf-8")
    pairs = [{"question": f"What is row-{n:05d}?", "answer": _ANSWER} for n in range(batches * rows)]
    (workspace / "inbox" / "rows.json").write_text(json.dumps(pairs), encoding="utf-8")
    _batchmill("-w", str(workspace), "plan", "--wave", "1", "--strategy", "size", "--batch-size", str(rows))
    _batchmill("-w", str(workspace), "write", "--wave", "1")
    _batchmill("-w", str(workspace), "approve", "--wave", "1")
    lines = [
        _row(line)
        for path in sorted((workspace / "submissions").glob("batch_*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    assert len({line["id"] for line in lines}) == batches * rows
    (folder / "rows.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return folder


def names(folder: Path) -> list[str]:
    """Return the rows of prepared work."""
    return [json.loads(line)["id"] for line in (folder / "rows.jsonl").read_text(encoding="utf-8").splitlines()]


def clean_environment() -> dict[str, str]:
    """Return the environment without what would lead a tool elsewhere."""
    foreign = ("BATCHMILL_", "GEMINI_", "GOOGLE_", "PIP_CONSTRAINT")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return kept | {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}


def _row(line: str) -> dict[str, str]:
    request = json.loads(line)
    prompt = request["request"]["contents"][0]["parts"][0]["text"]
    found = MARK.search(prompt)
    assert found is not None
    return {"id": found.group(), "key": request["key"], "prompt": prompt}


def _batchmill(*words: str) -> None:
    command = [BATCHMILL, *words]
    subprocess.run(command, check=True, env=clean_environment(), stdout=subprocess.DEVNULL)  # noqa: S603 - our own
