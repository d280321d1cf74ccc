"""A small wave that came home, for tests of the gate: its texts, its sample's sheet filled in, its criteria."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from tests.workspaces import KNOWN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.workspaces import Mill


def stage(mill: Mill, **counts: int) -> None:
    """Put pairs into the inbox that greet whoever asks, which a refinement leaves out."""
    for name, count in counts.items():
        pairs = [
            {
                "question": f"What is {name} {n}?",
                "answer": f"Certainly! Here is an overview of {name}. On day {n} it rose by {n}.5%, and {KNOWN}",
            }
            for n in range(1, count + 1)
        ]
        content = {"session": 30, "indicator": name, "category": f"of {name}", "qa_pairs": pairs}
        mill.put(f"{name}_qa_pairs.json", content)


def approved(mill: Mill, **counts: int) -> Mill:
    """Bring a workspace to an approved wave 2, a batch an indicator from 205 on."""
    mill.run("init")
    stage(mill, **counts)
    for line in ("plan --wave 2 --first-number 205", "write --wave 2", "approve --wave 2"):
        mill.run(line)
    return mill


def sheet(mill: Mill, marks: Sequence[object], options: str = "") -> Path:
    """Export the sample of wave 2 and fill in every row: the same mark five times, `marks` in turn."""
    table = mill.root / "sample.csv"
    mill.run(f"sample --wave 2 {options} --csv {table}")
    with table.open(encoding="utf-8-sig", newline="") as stream:
        head, *rows = csv.reader(stream)
    filled = [[*row[:7], *[marks[n % len(marks)]] * 5, ""] for n, row in enumerate(rows)]
    with table.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([head, *filled])
    return table


def events_of(mill: Mill, kind: str) -> list[dict[str, Any]]:
    """Return the events of wave 2 of one type, in order."""
    events = mill.json("history wave-2")["events"]
    return [each["event"] for each in events if each["type"] == f"wave.{kind}"]


def criterion(assessment: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [each for each in assessment["criteria"] if each["name"] == name]
    return found  # type: ignore[no-any-return] # JSON


def kept(mill: Mill) -> list[str]:
    """Return the names of all files beside assessments, parts of unfinished ones included."""
    return sorted(path.name for path in (mill.root / "reports").glob("*"))
