"""What every driver is given and hands over; runs in the tools' own environments, so it needs nothing of ours.

`python drive_TOOL.py run ROWS STATE ROWS_A_BATCH AT_ONCE` asks the tool for every row; started again it goes on
with the same STATE, in the way that the tool's own documentation says. `python drive_TOOL.py collect` with the
same words asks for nothing: it takes what the tool has kept, however it ended, and writes STATE/answers.jsonl:
a line with `id` and `answer` for each row whose answer the tool has, and with an `answer` of null for each row
that the tool names as unanswered. `python drive_TOOL.py key ROWS ID` prints how the tool names a row at the
provider.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MODEL = "gemini-2.5-flash"
#: Seconds between two polls.
POLL_EVERY = 1.0
MOST_TOKENS = 8192


class Task(NamedTuple):
    """The rows (each with `id`, `key` and `prompt`), where the tool keeps its state, and how much goes at once."""

    rows: list[dict[str, str]]
    state: Path
    batch: int
    at_once: int


def main(
    run: Callable[[Task], None],
    collect: Callable[[Task], Mapping[str, str | None]],
    key_of: Callable[[dict[str, str]], str],
) -> None:
    """Do what the command line says; `collect` returns answers by row, None for what the tool names unanswered."""
    what, path, *words = sys.argv[1:]
    rows = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]
    if what == "key":
        print(next(key_of(row) for row in rows if row["id"] == words[0]))
        return
    state, batch, at_once = words
    task = Task(rows, Path(state), int(batch), int(at_once))
    if what == "run":
        run(task)
        return
    lines = [json.dumps({"id": name, "answer": text}) for name, text in collect(task).items()]
    (task.state / "answers.jsonl").write_text("\n".join(lines), encoding="utf-8")
