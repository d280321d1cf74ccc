"""The table of cells, as Markdown and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from benchmarks.faults.verdict import SILENT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.faults.cell import Cell
    from benchmarks.faults.faults import Fault
    from benchmarks.faults.tools import Tool


def markdown(
    faults: Sequence[Fault], tools: Sequence[Tool], cells: Sequence[Cell], absent: Mapping[str, str]
) -> str:
    """Return the table, and a line of evidence for every cell that is not `ok`.

    `absent` says by name why a tool is not there.
    """
    found = {(cell.fault, cell.tool): cell for cell in cells}
    lines = [
        "| fault | " + " | ".join(tool.title for tool in tools) + " |",
        "|---" * (len(tools) + 1) + "|",
    ]
    for fault in faults:
        says = (found[fault.name, tool.name].says if tool.name not in absent else "not here" for tool in tools)
        lines.append(f"| {fault.title} | " + " | ".join(says) + " |")
    lines.append("")
    lines += [f"- {tool.title}: {absent[tool.name]}" for tool in tools if tool.name in absent]
    lines += dict.fromkeys(f"- {evidence(cell)}" for cell in cells if cell.says != "ok")
    return "\n".join(lines) + "\n"


def evidence(cell: Cell) -> str:
    """Return what was counted in a cell, in one line, with the tool's last words where it did not end well."""
    counts = cell.counts
    words = f"; last words: `{cell.last_words.strip()}`" if counts.deaths or not counts.ended else ""
    if cell.says == SILENT:
        return f"{cell.tool}: {cell.says}{words}"
    return (
        f"{cell.fault}, {cell.tool}: {cell.says}; "
        f"{counts.home} of {counts.asked} rows home, {counts.wrong} wrong, "
        f"{counts.paid_not_home} paid and not home, {counts.told} told and {counts.untold} untold unanswered, "
        f"{counts.again} answers paid again; {counts.jobs} jobs, {counts.billed} billed, {counts.calls} calls, "
        f"{counts.starts} starts, {counts.seconds:.0f} s{words}"
    )


def as_json(cells: Sequence[Cell], absent: Mapping[str, str]) -> str:
    """Return every cell with its counts."""
    told = [cell._asdict() | {"counts": cell.counts._asdict()} for cell in cells]
    return json.dumps({"cells": told, "absent": dict(absent)}, indent=2) + "\n"
